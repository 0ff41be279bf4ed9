#include "server/announce/lock_news.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace leadership_broker::testing {
namespace {

using announce::Happening;
using leadership::v1::Leadership;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Kind = election::Happened::Kind;

class LockNewsTest : public ::testing::Test {
 protected:
  static Leadership Snapshot(Leadership::State state, Leadership::Reason reason, const std::string& lock_uid) {
    Leadership told;
    told.mutable_lock()->set_namespace_("ns");
    told.mutable_lock()->set_name("lock");
    told.mutable_lock()->set_uid(lock_uid);
    told.mutable_lock()->set_resource_version(lock_uid.empty() ? "" : "7");
    told.mutable_self()->set_name("me");
    told.mutable_self()->set_uid("me-uid");
    told.set_state(state);
    told.set_reason(reason);
    told.set_message("in a sentence");
    told.set_fencing_token(7);
    return told;
  }

  // "REASON on KIND NAME", each.
  std::vector<std::string> Told(Leadership::State state, Leadership::Reason reason, const std::string& lock_uid) {
    last_ = news_.Told(Snapshot(state, reason, lock_uid), absl::UnixEpoch());
    return Summaries(last_);
  }
  std::vector<std::string> Done(Kind kind, const std::string& why = "") {
    last_ = news_.Of({kind, {"other", "other-uid", ""}, {"L0", "5"}, why}, absl::UnixEpoch());
    return Summaries(last_);
  }
  static std::vector<std::string> Summaries(const std::vector<Happening>& happenings) {
    std::vector<std::string> all;
    for (const Happening& h : happenings) {
      all.push_back(h.reason + " on " + h.regarding.kind() + " " + h.regarding.name());
    }
    return all;
  }
  void StartAsStandby() {
    EXPECT_THAT(Told(Leadership::STATE_UNKNOWN, Leadership::REASON_STARTING, ""), IsEmpty());
    EXPECT_THAT(Told(Leadership::STATE_STANDBY, Leadership::REASON_NOBODY_LEADS, ""), IsEmpty());
  }
  void Win() {
    StartAsStandby();
    EXPECT_THAT(Told(Leadership::STATE_STANDBY, Leadership::REASON_CONFIRMING, "L1"), IsEmpty());
    EXPECT_THAT(Told(Leadership::STATE_LEADER, Leadership::REASON_WON, "L1"),
                ElementsAre("LeaderElected on ConfigMap lock", "LeaderElected on Pod me"));
  }

