#include "client/term_tracker.h"

#include <vector>

#include "gmock/gmock.h"

namespace leadership::internal {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using v1::Leadership;

constexpr absl::Duration kSilence = absl::Seconds(15);
constexpr char kSelf[] = "uid-self";
constexpr char kOther[] = "uid-other";

Leadership Message(Leadership::State state, Leadership::Reason reason, const std::string& lock,
                   const std::string& leader, uint64_t token) {
  Leadership message;
  message.set_state(state);
  message.set_reason(reason);
  message.set_message(Leadership::Reason_Name(reason));
  message.mutable_lock()->set_uid(lock);
  if (!leader.empty()) message.mutable_leader()->set_uid(leader);
  message.mutable_self()->set_uid(kSelf);
  message.set_fencing_token(token);
  return message;
}
Leadership Leads(const std::string& lock, uint64_t token) {
  return Message(Leadership::STATE_LEADER, Leadership::REASON_WON, lock, kSelf, token);
}
Leadership OtherLeads() {
  return Message(Leadership::STATE_STANDBY, Leadership::REASON_ANOTHER_LEADS, "lock-other", kOther, 9);
}
Leadership Lost() { return Message(Leadership::STATE_STANDBY, Leadership::REASON_LOCK_LOST, "", "", 0); }
Leadership Starting() { return Message(Leadership::STATE_UNKNOWN, Leadership::REASON_STARTING, "", "", 0); }
// Names no leader, since nobody may lead yet.
Leadership HoldsUntold(const std::string& lock, Leadership::Reason reason) {
  return Message(Leadership::STATE_STANDBY, reason, lock, "", 0);
}
Leadership Unverified() {
  return Message(Leadership::STATE_UNKNOWN, Leadership::REASON_API_UNREACHABLE, "lock-1", kSelf, 0);
}

class TermTrackerTest : public ::testing::Test {
 protected:
  explicit TermTrackerTest(bool uncertainty_is_loss = false) : tracker({kSilence, uncertainty_is_loss}, now) {}

  // All there is to tell now, in a word each.
  std::vector<std::string> Told() {
    std::vector<std::string> told;
    while (std::optional<Notification> next = tracker.Next(now)) {
      switch (next->kind) {
        case Notification::Kind::kStartedLeading:
          told.push_back("started " + std::to_string(next->leadership.fencing_token()));
          break;
        case Notification::Kind::kStoppedLeading:
          told.push_back("stopped: " + next->why);
          break;
        case Notification::Kind::kNewLeader:
          told.push_back("leader " + next->leadership.leader().uid());
          break;
        case Notification::Kind::kUncertain:
          told.push_back((next->leading ? "uncertain leader: " : "uncertain: ") + next->why);
          break;
        case Notification::Kind::kStillLeading:
          told.push_back("still");
          break;
        case Notification::Kind::kFailed:
          told.push_back("failed: " + std::string(next->error.message()));
          break;
      }
    }
    return told;
  }
  void Receive(const Leadership& message) { tracker.Receive(message, now); }
  void Start() {
    Receive(Leads("lock-1", 5));
    ASSERT_THAT(Told(), ElementsAre("leader uid-self", "started 5"));
  }

