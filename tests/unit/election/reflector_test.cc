#include "server/kube/reflector.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/harness/virtual_scheduler.h"
#include "tests/unit/election/candidate.h"
#include "tests/unit/election/silent_api.h"

namespace leadership_broker::testing {
namespace {

using ::testing::ElementsAre;

// An API server under the test's hand: remembers what was asked, answers when told.
class ScriptedApi : public SilentApi {
 public:
  using SilentApi::List;
  using SilentApi::Watch;

  class Request : public loop::Pending {
   public:
    explicit Request(int* open) : open_(open) { ++*open_; }
    ~Request() override { --*open_; }

   private:
    int* const open_;
  };

  loop::Handle List(const kube::Selector&, kube::ListCallback<kube::ConfigMap> callback) override {
    asked.push_back("list");
    lists.push_back(std::move(callback));
    return std::make_unique<Request>(&open);
  }
  loop::Handle Watch(const kube::Selector&, const std::string& resource_version, absl::Duration,
                     kube::WatchObserver<kube::ConfigMap>* observer) override {
    asked.push_back("watch from " + resource_version);
    watch = observer;
    return std::make_unique<Request>(&open);
  }

  void AnswerList(size_t which, int resource_version, std::vector<kube::ConfigMap> items = {}) {
    kube::Listing<kube::ConfigMap> listing;
    listing.items = std::move(items);
    listing.resource_version = std::to_string(resource_version);
    lists.at(which)(std::move(listing));
  }
  void FailList(size_t which, absl::StatusCode code) {
    kube::Listing<kube::ConfigMap> listing;
    listing.outcome = Failure(code);
    lists.at(which)(std::move(listing));
  }

  std::vector<std::string> asked;
  std::vector<kube::ListCallback<kube::ConfigMap>> lists;
  kube::WatchObserver<kube::ConfigMap>* watch = nullptr;
  int open = 0;
};

class ReflectorTest : public ::testing::Test, public kube::ReflectorObserver<kube::ConfigMap> {
 protected:
  void OnSynced(kube::ObjectRead<kube::ConfigMap> read, bool polling) override {
    told.push_back(std::string(polling ? "polled " : "synced ") +
                   (read.object.has_value() ? read.object->metadata().uid() : "none") + " at " + read.resource_version);
  }
  void OnEvent(kube::WatchEventKind kind, kube::ConfigMap object) override {
    told.push_back((kind == kube::WatchEventKind::kDeleted ? "deleted " : "changed ") + object.metadata().uid());
  }
  void OnBookmark(const std::string& resource_version) override { told.push_back("bookmark " + resource_version); }
  void OnRead(kube::ObjectRead<kube::ConfigMap> read) override {
    told.push_back(read.outcome.ok() ? "read at " + read.resource_version : "read failed");
  }
  void OnRequest(kube::ReflectorRequest, const kube::Outcome& outcome) override {
    if (!outcome.ok() || tell_successes) told.push_back(absl::StatusCodeToString(outcome.status.code()));
  }
  void OnBroken() override { told.push_back("broken"); }
  void OnRestored() override { told.push_back("restored"); }

  void SyncAndOpen() {
    api.AnswerList(0, 10);
    api.watch->OnOpen();
    told.clear();
    api.asked.clear();
  }

