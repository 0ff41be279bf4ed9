#include "server/announce/event_recorder.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/harness/virtual_scheduler.h"
#include "tests/unit/announce/announce_api.h"

namespace leadership_broker::testing {
namespace {

using announce::EventRecorder;
using announce::Happening;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class EventRecorderTest : public ::testing::Test {
 protected:
  static Happening Of(const std::string& object, const std::string& reason) {
    Happening happening;
    happening.reason = reason;
    happening.action = "Act";
    happening.note = "what happened";
    happening.regarding.set_kind("Pod");
    happening.regarding.set_namespace_("ns");
    happening.regarding.set_name(object);
    happening.regarding.set_uid("uid");
    happening.related.set_kind("ConfigMap");
    happening.related.set_name("lock");
    happening.at = absl::FromUnixMicros(1'700'000'000'000'001);
    return happening;
  }
  void Record(const std::string& object, const std::string& reason = "Reason") { recorder_.Record(Of(object, reason)); }
  void Settle() { scheduler_.Advance(EventRecorder::kSettle); }

  RecordingAnnounceApi api_;
  VirtualScheduler scheduler_;
  std::vector<std::string> warnings_;
  EventRecorder recorder_{&api_, &scheduler_, "me", [this](const std::string& line) { warnings_.push_back(line); }};
};

// What a takeover needs is left to the takeover.
TEST_F(EventRecorderTest, NothingIsSentAtOnceAndThenOneAtATime) {
  Record("a");
  Record("b");
  EXPECT_THAT(api_.Whats(), IsEmpty());
  scheduler_.Advance(EventRecorder::kSettle - absl::Milliseconds(1));
  EXPECT_THAT(api_.Whats(), IsEmpty());
  scheduler_.Advance(absl::Milliseconds(1));
  EXPECT_THAT(api_.Whats(), ElementsAre("create Reason on Pod a"));
  scheduler_.Advance(absl::Hours(1));
  EXPECT_THAT(api_.Whats(), SizeIs(1));
  api_.Answer();
  scheduler_.Advance(absl::ZeroDuration());
  EXPECT_THAT(api_.Whats(), ElementsAre("create Reason on Pod a", "create Reason on Pod b"));
  api_.Answer();
  scheduler_.Advance(absl::Hours(1));
  EXPECT_THAT(api_.Whats(), SizeIs(2));
  EXPECT_EQ(recorder_.dropped(), 0u);
}

TEST_F(EventRecorderTest, AnEventHasAllThatTheApiServerWants) {
  Record("a");
  Settle();
  const kube::Event& event = api_.requests.at(0).event;
  EXPECT_EQ(event.metadata().namespace_(), "ns");
  EXPECT_THAT(event.metadata().name(), ::testing::MatchesRegex("a\\.[0-9a-f]+"));
  EXPECT_EQ(event.event_time(), "2023-11-14T22:13:20.000001Z");
  EXPECT_EQ(event.reporting_controller(), "leadership-broker");
  EXPECT_EQ(event.reporting_instance(), "me");
  EXPECT_EQ(event.action(), "Act");
  EXPECT_EQ(event.type(), "Normal");
  EXPECT_EQ(event.note(), "what happened");
  EXPECT_EQ(event.regarding().uid(), "uid");
  EXPECT_EQ(event.related().name(), "lock");
}

TEST_F(EventRecorderTest, WhatIsTooLongForTheApiServerIsShortened) {
  EventRecorder recorder(&api_, &scheduler_, std::string(200, 'i'), [](const std::string&) {});
  Happening happening = Of(std::string(235, 'n') + ".-abcdefghijklmnopq", "Reason");
  happening.note = "\xff\n" + std::string(2000, 'x');
  recorder.Record(happening);
  Settle();
  const kube::Event& event = api_.requests.at(0).event;
  EXPECT_LE(event.note().size(), 1024u);
  EXPECT_FALSE(absl::StrContains(event.note(), "\n"));
  EXPECT_FALSE(absl::StrContains(event.note(), "\xff"));
  EXPECT_EQ(event.reporting_instance().size(), 128u);
  EXPECT_EQ(event.metadata().name().substr(0, 236), std::string(235, 'n') + ".");
  EXPECT_EQ(event.metadata().name().size(), 252u);
}

TEST_F(EventRecorderTest, TheSameAgainIsCountedByAPatchOfTheFirst) {
  Record("a");
  Settle();
  api_.Answer();
  Record("a");
  Record("a");
  Settle();
  EXPECT_THAT(api_.Whats(), ElementsAre("create Reason on Pod a", "count 3")) << "one patch says both";
  EXPECT_EQ(api_.requests[1].name, api_.requests[0].name);
}

TEST_F(EventRecorderTest, WhenTheFirstHasExpiredTheNextIsMadeAnew) {
  Record("a");
  Settle();
  api_.Answer();
  Record("a");
  Settle();
  api_.Answer(absl::StatusCode::kNotFound);
  Record("a");
  Settle();
  EXPECT_EQ(api_.Whats().back(), "create Reason on Pod a");
}

// Two brokers see the same, and the second is told that the first has said it.
TEST_F(EventRecorderTest, WhatEverybodySeesHasOneName) {
  EventRecorder other(&api_, &scheduler_, "other", [](const std::string&) {});
  for (const bool shared : {true, false}) {
    api_.requests.clear();
    Happening happening = Of(absl::StrCat("o", shared), "Reason");
    happening.is_shared = shared;
    recorder_.Record(happening);
    Settle();
    api_.Answer();
    happening.at += absl::Seconds(1);
    other.Record(happening);
    Settle();
    EXPECT_EQ(api_.requests[0].name == api_.requests[1].name, shared);
    api_.Answer(absl::StatusCode::kAlreadyExists);
  }
  EXPECT_EQ(other.dropped(), 0u);
}

TEST_F(EventRecorderTest, AServerInTroubleIsAskedAgainAFewTimesAndThenItIsGivenUp) {
  for (const auto code : {absl::StatusCode::kAborted, absl::StatusCode::kInternal, absl::StatusCode::kUnauthenticated,
                          absl::StatusCode::kResourceExhausted}) {
    api_.requests.clear();
    Record(absl::StrCat("object-", static_cast<int>(code)));
    Settle();
    for (int i = 0; i < EventRecorder::kMaxAttempts; ++i) {
      ASSERT_THAT(api_.requests, SizeIs(i + 1));
      api_.Answer(code);
      scheduler_.Advance(absl::Milliseconds(500));
      ASSERT_THAT(api_.requests, SizeIs(i + 1)) << "it waits first";
      scheduler_.Advance(absl::Minutes(3));
    }
    EXPECT_THAT(api_.requests, SizeIs(EventRecorder::kMaxAttempts));
  }
  EXPECT_EQ(recorder_.dropped(), 4u);
  EXPECT_THAT(warnings_, IsEmpty());
}

TEST_F(EventRecorderTest, WhatHappensInAnOutageIsToldAfterIt) {
  Record("a");
  Settle();
  int tries = 1;
  for (int minute = 0; minute < 60; ++minute) {
    if (api_.requests.back().done != nullptr) api_.Answer(absl::StatusCode::kUnavailable);
    scheduler_.Advance(absl::Minutes(1));
    tries = static_cast<int>(api_.requests.size());
  }
  EXPECT_GE(tries, 30);
  EXPECT_LE(tries, 61);
  api_.Answer();
  EXPECT_EQ(recorder_.dropped(), 0u);
}

TEST_F(EventRecorderTest, RetryAfterIsHeeded) {
  Record("a");
  Settle();
  kube::Outcome outcome;
  outcome.status = absl::ResourceExhaustedError("later");
  outcome.retry_after = absl::Seconds(60);
  api_.Answer(outcome);
  scheduler_.Advance(absl::Seconds(59));
  EXPECT_THAT(api_.requests, SizeIs(1));
  scheduler_.Advance(absl::Seconds(1));
  EXPECT_THAT(api_.requests, SizeIs(2));
}

TEST_F(EventRecorderTest, WithoutTheRightItWarnsOnceAndTriesAgainEverLessOften) {
  for (int i = 0; i < 5; ++i) Record(absl::StrCat("o", i));
  Settle();
  absl::Duration wait = EventRecorder::kFirstForbiddenFor;
  for (size_t tries = 1; tries <= 10; ++tries) {
    ASSERT_THAT(api_.requests, SizeIs(tries));
    api_.Answer(absl::StatusCode::kPermissionDenied, "cannot create events");
    scheduler_.Advance(wait - absl::Seconds(1));
    Record(absl::StrCat("too early ", tries));
    scheduler_.Advance(absl::Seconds(1));
    EXPECT_THAT(api_.requests, SizeIs(tries));
    wait = std::min(2 * wait, EventRecorder::kMostForbiddenFor);
    Record(absl::StrCat("in time ", tries));
    Settle();
  }
  EXPECT_EQ(wait, absl::Hours(1));
  EXPECT_THAT(warnings_,
              ElementsAre(AllOf(HasSubstr("cannot create events"), HasSubstr("create and patch on events"))));
  EXPECT_EQ(recorder_.dropped(), 5u + 10u + 9u);
}

TEST_F(EventRecorderTest, ARefusalByAnApiServerThatHasJustStartedSilencesItForAMinute) {
  Record("a");
  Settle();
  api_.Answer(absl::StatusCode::kPermissionDenied, "cannot create events");
  scheduler_.Advance(EventRecorder::kFirstForbiddenFor);
  Record("b");
  Settle();
  api_.Answer();
  EXPECT_EQ(api_.Whats().back(), "create Reason on Pod b");
  Record("c");
  Settle();
  api_.Answer(absl::StatusCode::kPermissionDenied, "cannot create events");
  scheduler_.Advance(EventRecorder::kFirstForbiddenFor);
  Record("d");
  Settle();
  EXPECT_EQ(api_.Whats().back(), "create Reason on Pod d");
}

TEST_F(EventRecorderTest, WithoutTheRightToPatchEventsAreStillMade) {
  Record("a");
  Settle();
  api_.Answer();
  Record("a");
  Settle();
  api_.Answer(absl::StatusCode::kPermissionDenied, "cannot patch events");
  EXPECT_THAT(warnings_, SizeIs(1));
  Record("b");
  Settle();
  EXPECT_EQ(api_.Whats().back(), "create Reason on Pod b");
}

TEST_F(EventRecorderTest, ANamespaceThatIsGoingIsNoMissingRight) {
  Record("a");
  Settle();
  api_.Answer(absl::StatusCode::kPermissionDenied, "unable to create new content because it is being terminated");
  Record("b");
  Settle();
  EXPECT_THAT(api_.requests, SizeIs(2));
  EXPECT_THAT(warnings_, IsEmpty());
}

TEST_F(EventRecorderTest, AnEventThatIsRefusedAsInvalidIsDroppedWithOneWarning) {
  for (const char* object : {"a", "b"}) {
    Record(object);
    Settle();
    api_.Answer(absl::StatusCode::kInvalidArgument, "a policy's words");
  }
  EXPECT_THAT(warnings_, ElementsAre(HasSubstr("a policy's words")));
}

TEST_F(EventRecorderTest, OfMoreThanTheQueueHoldsTheNewestAreKept) {
  for (size_t i = 0; i < EventRecorder::kMaxQueued + 3; ++i) Record(absl::StrCat("o", i));
  EXPECT_EQ(recorder_.dropped(), 3u);
  Settle();
  EXPECT_EQ(api_.Whats().back(), "create Reason on Pod o3");
}

}  // namespace
}  // namespace leadership_broker::testing