  announce::LockNews news_;
  std::vector<Happening> last_;
};

TEST_F(LockNewsTest, WhoComesToLeadSaysSoOfLockAndPodOnce) {
  Win();
  EXPECT_EQ(last_[0].regarding.uid(), "L1");
  EXPECT_EQ(last_[0].regarding.resource_version(), "7");
  EXPECT_EQ(last_[0].related.uid(), "me-uid");
  EXPECT_THAT(last_[0].note, AllOf(HasSubstr("me-uid"), HasSubstr("token 7")));
  EXPECT_EQ(last_[1].regarding.uid(), "me-uid");
  EXPECT_EQ(last_[1].related.uid(), "L1");
  EXPECT_FALSE(last_[0].is_warning);
  // Confirmations, and trouble beside it.
  EXPECT_THAT(Told(Leadership::STATE_LEADER, Leadership::REASON_WON, "L1"), IsEmpty());
  EXPECT_THAT(Told(Leadership::STATE_LEADER, Leadership::REASON_API_UNREACHABLE, "L1"), IsEmpty());
  EXPECT_THAT(Told(Leadership::STATE_LEADER, Leadership::REASON_WON, "L1"), IsEmpty());
}

TEST_F(LockNewsTest, AStandbyHasNothingToSay) {
  StartAsStandby();
  EXPECT_THAT(Told(Leadership::STATE_STANDBY, Leadership::REASON_ANOTHER_LEADS, "L1"), IsEmpty());
  EXPECT_THAT(Told(Leadership::STATE_STANDBY, Leadership::REASON_LEADER_GONE, "L1"), IsEmpty());
  EXPECT_THAT(Told(Leadership::STATE_STANDBY, Leadership::REASON_ANOTHER_LEADS, "L2"), IsEmpty());
}

// Also where trouble hides that it adopted the lock.
TEST_F(LockNewsTest, ABrokerThatRestartsBesideALeaderElectsNobody) {
  for (const auto reason :
       {Leadership::REASON_ADOPTED, Leadership::REASON_POD_TERMINATING, Leadership::REASON_FORBIDDEN}) {
    news_ = {};
    Told(Leadership::STATE_UNKNOWN, Leadership::REASON_STARTING, "");
    Told(Leadership::STATE_STANDBY, Leadership::REASON_CONFIRMING, "L1");
    EXPECT_EQ(Told(Leadership::STATE_LEADER, reason, "L1").front(), "LeadershipAdopted on Pod me");
  }
}

TEST_F(LockNewsTest, ALostLockIsNamedAsItWasInTheTerm) {
  Win();
  EXPECT_THAT(Told(Leadership::STATE_STANDBY, Leadership::REASON_LOCK_LOST, ""),
              ElementsAre("LeadershipLost on ConfigMap lock", "LeadershipLost on Pod me"));
  EXPECT_EQ(last_[0].regarding.uid(), "L1");
  EXPECT_TRUE(last_[0].is_warning);
  EXPECT_THAT(last_[0].note, HasSubstr("in a sentence"));
  EXPECT_THAT(Told(Leadership::STATE_STANDBY, Leadership::REASON_NOBODY_LEADS, ""), IsEmpty());
  EXPECT_THAT(Told(Leadership::STATE_LEADER, Leadership::REASON_WON, "L2"),
              ElementsAre("LeaderElected on ConfigMap lock", "LeaderElected on Pod me"));
}

TEST_F(LockNewsTest, ALeaderThatEndsHasLostNothing) {
  Win();
  EXPECT_THAT(Told(Leadership::STATE_LEADER, Leadership::REASON_POD_TERMINATING, "L1"), IsEmpty());
  EXPECT_THAT(Told(Leadership::STATE_INELIGIBLE, Leadership::REASON_POD_ENDED, ""), IsEmpty());
  Win();
  EXPECT_THAT(Told(Leadership::STATE_UNKNOWN, Leadership::REASON_UNAUTHORIZED, "L1"), IsEmpty());
}

// R9.
TEST_F(LockNewsTest, AnUnverifiedLeaderSaysSoAndWhetherItIsVerifiedAgain) {
  Win();
  EXPECT_THAT(Told(Leadership::STATE_UNKNOWN, Leadership::REASON_API_UNREACHABLE, "L1"),
              ElementsAre("LeadershipUnverified on ConfigMap lock", "LeadershipUnverified on Pod me"));
  EXPECT_THAT(Told(Leadership::STATE_UNKNOWN, Leadership::REASON_API_ERROR, "L1"), IsEmpty());
  EXPECT_THAT(Told(Leadership::STATE_LEADER, Leadership::REASON_WON, "L1"),
              ElementsAre("LeadershipVerified on ConfigMap lock", "LeadershipVerified on Pod me"));
  Told(Leadership::STATE_UNKNOWN, Leadership::REASON_API_UNREACHABLE, "L1");
  EXPECT_THAT(Told(Leadership::STATE_STANDBY, Leadership::REASON_ANOTHER_LEADS, "L2"),
              ElementsAre("LeadershipLost on ConfigMap lock", "LeadershipLost on Pod me"));
  EXPECT_EQ(last_[0].regarding.uid(), "L1");
}

TEST_F(LockNewsTest, WhatBreaksTheLocksFormIsEverybodysNews) {
  StartAsStandby();
  EXPECT_THAT(Told(Leadership::STATE_UNKNOWN, Leadership::REASON_LOCK_INVALID, "L1"),
              ElementsAre("LockInvalid on ConfigMap lock"));
  EXPECT_TRUE(last_[0].is_shared);
  EXPECT_TRUE(last_[0].is_warning);
  EXPECT_THAT(Told(Leadership::STATE_UNKNOWN, Leadership::REASON_LOCK_INVALID, "L1"), IsEmpty());
}

TEST_F(LockNewsTest, ALeaderWhoseLockIsMadeInvalidHasLostIt) {
  Win();
  EXPECT_THAT(
      Told(Leadership::STATE_UNKNOWN, Leadership::REASON_LOCK_INVALID, "L1"),
      ElementsAre("LeadershipLost on ConfigMap lock", "LeadershipLost on Pod me", "LockInvalid on ConfigMap lock"));
}

TEST_F(LockNewsTest, WhatIsRefusedConcernsThePod) {
  StartAsStandby();
  EXPECT_THAT(Told(Leadership::STATE_STANDBY, Leadership::REASON_REJECTED, ""), ElementsAre("LockRejected on Pod me"));
  EXPECT_THAT(Told(Leadership::STATE_STANDBY, Leadership::REASON_FORBIDDEN, ""), ElementsAre("Forbidden on Pod me"));
}

TEST_F(LockNewsTest, WhatWasDoneIsSaidOfWhomItWasDoneTo) {
  StartAsStandby();
  EXPECT_THAT(Done(Kind::kOrphanedLockRemoved), ElementsAre("OrphanedLockRemoved on ConfigMap lock"));
  EXPECT_EQ(last_[0].regarding.uid(), "L0");
  EXPECT_EQ(last_[0].regarding.resource_version(), "5");
  EXPECT_THAT(last_[0].note, HasSubstr("other-uid"));
  EXPECT_EQ(last_[0].related.uid(), "me-uid");
  EXPECT_THAT(Done(Kind::kEndedLeaderCleared), ElementsAre("EndedLeaderCleared on ConfigMap lock"));
  EXPECT_THAT(Done(Kind::kReleasedLockRemoved), ElementsAre("ReleasedLockRemoved on ConfigMap lock"));
  EXPECT_THAT(Done(Kind::kUnreachableLeaderDeleted),
              ElementsAre("UnreachableLeaderDeleted on ConfigMap lock", "UnreachableLeaderDeleted on Pod other"));
  EXPECT_EQ(last_[1].regarding.uid(), "other-uid");
  EXPECT_THAT(Done(Kind::kSteppedDown, "it was asked to"), ElementsAre("SteppedDown on Pod me"));
  EXPECT_THAT(last_[0].note, HasSubstr("it was asked to"));
}

}  // namespace
}  // namespace leadership_broker::testing
