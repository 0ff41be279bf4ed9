// News that come late, out of order, or from before something else was learned.
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "server/election/election.h"
#include "tests/unit/election/candidate.h"

namespace leadership_broker::testing {
namespace {

using election::Activity;
using election::Heard;
using election::ListCandidates;
using election::LockRead;
using election::LockSynced;
using election::Options;
using election::ReadOwnPod;
using election::ReadTheLock;
using election::ReleaseLock;

void RefuseForGood(Candidate& me) {
  kube::Outcome refusal = Failure(absl::StatusCode::kUnauthenticated);
  refusal.token_is_good = true;
  me.Step(Heard{Activity::kLockList, refusal});
  me.Advance(absl::Seconds(2));
  me.Step(Heard{Activity::kLockList, refusal});
  ASSERT_EQ(me.Reason(), Leadership::REASON_UNAUTHORIZED);
}

TEST(LateNews, R2LockShownToBeAnothersIsNotHeldByAnOlderAnswer) {
  Candidate me;
  me.StandForFreeLock();
  me.Added(LockOf("me", "L1", 11));
  me.Modified(LockOf("other", "L1", 12));
  me.Created(LockOf("me", "L1", 11));
  EXPECT_EQ(me.State(), Leadership::STATE_STANDBY);
  me.Modified(LockOf("me", "L1", 13));
  EXPECT_NE(me.State(), Leadership::STATE_LEADER) << "the watch alone shows it";
}

TEST(LateNews, R3ReadOfBeforeTheAmbiguousAnswerSettlesNothing) {
  Candidate me;
  me.StandForFreeLock();
  const absl::Duration before = me.now.boot;
  me.Advance(absl::Seconds(1));
  me.CreateFailed(Failure(absl::StatusCode::kAlreadyExists));
  EXPECT_FALSE(me.Creates());
  me.Step(LockRead{kube::Outcome{}, std::nullopt, "12", before});
  EXPECT_FALSE(me.Creates());
  me.Step(LockSynced{std::nullopt, "13", before});
  ASSERT_NE(me.Did<ReadTheLock>(), nullptr) << "it asks again";
  me.Candidates({});
  EXPECT_FALSE(me.Creates());
  me.Read(std::nullopt, 14);
  EXPECT_TRUE(me.Creates());
}

TEST(LateNews, R4ListThatEndsARefusalTellsOfTheLossFirst) {
  Candidate me;
  me.WinFreeLock();
  RefuseForGood(me);
  me.Sync(LockOf("other", "L2", 20), 21);
  for (const status::SnapshotPtr& told : me.Told()) {
    EXPECT_EQ(told->leadership.state(), Leadership::STATE_STANDBY);
  }
  EXPECT_EQ(me.Reason(), Leadership::REASON_ANOTHER_LEADS);
}

TEST(LateNews, R4LockShownInOtherHandsIsLostThoughAReadHasShownItOursAgain) {
  Candidate me;
  me.WinFreeLock();
  me.Read(LockOf("me", "L1", 14), 14);
  ASSERT_EQ(me.State(), Leadership::STATE_LEADER);
  me.Modified(LockOf("other", "L1", 13));
  ASSERT_FALSE(me.Told().empty());
  EXPECT_NE(me.Told().front()->leadership.state(), Leadership::STATE_LEADER);
  me.Modified(LockOf("me", "L1", 14));
  me.OwnPodRead(PodOf("me"));
  me.Read(LockOf("me", "L1", 14), 15);
  EXPECT_EQ(me.Reason(), Leadership::REASON_PREDECESSOR) << "the other may not have heard yet";
  me.OtherPod("other", std::nullopt);
  EXPECT_EQ(me.State(), Leadership::STATE_LEADER);
}

TEST(LateNews, R16EditThatOnlyAReadHasShownIsWaitedForBeforeLeadershipIsTold) {
  Candidate me;
  me.StandForFreeLock();
  me.Created(LockOf("me", "L1", 11));
  me.Read(LockOf("me", "L1", 14), 14);
  me.Added(LockOf("me", "L1", 11));
  EXPECT_EQ(me.State(), Leadership::STATE_STANDBY);
  me.Modified(LockOf("other", "L1", 13));
  me.Modified(LockOf("me", "L1", 14));
  EXPECT_NE(me.State(), Leadership::STATE_LEADER);
}

TEST(LateNews, R9RefusedCandidateAsksWhetherItsTokenIsTakenAgain) {
  Candidate me;
  me.FollowLeader("other");
  RefuseForGood(me);
  ASSERT_NE(me.Did<ReadTheLock>(), nullptr);
  me.Read(LockOf("other", "L1", 5), 12);
  EXPECT_EQ(me.State(), Leadership::STATE_STANDBY);
}

TEST(LateNews, R11LockWonAfterTheWatchWasAllowedAgainIsWaitedForNotReadInALoop) {
  Candidate me;
  me.OwnPod(PodOf("me"));
  me.Step(LockSynced{std::nullopt, "10", me.now.boot, /*polling=*/true});
  me.Step(Heard{Activity::kLockWatch, kube::Outcome{}});
  me.Candidates({});
  ASSERT_TRUE(me.Creates());
  me.Created(LockOf("me", "L1", 11));
  EXPECT_EQ(me.Did<ReadTheLock>(), nullptr);
}

TEST(LateNews, R11CandidatesThatCouldNotBeListedAreAskedForAlsoWhenItPolls) {
  Candidate me;
  me.OwnPod(PodOf("me"));
  me.Sync(LockOf("other", "L1", 5), 10);
  kube::Listing<kube::Pod> forbidden;
  forbidden.outcome = Failure(absl::StatusCode::kPermissionDenied, "cannot list pods");
  me.Step(election::CandidatesListed{forbidden});
  ASSERT_EQ(me.Reason(), Leadership::REASON_FORBIDDEN);
  me.Step(LockSynced{LockOf("other", "L1", 5), "11", me.now.boot, /*polling=*/true});
  me.Advance(absl::Minutes(1));
  ASSERT_NE(me.Did<ListCandidates>(), nullptr);
  me.Candidates({});
  EXPECT_EQ(me.Reason(), Leadership::REASON_ANOTHER_LEADS);
}

TEST(LateNews, R11TroubleWithAPodGoesWithTheInterestInIt) {
  Candidate me;
  me.FollowLeader("other");
  me.Step(
      Heard{Activity::kOtherPodList, Failure(absl::StatusCode::kPermissionDenied, "cannot list pods"), "other-uid"});
  ASSERT_EQ(me.Reason(), Leadership::REASON_FORBIDDEN);
  me.OtherPod("other", std::nullopt);
  me.Deleted(LockOf("other", "L1", 5), 12);
  me.Added(LockOf("third", "L2", 13));
  EXPECT_EQ(me.Reason(), Leadership::REASON_ANOTHER_LEADS);
}

TEST(LateNews, R11TroubleWithACreateIsNotToldWhileItWaitsForAPredecessor) {
  Candidate me;
  me.StandForFreeLock();
  me.CreateFailed(Failure(absl::StatusCode::kUnavailable));
  ASSERT_EQ(me.Reason(), Leadership::REASON_API_UNREACHABLE);
  me.Read(std::nullopt, 20);
  me.Added(LockOf("other", "L2", 15));
  me.Deleted(LockOf("other", "L2", 15), 16);
  EXPECT_EQ(me.Reason(), Leadership::REASON_PREDECESSOR);
}

TEST(LateNews, R16CreateAnsweredAfterItsLockHasGoneIsALossLikeAnyOther) {
  // A foreground deletion of this pod takes each lock that it creates; its own watch may be behind.
  Candidate me;
  me.StandForFreeLock();
  me.Added(LockOf("me", "L1", 11));
  me.Deleted(LockOf("me", "L1", 11), 12);
  me.Created(LockOf("me", "L1", 11));
  ASSERT_NE(me.Did<ReadOwnPod>(), nullptr);
  me.Read(std::nullopt, 13);
  EXPECT_FALSE(me.Creates());
  me.OwnPodRead(PodOf("me"));
  EXPECT_TRUE(me.Creates());
}

TEST(LateNews, OnRequestLockThatWasLedUnderIsNotGivenUpAfterAnEditAndBack) {
  Options options;
  options.on_request = true;
  Candidate me(options);
  me.Step(election::Requested{true});
  me.WinFreeLock();
  me.Step(election::Requested{false});  // Become has returned
  me.Modified(LockOf("other", "L1", 12));
  ASSERT_EQ(me.State(), Leadership::STATE_STANDBY);
  me.OwnPodRead(PodOf("me"));
  me.OtherPod("other", std::nullopt);
  me.Modified(LockOf("me", "L1", 13));
  me.Read(LockOf("me", "L1", 13), 14);
  EXPECT_EQ(me.Did<ReleaseLock>(), nullptr);
  EXPECT_EQ(me.State(), Leadership::STATE_LEADER);
}

}  // namespace
}  // namespace leadership_broker::testing
