#include "server/status/hub.h"

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace leadership_broker::testing {
namespace {

using ::leadership::v1::Leadership;
using status::Hub;
using status::Snapshot;
using status::SnapshotPtr;

SnapshotPtr Make(uint64_t revision, Leadership::State state, const std::string& term = "", bool is_loss = false) {
  auto snapshot = std::make_shared<Snapshot>();
  snapshot->leadership.set_revision(revision);
  snapshot->leadership.set_state(state);
  snapshot->leadership.mutable_lock()->set_uid(term);
  snapshot->is_loss = is_loss;
  return snapshot;
}
SnapshotPtr Leader(uint64_t revision, const std::string& term = "a") {
  return Make(revision, Leadership::STATE_LEADER, term);
}
SnapshotPtr Standby(uint64_t revision) { return Make(revision, Leadership::STATE_STANDBY); }
SnapshotPtr Loss(uint64_t revision) { return Make(revision, Leadership::STATE_STANDBY, "", true); }

// The same as `snapshot`, confirmed later.
SnapshotPtr Refreshed(const SnapshotPtr& snapshot, int64_t verified_at, absl::Duration trusted_until) {
  auto copy = std::make_shared<Snapshot>(*snapshot);
  copy->leadership.mutable_verified_at()->set_seconds(verified_at);
  copy->trusted_until = trusted_until;
  return copy;
}

// Everything there is to take; with "closed" as revision 0 at the end.
std::vector<uint64_t> Drain(Hub::Subscription& subscription) {
  std::vector<uint64_t> revisions;
  for (;;) {
    const Hub::Next next = subscription.Take();
    if (next.closed) revisions.push_back(0);
    if (next.snapshot == nullptr) return revisions;
    revisions.push_back(next.snapshot->leadership.revision());
  }
}

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class HubTest : public ::testing::Test {
 protected:
  std::unique_ptr<Hub::Subscription> Subscribe() {
    return hub_.Subscribe([this] { ++ready_; });
  }

  Hub hub_;
  std::atomic<int> ready_{0};
};

TEST_F(HubTest, NothingIsKnownBeforeTheFirstPublish) {
  EXPECT_EQ(hub_.Latest(), nullptr);
  auto subscription = Subscribe();
  EXPECT_THAT(Drain(*subscription), IsEmpty());
  hub_.Publish(Standby(1));
  EXPECT_EQ(ready_, 1);
  EXPECT_THAT(Drain(*subscription), ElementsAre(1));
}

TEST_F(HubTest, ANewSubscriberTakesTheLatestAndNoLossBeforeIt) {
  hub_.Publish(Leader(1));
  hub_.Publish(Loss(2));
  hub_.Publish(Standby(3));
  auto subscription = Subscribe();
  EXPECT_THAT(Drain(*subscription), ElementsAre(3));
  EXPECT_EQ(ready_, 0) << "what Take returned needs no call";
}

TEST_F(HubTest, ANewSubscriberTakesALatestThatIsALossOnce) {
  hub_.Publish(Leader(1));
  hub_.Publish(Loss(2));
  auto subscription = Subscribe();
  EXPECT_THAT(Drain(*subscription), ElementsAre(2));
}

TEST_F(HubTest, OnReadyIsCalledOnceForEachTakeThatReturnedNothing) {
  auto subscription = Subscribe();
  hub_.Publish(Standby(1));
  EXPECT_EQ(ready_, 0) << "nothing was asked for yet";
  EXPECT_THAT(Drain(*subscription), ElementsAre(1));
  hub_.Publish(Standby(2));
  hub_.Publish(Standby(3));
  EXPECT_EQ(ready_, 1);
  EXPECT_THAT(Drain(*subscription), ElementsAre(3));
  EXPECT_THAT(Drain(*subscription), IsEmpty());
  hub_.Publish(Standby(4));
  EXPECT_EQ(ready_, 2);
}

TEST_F(HubTest, R4LossIsTakenBeforeTheNewest) {
  auto subscription = Subscribe();
  hub_.Publish(Leader(1, "a"));
  EXPECT_THAT(Drain(*subscription), ElementsAre(1));
  hub_.Publish(Loss(2));
  hub_.Publish(Standby(3));
  hub_.Publish(Leader(4, "b"));
  EXPECT_THAT(Drain(*subscription), ElementsAre(2, 4));
}

TEST_F(HubTest, R4ALossIsSeenBetweenAnyTwoTermsThatWereSeen) {
  auto subscription = Subscribe();
  hub_.Publish(Leader(1, "a"));
  EXPECT_THAT(Drain(*subscription), ElementsAre(1));
  // A second loss comes while the first is unsent; nothing of the term between was told.
  hub_.Publish(Loss(2));
  hub_.Publish(Leader(3, "b"));
  hub_.Publish(Loss(4));
  hub_.Publish(Leader(5, "c"));
  EXPECT_THAT(Drain(*subscription), ElementsAre(4, 5));
}

TEST_F(HubTest, R4ALossThatComesBetweenTwoTakesIsNotSkipped) {
  auto subscription = Subscribe();
  hub_.Publish(Leader(1, "a"));
  EXPECT_EQ(subscription->Take().snapshot->leadership.revision(), 1u);
  hub_.Publish(Loss(2));
  hub_.Publish(Leader(3, "b"));
  EXPECT_EQ(subscription->Take().snapshot->leadership.revision(), 2u);
  hub_.Publish(Loss(4));
  hub_.Publish(Standby(5));
  EXPECT_EQ(subscription->Take().snapshot->leadership.revision(), 4u);
  EXPECT_EQ(subscription->Take().snapshot->leadership.revision(), 5u);
  EXPECT_EQ(subscription->Take().snapshot, nullptr);
}

TEST_F(HubTest, RefreshWithoutALimitReplacesTheLatestAndTellsNobody) {
  auto subscription = Subscribe();
  const SnapshotPtr leader = Leader(1);
  hub_.Publish(leader);
  EXPECT_THAT(Drain(*subscription), ElementsAre(1));
  hub_.Publish(Refreshed(leader, 77, absl::InfiniteDuration()));
  EXPECT_EQ(ready_, 0);
  EXPECT_THAT(Drain(*subscription), IsEmpty());
  EXPECT_EQ(hub_.Latest()->leadership.verified_at().seconds(), 77);
  EXPECT_EQ(Subscribe()->Take().snapshot->leadership.verified_at().seconds(), 77);
}

TEST_F(HubTest, R9RefreshWithALimitIsTold) {
  auto subscription = Subscribe();
  const SnapshotPtr leader = Leader(1);
  hub_.Publish(leader);
  EXPECT_THAT(Drain(*subscription), ElementsAre(1));
  hub_.Publish(Refreshed(leader, 77, absl::Seconds(10)));
  EXPECT_EQ(ready_, 1);
  const Hub::Next next = subscription->Take();
  ASSERT_NE(next.snapshot, nullptr);
  EXPECT_EQ(next.snapshot->trusted_until, absl::Seconds(10));
}

TEST_F(HubTest, RefreshOfALossIsNotASecondLoss) {
  auto subscription = Subscribe();
  hub_.Publish(Leader(1));
  const SnapshotPtr loss = Loss(2);
  hub_.Publish(loss);
  hub_.Publish(Refreshed(loss, 77, absl::InfiniteDuration()));
  const Hub::Next next = subscription->Take();
  ASSERT_NE(next.snapshot, nullptr);
  EXPECT_EQ(next.snapshot->leadership.verified_at().seconds(), 77) << "an unsent loss is sent as last confirmed";
  EXPECT_THAT(Drain(*subscription), IsEmpty());
}

TEST_F(HubTest, R4TakeOrLatestGivesTheUnsentFirstAndThenTheLatestAgain) {
  auto subscription = Subscribe();
  EXPECT_EQ(subscription->TakeOrLatest().snapshot, nullptr);
  const SnapshotPtr leader = Leader(1);
  hub_.Publish(leader);
  EXPECT_EQ(ready_, 1);
  EXPECT_THAT(Drain(*subscription), ElementsAre(1));
  hub_.Publish(Refreshed(leader, 77, absl::InfiniteDuration()));
  EXPECT_EQ(subscription->TakeOrLatest().snapshot->leadership.verified_at().seconds(), 77);
  hub_.Publish(Loss(2));
  EXPECT_EQ(ready_, 2) << "still waiting, though it was given the latest again";
  hub_.Publish(Leader(3, "b"));
  EXPECT_EQ(subscription->TakeOrLatest().snapshot->leadership.revision(), 2u);
  EXPECT_EQ(subscription->TakeOrLatest().snapshot->leadership.revision(), 3u);
  EXPECT_EQ(subscription->TakeOrLatest().snapshot->leadership.revision(), 3u);
}

TEST_F(HubTest, CloseTellsTheWaitingAndLeavesTheUnsentLossToBeTaken) {
  auto waiting = Subscribe();
  hub_.Publish(Leader(1));
  EXPECT_THAT(Drain(*waiting), ElementsAre(1));
  auto slow = Subscribe();
  EXPECT_THAT(slow->Take().snapshot->leadership.revision(), 1u);
  EXPECT_EQ(ready_, 0);
  hub_.Publish(Loss(2));
  EXPECT_EQ(ready_, 1);
  EXPECT_THAT(Drain(*waiting), ElementsAre(2));
  hub_.Publish(Standby(3));
  EXPECT_THAT(Drain(*waiting), ElementsAre(3));
  hub_.Close();
  hub_.Close();
  EXPECT_EQ(ready_, 3);
  EXPECT_THAT(Drain(*waiting), ElementsAre(0));
  EXPECT_THAT(Drain(*slow), ElementsAre(2, 0)) << "the loss, not the newest, then closed";
  hub_.Publish(Leader(4));
  EXPECT_THAT(Drain(*slow), ElementsAre(0));
  EXPECT_THAT(Drain(*Subscribe()), ElementsAre(0));
}

TEST_F(HubTest, SubscriptionMayEndInsideItsOwnCallback) {
  std::unique_ptr<Hub::Subscription> subscription;
  int calls = 0;
  subscription = hub_.Subscribe([&] {
    ++calls;
    subscription.reset();
  });
  EXPECT_EQ(subscription->Take().snapshot, nullptr);
  hub_.Publish(Standby(1));
  hub_.Publish(Standby(2));
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(subscription, nullptr);
}

TEST_F(HubTest, ASubscriptionMayEndAnotherInsideItsCallback) {
  auto victim = Subscribe();
  // They are called in the order in which they took nothing: the victim comes second.
  auto first = hub_.Subscribe([&] { victim.reset(); });
  EXPECT_EQ(first->Take().snapshot, nullptr);
  EXPECT_EQ(victim->Take().snapshot, nullptr);
  hub_.Publish(Standby(1));
  EXPECT_EQ(victim, nullptr);
  EXPECT_EQ(ready_, 0) << "called after its end";
}

TEST_F(HubTest, EndedSubscribersAreForgottenAndTheRestIsStillTold) {
  std::vector<std::unique_ptr<Hub::Subscription>> subscriptions;
  for (int i = 0; i < 100; ++i) {
    subscriptions.push_back(Subscribe());
    EXPECT_EQ(subscriptions.back()->Take().snapshot, nullptr);
  }
  for (int i = 0; i < 100; i += 3) subscriptions[i].reset();
  hub_.Publish(Standby(1));
  while (ready_ < 66) std::this_thread::yield();
  // Of those that were told late, none is told once more.
  subscriptions.clear();
  EXPECT_EQ(ready_, 66);
}

TEST_F(HubTest, ASubscriberThatNeverTakesDelaysNobodyAndKeepsOnlyTwo) {
  auto slow = Subscribe();
  EXPECT_EQ(slow->Take().snapshot, nullptr);
  auto quick = Subscribe();
  std::weak_ptr<const Snapshot> skipped;
  for (uint64_t revision = 1; revision <= 1000; ++revision) {
    auto snapshot = revision == 500 ? Loss(revision) : Leader(revision);
    if (revision == 501) skipped = snapshot;
    hub_.Publish(std::move(snapshot));
    EXPECT_THAT(Drain(*quick), ElementsAre(revision));
  }
  EXPECT_TRUE(skipped.expired()) << "a snapshot is kept for the slow subscriber although it will never be taken";
  EXPECT_THAT(Drain(*slow), ElementsAre(500, 1000));
}

TEST_F(HubTest, WhatIsTakenAndWhatIsSkippedIsCounted) {
  hub_.Publish(Leader(1));
  hub_.Publish(Loss(2));
  auto quick = Subscribe();
  auto slow = Subscribe();
  EXPECT_THAT(Drain(*quick), ElementsAre(2));
  EXPECT_THAT(Drain(*slow), ElementsAre(2));
  EXPECT_EQ(hub_.counts().taken, 2u);
  EXPECT_EQ(hub_.counts().coalesced, 0u) << "what was before a subscriber is no loss of its";
  hub_.Publish(Standby(3));
  EXPECT_THAT(Drain(*quick), ElementsAre(3));
  hub_.Publish(Leader(4));
  hub_.Publish(Loss(5));
  hub_.Publish(Standby(6));
  EXPECT_THAT(Drain(*slow), ElementsAre(5, 6));
  EXPECT_EQ(hub_.counts().taken, 5u);
  EXPECT_EQ(hub_.counts().coalesced, 2u) << "3 and 4";
  (void)slow->TakeOrLatest();
  EXPECT_EQ(hub_.counts().taken, 6u);
}

TEST_F(HubTest, PublishWaitsForNoneOfVeryManySubscribers) {
  constexpr size_t kMany = Hub::kToldAtOnce + 100;
  std::mutex held;
  std::atomic<size_t> at_once{0};
  std::atomic<size_t> told{0};
  const std::thread::id publisher = std::this_thread::get_id();
  std::vector<std::unique_ptr<Hub::Subscription>> subscriptions;
  for (size_t i = 0; i < kMany; ++i) {
    subscriptions.push_back(hub_.Subscribe([&] {
      if (std::this_thread::get_id() == publisher) {
        ++at_once;
      } else {
        std::lock_guard<std::mutex> wait(held);
      }
      ++told;
    }));
    EXPECT_EQ(subscriptions.back()->Take().snapshot, nullptr);
  }
  {
    std::lock_guard<std::mutex> hold(held);
    hub_.Publish(Leader(1));
    hub_.Publish(Leader(2));
    EXPECT_EQ(at_once, Hub::kToldAtOnce);
    EXPECT_EQ(told, Hub::kToldAtOnce);
    EXPECT_EQ(hub_.Latest()->leadership.revision(), 2u);
  }
  while (told != kMany) std::this_thread::yield();
  for (auto& subscription : subscriptions) EXPECT_THAT(Drain(*subscription), ElementsAre(2));
}

TEST_F(HubTest, R4LossIsToldToVeryManySubscribersBeforeAnythingElseIsDone) {
  constexpr size_t kMany = Hub::kToldAtOnce + 1000;
  std::atomic<size_t> told{0};
  std::vector<std::unique_ptr<Hub::Subscription>> subscriptions;
  for (size_t i = 0; i < kMany; ++i) {
    subscriptions.push_back(hub_.Subscribe([&] { ++told; }));
    EXPECT_EQ(subscriptions.back()->Take().snapshot, nullptr);
  }
  hub_.Publish(Leader(1));
  hub_.Publish(Loss(2));
  EXPECT_EQ(told, kMany);
  hub_.Publish(Leader(3, "b"));
  for (auto& subscription : subscriptions) EXPECT_THAT(Drain(*subscription), ElementsAre(2, 3));
}

TEST_F(HubTest, SubscriptionsThatEndWhileTheyAreStillToBeToldAreNotCalled) {
  std::mutex held;
  std::atomic<bool> first{false};
  std::atomic<int> calls{0};
  std::vector<std::unique_ptr<Hub::Subscription>> subscriptions;
  for (size_t i = 0; i < Hub::kToldAtOnce + 2; ++i) {
    subscriptions.push_back(hub_.Subscribe([&, i] {
      if (i < Hub::kToldAtOnce) return;
      ++calls;
      first = true;
      std::lock_guard<std::mutex> wait(held);
    }));
    EXPECT_EQ(subscriptions.back()->Take().snapshot, nullptr);
  }
  {
    std::lock_guard<std::mutex> hold(held);
    hub_.Publish(Standby(1));
    while (!first) std::this_thread::yield();
    subscriptions.pop_back();
  }
  subscriptions.clear();
  EXPECT_EQ(calls, 1);
}

constexpr uint64_t kRevisions = 20000;

// Checks, as a client would, what one subscriber is given. Terms are told by lock.uid.
class Reader {
 public:
  explicit Reader(Hub& hub)
      : subscription_(hub.Subscribe([this] {
          std::lock_guard<std::mutex> lock(mutex_);
          ready_ = true;
          changed_.notify_one();
        })) {}

  // Reads until the hub is closed; returns the last revision.
  uint64_t Read() {
    uint64_t last = 0;
    std::optional<std::string> term;
    for (;;) {
      const Hub::Next next = subscription_->Take();
      if (next.closed) return last;
      if (next.snapshot == nullptr) {
        std::unique_lock<std::mutex> lock(mutex_);
        changed_.wait(lock, [this] { return ready_; });
        ready_ = false;
        continue;
      }
      const Leadership& told = next.snapshot->leadership;
      EXPECT_GT(told.revision(), last);
      last = told.revision();
      if (told.state() != Leadership::STATE_LEADER) {
        term.reset();
        continue;
      }
      EXPECT_TRUE(!term || *term == told.lock().uid()) << "two terms with no loss between, at revision " << last;
      term = told.lock().uid();
    }
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool ready_ = false;
  std::unique_ptr<Hub::Subscription> subscription_;
};

TEST(HubThreadsTest, R4NoReaderSeesTwoTermsWithoutALossAndAllSeeTheEnd) {
  Hub hub;
  std::vector<std::thread> threads;
  // More than are told at once.
  for (size_t i = 0; i < Hub::kToldAtOnce + 8; ++i) {
    threads.emplace_back([&hub] {
      Reader reader(hub);
      EXPECT_EQ(reader.Read(), kRevisions) << "closed with a loss as the newest: it must have come through";
    });
  }
  // Three kinds in turn: leader of a new term, the same term again, its loss. The last is a loss.
  for (uint64_t revision = 1; revision <= kRevisions; ++revision) {
    const uint64_t phase = (kRevisions - revision) % 3;
    hub.Publish(phase == 0 ? Loss(revision) : Leader(revision, std::to_string((kRevisions - revision) / 3)));
  }
  hub.Close();
  for (auto& thread : threads) thread.join();
}

TEST(HubThreadsTest, SubscribingWhileItIsPublishedLosesNoUpdate) {
  // The subscriber registers first and reads second; so whichever way the race goes, the last revision comes without
  // another publish to shake it loose.
  for (uint64_t round = 0; round < 2000; ++round) {
    Hub hub;
    hub.Publish(Standby(1));
    std::thread publisher([&hub] { hub.Publish(Standby(2)); });
    std::atomic<bool> ready{false};
    auto subscription = hub.Subscribe([&ready] { ready = true; });
    uint64_t seen = 0;
    while (seen != 2) {
      const Hub::Next next = subscription->Take();
      if (next.snapshot != nullptr) {
        seen = next.snapshot->leadership.revision();
      } else {
        while (!ready.exchange(false)) std::this_thread::yield();
      }
    }
    publisher.join();
  }
}

TEST(HubThreadsTest, NoCallbackComesAfterTheEndOfItsSubscription) {
  Hub hub;
  std::atomic<bool> done{false};
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&] {
      while (!done) {
        // A sanitizer, or the crash itself, shows a callback that comes too late.
        auto touched = std::make_unique<int>(0);
        auto subscription = hub.Subscribe([raw = touched.get()] { ++*raw; });
        while (subscription->Take().snapshot != nullptr) {
        }
        subscription.reset();
        const int calls = *touched;
        EXPECT_LE(calls, 1);
        touched.reset();
      }
    });
  }
  for (uint64_t revision = 1; revision <= 20000; ++revision) hub.Publish(Standby(revision));
  done = true;
  for (auto& thread : threads) thread.join();
}

}  // namespace
}  // namespace leadership_broker::testing