  ScriptedApi api;
  VirtualScheduler scheduler;
  std::vector<std::string> told;
  bool tell_successes = false;
  kube::Reflector<kube::ConfigMap> reflector{&api, &scheduler, {"ns", "lock", ""}, this};
};

TEST_F(ReflectorTest, ListsThenWatchesFromThere) {
  api.AnswerList(0, 10, {LockOf("a", "L1", 5)});
  EXPECT_THAT(told, ElementsAre("synced L1 at 10"));
  EXPECT_THAT(api.asked, ElementsAre("list", "watch from 10"));
}

TEST_F(ReflectorTest, WatchThatTheServerEndsGoesOnWhereItWasAndIsNoBreak) {
  SyncAndOpen();
  api.watch->OnEvent(kube::WatchEventKind::kAdded, LockOf("a", "L1", 11));
  api.watch->OnBookmark("15");
  api.watch->OnEnd(kube::Outcome{});
  EXPECT_THAT(told, ElementsAre("changed L1", "bookmark 15"));
  EXPECT_THAT(api.asked, ElementsAre("watch from 15"));
}

TEST_F(ReflectorTest, R9ReadComesFirstAfterABrokenWatch) {
  SyncAndOpen();
  api.watch->OnEnd(Failure(absl::StatusCode::kUnavailable));
  EXPECT_THAT(told, ElementsAre("broken", "UNAVAILABLE"));
  EXPECT_TRUE(api.asked.empty());
  scheduler.Advance(absl::Milliseconds(799));
  EXPECT_TRUE(api.asked.empty());
  scheduler.Advance(absl::Milliseconds(1));
  EXPECT_THAT(api.asked, ElementsAre("list"));
}

TEST_F(ReflectorTest, R11BacksOffFurtherEachTimeUpToAHalfMinute) {
  absl::Duration last = absl::ZeroDuration();
  for (size_t i = 0; i < 8; ++i) {
    api.FailList(i, absl::StatusCode::kInternal);
    const absl::Duration wait = scheduler.Next() - scheduler.Now().boot;
    EXPECT_GE(wait, last);
    EXPECT_LE(wait, absl::Seconds(30));
    last = wait;
    scheduler.Advance(wait);
    ASSERT_EQ(api.lists.size(), i + 2);
  }
  EXPECT_EQ(last, absl::Seconds(15)) << "the shortest of the longest: each is drawn";
}

TEST(Backoff, R11NoWaitIsTheSameForAll) {
  kube::Backoff one(absl::Milliseconds(800), absl::Seconds(30), absl::Minutes(2));
  kube::Backoff other = one;
  absl::Duration now;
  for (int i = 0; i < 10; ++i) {
    const absl::Duration wait = one.Next(now, 0);
    EXPECT_EQ(other.Next(now, 0.75), wait * 1.75);
    now += wait;
  }
}

TEST(Backoff, R11WhatTheServerAskedForIsTheLeastAndIsDrawnToo) {
  kube::Backoff backoff(absl::Milliseconds(800), absl::Seconds(30), absl::Minutes(2));
  EXPECT_EQ(backoff.Next(absl::ZeroDuration(), 0, absl::Seconds(8)), absl::Seconds(8));
  EXPECT_EQ(backoff.Next(absl::ZeroDuration(), 0.5, absl::Seconds(8)), absl::Seconds(12));
}

TEST_F(ReflectorTest, R11RetryAfterIsHonoured) {
  kube::Listing<kube::ConfigMap> listing;
  listing.outcome = Failure(absl::StatusCode::kResourceExhausted);
  listing.outcome.retry_after = absl::Seconds(17);
  api.lists[0](listing);
  EXPECT_EQ(scheduler.Next(), scheduler.Now().boot + absl::Seconds(17));
}

TEST_F(ReflectorTest, R11OverloadedServerGetsTheSameWatchLater) {
  SyncAndOpen();
  kube::Outcome outcome = Failure(absl::StatusCode::kResourceExhausted);
  outcome.retry_after = absl::Seconds(5);
  api.watch->OnEnd(outcome);
  scheduler.Advance(absl::Seconds(5));
  EXPECT_THAT(api.asked, ElementsAre("watch from 10"));
  EXPECT_THAT(told, ElementsAre("RESOURCE_EXHAUSTED"));
}

TEST_F(ReflectorTest, R11ExpiredHistoryIsListedAgainAtOnceButNotForEver) {
  SyncAndOpen();
  api.watch->OnEnd(Failure(absl::StatusCode::kOutOfRange));
  EXPECT_THAT(api.asked, ElementsAre("list"));
  api.AnswerList(1, 20);
  api.watch->OnEnd(Failure(absl::StatusCode::kOutOfRange));
  EXPECT_EQ(api.lists.size(), 2u);
  scheduler.Advance(absl::Seconds(2));
  EXPECT_EQ(api.lists.size(), 3u);
}

TEST_F(ReflectorTest, R11WatchThatEndsAtOnceWithoutAWordIsAnError) {
  SyncAndOpen();
  api.watch->OnEnd(kube::Outcome{});
  EXPECT_THAT(told, ElementsAre("broken", "INTERNAL"));
  EXPECT_TRUE(api.asked.empty());
}

TEST_F(ReflectorTest, R11PollsWhereItMayNotWatchAndWatchesAgainWhenItMay) {
  api.AnswerList(0, 10);
  api.watch->OnEnd(Failure(absl::StatusCode::kPermissionDenied));
  EXPECT_THAT(told, ElementsAre("synced none at 10", "PERMISSION_DENIED"));
  for (size_t i = 1; i <= 6; ++i) {
    const absl::Duration wait = scheduler.Next() - scheduler.Now().boot;
    EXPECT_LE(wait, absl::Seconds(16));
    scheduler.Advance(wait);
    told.clear();
    api.AnswerList(i, 10 + static_cast<int>(i));
    EXPECT_THAT(told, ElementsAre("polled none at " + std::to_string(10 + i)));
    if (i < 6) api.watch->OnEnd(Failure(absl::StatusCode::kPermissionDenied));
  }
  api.watch->OnOpen();
  EXPECT_EQ(scheduler.Next(), absl::InfiniteDuration());
}

TEST_F(ReflectorTest, R11OverloadedServerIsPolledOnWhereItMayNotWatch) {
  api.AnswerList(0, 10);
  api.watch->OnEnd(Failure(absl::StatusCode::kPermissionDenied));
  scheduler.Advance(absl::Seconds(16));
  api.AnswerList(1, 11);
  kube::Outcome overloaded = Failure(absl::StatusCode::kResourceExhausted);
  overloaded.retry_after = absl::Seconds(1);
  api.watch->OnEnd(overloaded);
  scheduler.Advance(absl::Seconds(30));
  EXPECT_GE(api.lists.size(), 3u);
}

TEST_F(ReflectorTest, R4WhatAListShowsIsToldBeforeThatItWasAnswered) {
  tell_successes = true;
  api.AnswerList(0, 10);
  EXPECT_THAT(told, ElementsAre("synced none at 10", "OK"));
}

TEST_F(ReflectorTest, R11ReadWithoutAWatchIsThePollThatIsDueAnyway) {
  api.AnswerList(0, 10);
  api.watch->OnEnd(Failure(absl::StatusCode::kPermissionDenied));
  told.clear();
  reflector.Read();
  api.AnswerList(1, 12);
  EXPECT_THAT(told, ElementsAre("polled none at 12"));
}

TEST_F(ReflectorTest, ReadGoesBesideTheWatch) {
  SyncAndOpen();
  reflector.Read();
  api.AnswerList(1, 30);
  api.watch->OnEvent(kube::WatchEventKind::kAdded, LockOf("a", "L1", 11));
  EXPECT_THAT(told, ElementsAre("read at 30", "changed L1"));
}

TEST_F(ReflectorTest, R4ReadOlderThanWhatWasKnownWhenItWasSentMeansARestoredStore) {
  SyncAndOpen();
  api.watch->OnBookmark("50");
  reflector.Read();
  api.AnswerList(1, 20);
  EXPECT_THAT(told, ElementsAre("bookmark 50", "broken", "restored"));
  EXPECT_EQ(api.asked.back(), "list");
  api.AnswerList(2, 21);
  EXPECT_EQ(told.back(), "synced none at 21");
}

TEST_F(ReflectorTest, R4ListOlderThanTheAnswerToAWriteBeforeItMeansARestoredStore) {
  SyncAndOpen();
  reflector.Saw("40");
  api.watch->OnEnd(Failure(absl::StatusCode::kUnavailable));
  scheduler.Advance(absl::Minutes(1));
  ASSERT_EQ(api.asked.back(), "list");
  told.clear();
  api.AnswerList(1, 38);
  EXPECT_THAT(told, ElementsAre("restored"));
  api.AnswerList(2, 38);
  EXPECT_EQ(told.back(), "synced none at 38");
}

TEST_F(ReflectorTest, R4ReadOvertakenByTheWatchIsNoRestoredStore) {
  SyncAndOpen();
  reflector.Read();
  api.watch->OnBookmark("50");
  api.AnswerList(1, 20);
  EXPECT_THAT(told, ElementsAre("bookmark 50", "read at 20"));
}

TEST_F(ReflectorTest, R4ListOvertakenByAReadIsSentAgain) {
  SyncAndOpen();
  reflector.Read();
  api.watch->OnEnd(Failure(absl::StatusCode::kOutOfRange));
  ASSERT_THAT(api.asked.back(), "list");
  told.clear();
  api.AnswerList(1, 30);
  api.AnswerList(2, 20);
  EXPECT_THAT(told, ElementsAre("read at 30"));
  EXPECT_EQ(api.asked.back(), "list");
  api.AnswerList(3, 30);
  EXPECT_THAT(told, ElementsAre("read at 30", "synced none at 30"));
}

TEST_F(ReflectorTest, RequestsAreAbandonedWithIt) {
  kube::Reflector<kube::ConfigMap>* other =
      new kube::Reflector<kube::ConfigMap>(&api, &scheduler, {"ns", "lock", ""}, this);
  EXPECT_EQ(api.open, 2);
  delete other;
  EXPECT_EQ(api.open, 1);
}

}  // namespace
}  // namespace leadership_broker::testing