  absl::Duration now = absl::Hours(1);
  TermTracker tracker;
};

TEST_F(TermTrackerTest, NothingIsToldBeforeTheBrokerSpeaks) {
  EXPECT_THAT(Told(), IsEmpty());
  EXPECT_EQ(tracker.Deadline(), now + kSilence);
  EXPECT_FALSE(tracker.IsLeading(now));
}

TEST_F(TermTrackerTest, StartsAndStopsWithTheTerm) {
  Start();
  EXPECT_TRUE(tracker.IsLeading(now));
  EXPECT_EQ(tracker.FencingToken(now), 5u);
  Receive(Lost());
  EXPECT_FALSE(tracker.IsLeading(now)) << "before it is told";
  EXPECT_EQ(tracker.FencingToken(now), 0u);
  EXPECT_THAT(Told(), ElementsAre("stopped: REASON_LOCK_LOST"));
  Receive(OtherLeads());
  EXPECT_THAT(Told(), ElementsAre("leader uid-other"));
}

TEST_F(TermTrackerTest, IsNoLeaderBeforeItIsToldSo) {
  Receive(Leads("lock-1", 5));
  EXPECT_FALSE(tracker.IsLeading(now));
}

TEST_F(TermTrackerTest, R10_SameTermAfterABrokersRestartIsNotSeen) {
  Start();
  tracker.Break(absl::UnavailableError("gone"));
  EXPECT_THAT(Told(), IsEmpty());
  for (const Leadership& message : {Starting(), HoldsUntold("lock-1", Leadership::REASON_CONFIRMING),
                                    HoldsUntold("lock-1", Leadership::REASON_PREDECESSOR), Leads("lock-1", 30)}) {
    Receive(message);
    EXPECT_THAT(Told(), IsEmpty()) << message.ShortDebugString();
    EXPECT_TRUE(tracker.IsLeading(now));
  }
  EXPECT_EQ(tracker.FencingToken(now), 5u) << "a token that rises within a term is no other term";
}

TEST_F(TermTrackerTest, R10_WhatARestartedBrokerSaysBeforeItKnowsIsNoMoreThanSilence) {
  Start();
  now += kSilence - absl::Seconds(1);
  Receive(Starting());
  Receive(HoldsUntold("lock-1", Leadership::REASON_CONFIRMING));
  EXPECT_THAT(Told(), IsEmpty());
  now += absl::Seconds(1);
  EXPECT_FALSE(tracker.IsLeading(now));
  EXPECT_THAT(Told(), ElementsAre("uncertain leader: REASON_CONFIRMING"));
}

TEST_F(TermTrackerTest, AnotherTermIsStopThenStart) {
  Start();
  tracker.Break(absl::UnavailableError("gone"));
  Receive(Leads("lock-2", 8));
  EXPECT_FALSE(tracker.IsLeading(now));
  EXPECT_THAT(Told(), ElementsAre("stopped: the lock was lost, and won again: a new term", "started 8"));
  EXPECT_EQ(tracker.FencingToken(now), 8u);
}

TEST_F(TermTrackerTest, R4_LossBetweenTwoMessagesOfOneTermIsNotSkipped) {
  Start();
  Receive(Lost());
  Receive(Leads("lock-1", 12));
  EXPECT_THAT(Told(), ElementsAre("stopped: REASON_LOCK_LOST", "started 12"));
}

TEST_F(TermTrackerTest, R4_LossIsToldBeforeTheNewLeader) {
  Start();
  Receive(OtherLeads());
  EXPECT_THAT(Told(), ElementsAre("stopped: REASON_ANOTHER_LEADS", "leader uid-other"));
}

TEST_F(TermTrackerTest, TermsThatASlowAppWasNeverToldAreNotTold) {
  Receive(Leads("lock-1", 5));
  Receive(Lost());
  Receive(Leads("lock-2", 7));
  Receive(Lost());
  EXPECT_THAT(Told(), IsEmpty());
}

TEST_F(TermTrackerTest, LockThatIsGoingIsALossAlthoughItIsStillThere) {
  Start();
  Receive(HoldsUntold("lock-1", Leadership::REASON_LOCK_LOST));
  EXPECT_THAT(Told(), ElementsAre("stopped: REASON_LOCK_LOST"));
}

TEST_F(TermTrackerTest, ConfirmingAnotherTermIsALoss) {
  Start();
  Receive(HoldsUntold("lock-2", Leadership::REASON_CONFIRMING));
  EXPECT_THAT(Told(), ElementsAre("stopped: REASON_CONFIRMING"));
}

TEST_F(TermTrackerTest, R5_EndedPodStops) {
  Start();
  Receive(Message(Leadership::STATE_INELIGIBLE, Leadership::REASON_POD_ENDED, "", "", 0));
  EXPECT_THAT(Told(), ElementsAre("stopped: REASON_POD_ENDED"));
}

TEST_F(TermTrackerTest, SilenceMakesUncertainOnceAndTheSameTermCertainAgain) {
  Start();
  now += kSilence - absl::Milliseconds(1);
  EXPECT_THAT(Told(), IsEmpty());
  EXPECT_EQ(tracker.Deadline(), now + absl::Milliseconds(1));
  now += absl::Milliseconds(1);
  EXPECT_FALSE(tracker.IsLeading(now)) << "before it is told";
  EXPECT_THAT(Told(), ElementsAre("uncertain leader: the leadership broker has said nothing for 15s"));
  EXPECT_EQ(tracker.Deadline(), absl::InfiniteDuration());
  now += absl::Hours(1);
  EXPECT_THAT(Told(), IsEmpty());
  Receive(Leads("lock-1", 5));
  EXPECT_THAT(Told(), ElementsAre("still"));
  EXPECT_TRUE(tracker.IsLeading(now));
}

TEST_F(TermTrackerTest, BrokenStreamIsTheReasonOfTheUncertaintyThatFollows) {
  Start();
  tracker.Break(absl::UnavailableError("nobody there"));
  now += kSilence;
  EXPECT_THAT(Told(), ElementsAre("uncertain leader: nobody there"));
}

TEST_F(TermTrackerTest, UncertainThenLostIsStopped) {
  Start();
  now += kSilence;
  ASSERT_EQ(Told().size(), 1u);
  Receive(OtherLeads());
  EXPECT_THAT(Told(), ElementsAre("stopped: REASON_ANOTHER_LEADS", "leader uid-other"));
}

TEST_F(TermTrackerTest, UncertainThenAnotherTermIsStopThenStart) {
  Start();
  now += kSilence;
  ASSERT_EQ(Told().size(), 1u);
  Receive(Leads("lock-2", 8));
  EXPECT_THAT(Told(), ElementsAre("stopped: the lock was lost, and won again: a new term", "started 8"));
}

TEST_F(TermTrackerTest, R9_UnverifiedLeaderIsUncertainAtOnce) {
  Start();
  Receive(Unverified());
  EXPECT_FALSE(tracker.IsLeading(now));
  EXPECT_THAT(Told(), ElementsAre("uncertain leader: REASON_API_UNREACHABLE"));
  Receive(Starting());
  EXPECT_THAT(Told(), IsEmpty());
  Receive(Leads("lock-1", 5));
  EXPECT_THAT(Told(), ElementsAre("still"));
}

TEST_F(TermTrackerTest, R9_WordPastItsValidForIsNotBelieved) {
  Leadership message = Leads("lock-1", 5);
  message.mutable_valid_for()->set_seconds(2);
  message.mutable_valid_for()->set_nanos(500'000'000);
  Receive(message);
  ASSERT_THAT(Told(), ElementsAre("leader uid-self", "started 5"));
  now += absl::Milliseconds(2499);
  EXPECT_TRUE(tracker.IsLeading(now));
  EXPECT_EQ(tracker.Deadline(), now + absl::Milliseconds(1));
  now += absl::Milliseconds(1);
  EXPECT_FALSE(tracker.IsLeading(now));
  EXPECT_THAT(
      Told(),
      ElementsAre("uncertain leader: the leadership broker's last word has passed its valid_for, and no other came"));
  Receive(message);
  EXPECT_THAT(Told(), ElementsAre("still"));
}

TEST_F(TermTrackerTest, R9_LongerValidForDoesNotOutlastTheSilenceLimit) {
  Leadership message = Leads("lock-1", 5);
  message.mutable_valid_for()->set_seconds(3600);
  Receive(message);
  ASSERT_EQ(Told().size(), 2u);
  EXPECT_EQ(tracker.Deadline(), now + kSilence);
}

TEST_F(TermTrackerTest, StandbyIsToldOfSilenceAndThenWhatCame) {
  Receive(OtherLeads());
  ASSERT_THAT(Told(), ElementsAre("leader uid-other"));
  now += kSilence;
  EXPECT_THAT(Told(), ElementsAre("uncertain: the leadership broker has said nothing for 15s"));
  Receive(OtherLeads());
  EXPECT_THAT(Told(), IsEmpty());
  now += kSilence;
  EXPECT_THAT(Told(), ElementsAre("uncertain: the leadership broker has said nothing for 15s")) << "once more";
  Receive(Leads("lock-3", 11));
  EXPECT_THAT(Told(), ElementsAre("leader uid-self", "started 11"));
}

TEST_F(TermTrackerTest, WithoutABrokerTheAppHearsWhy) {
  tracker.Break(absl::UnavailableError("nobody there"));
  now += kSilence;
  EXPECT_THAT(Told(), ElementsAre("uncertain: nobody there"));
}

class AppWithoutAnEarForUncertainty : public TermTrackerTest {
 protected:
  AppWithoutAnEarForUncertainty() : TermTrackerTest(/*uncertainty_is_loss=*/true) {}
};

TEST_F(AppWithoutAnEarForUncertainty, IsToldALossAndAStartOfTheSameTerm) {
  Start();
  now += kSilence;
  EXPECT_THAT(Told(), ElementsAre("stopped: the leadership broker has said nothing for 15s"));
  EXPECT_THAT(Told(), IsEmpty());
  Receive(Leads("lock-1", 30));
  EXPECT_THAT(Told(), ElementsAre("started 5"));
}

TEST_F(AppWithoutAnEarForUncertainty, IsToldTheLossOnce) {
  Start();
  now += kSilence;
  ASSERT_EQ(Told().size(), 1u);
  Receive(OtherLeads());
  EXPECT_THAT(Told(), ElementsAre("leader uid-other"));
}

TEST_F(TermTrackerTest, FailureStopsALeaderAndIsTheLastWord) {
  Start();
  tracker.Fail(absl::NotFoundError("no such lock"));
  EXPECT_FALSE(tracker.IsLeading(now));
  EXPECT_THAT(Told(), ElementsAre("stopped: no such lock", "failed: no such lock"));
  EXPECT_EQ(tracker.Deadline(), absl::InfiniteDuration());
}

TEST_F(TermTrackerTest, OutsideAClusterThereIsOneTermWithoutALock) {
  Leadership outside;
  outside.set_state(Leadership::STATE_LEADER);
  outside.set_reason(Leadership::REASON_OUTSIDE_CLUSTER);
  Receive(outside);
  EXPECT_THAT(Told(), ElementsAre("started 0"));
  tracker.Break(absl::UnavailableError("gone"));
  Receive(Starting());
  Receive(outside);
  EXPECT_THAT(Told(), IsEmpty());
}

TEST_F(TermTrackerTest, StateOfALaterVersionIsNotLeading) {
  Start();
  Leadership later;
  later.set_state(static_cast<Leadership::State>(99));
  later.set_message("something new");
  Receive(later);
  EXPECT_FALSE(tracker.IsLeading(now));
  EXPECT_THAT(Told(), ElementsAre("uncertain leader: something new"));
}

}  // namespace
}  // namespace leadership::internal
