// The rules of docs/design.md, one or more tests each, by number.
#include "server/election/election.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/unit/election/candidate.h"

namespace leadership_broker::testing {
namespace {

using election::CreateLock;
using election::DeleteLock;
using election::ListCandidates;
using election::Options;
using election::Publish;
using election::ReadOwnPod;
using election::ReadTheLock;
using election::ReleaseLock;
using election::Warn;
using ::testing::HasSubstr;

kube::Outcome Refusal() {
  kube::Outcome outcome = Failure(absl::StatusCode::kUnauthenticated);
  outcome.token_is_good = true;
  return outcome;
}

TEST(Election, NothingIsKnownAtFirst) {
  Candidate me;
  EXPECT_EQ(me.State(), Leadership::STATE_UNKNOWN);
  EXPECT_EQ(me.Reason(), Leadership::REASON_STARTING);
  EXPECT_EQ(me.Says().revision(), 1u);
  EXPECT_EQ(me.Says().fencing_token(), 0u);
}

TEST(Election, WinsAFreeLock) {
  Candidate me;
  me.WinFreeLock();
  EXPECT_EQ(me.Reason(), Leadership::REASON_WON);
  EXPECT_EQ(me.Says().fencing_token(), 11u);
  EXPECT_EQ(me.Says().lock().uid(), "L1");
  EXPECT_EQ(me.Says().leader().name(), "me");
}

TEST(Election, StandbyNamesTheLeaderAndItsToken) {
  Candidate me;
  me.FollowLeader("other");
  EXPECT_EQ(me.Says().leader().uid(), "other-uid");
  EXPECT_EQ(me.Says().fencing_token(), 5u);
  // A later edit of the same lock is no new term.
  me.Modified(LockOf("other", "L1", 20));
  EXPECT_EQ(me.Says().fencing_token(), 5u);
  EXPECT_EQ(me.Says().lock().resource_version(), "20");
}

TEST(Election, TimesOutsideOf64BitsOfNanosecondsAreTold) {
  for (const int64_t seconds : {int64_t{-62135596800}, int64_t{253402300799}}) {
    Candidate me;
    kube::ConfigMap lock = LockOf("other", "L1", 5);
    lock.mutable_metadata()->mutable_creation_timestamp()->set_seconds(seconds);
    me.Sync(lock, 10);
    EXPECT_EQ(me.Says().lock().creation_time().seconds(), seconds);
    EXPECT_EQ(me.Says().lock().creation_time().nanos(), 0);
  }
}

TEST(R1, NoCreateBeforeAReadOfMyOwnPod) {
  Candidate me;
  me.Sync(std::nullopt, 10);
  me.Candidates({});
  EXPECT_FALSE(me.Creates());
  me.OwnPod(PodOf("me"));
  EXPECT_TRUE(me.Creates());
}

TEST(R1, PodOfAnotherUidUnderMyNameIsNotMe) {
  Candidate me;
  kube::Pod namesake = PodOf("me");
  namesake.mutable_metadata()->set_uid("somebody-else");
  me.OwnPod(namesake);
  me.Sync(std::nullopt, 10);
  me.Candidates({});
  EXPECT_FALSE(me.Creates());
  EXPECT_EQ(me.State(), Leadership::STATE_INELIGIBLE);
  EXPECT_EQ(me.Reason(), Leadership::REASON_POD_NOT_FOUND);
}

TEST(R1, LockThatNamesMyPodButAnotherUidIsNotMine) {
  Candidate me;
  me.OwnPod(PodOf("me"));
  kube::ConfigMap lock = LockOf("me", "L1", 5);
  lock.mutable_metadata()->mutable_owner_references(0)->set_uid("my-predecessor");
  (*lock.mutable_metadata()->mutable_annotations())[election::kHolderUidAnnotation] = "my-predecessor";
  me.Sync(lock, 10);
  me.Candidates({});
  EXPECT_EQ(me.State(), Leadership::STATE_STANDBY);
  EXPECT_EQ(me.Says().leader().uid(), "my-predecessor");
}

TEST(R1, MissingUidIsLearnedByNameWithAWarning) {
  Options options;
  options.self = {"me", "", ""};
  Candidate me(options);
  me.Sync(std::nullopt, 10);
  me.OwnPod(PodOf("me"));
  ASSERT_NE(me.Did<Warn>(), nullptr);
  me.Candidates({});
  ASSERT_TRUE(me.Creates());
  EXPECT_EQ(me.Did<CreateLock>()->lock.metadata().owner_references(0).uid(), "me-uid");
}

TEST(R2, WatchAloneMakesNoLeader) {
  Candidate me;
  me.OwnPod(PodOf("me"));
  me.Sync(std::nullopt, 10);
  // A lock in my name that I have not created: what the watch shows is not enough, a read is asked for.
  me.Added(LockOf("me", "L1", 11));
  EXPECT_EQ(me.State(), Leadership::STATE_STANDBY);
  ASSERT_NE(me.Did<ReadTheLock>(), nullptr);
  me.Candidates({});
  EXPECT_EQ(me.State(), Leadership::STATE_STANDBY);
  me.Read(LockOf("me", "L1", 11), 12);
  me.Candidates({});
  EXPECT_EQ(me.State(), Leadership::STATE_LEADER);
}

TEST(R2, WatchAloneMakesNoLeaderWhenTheUidIsLearnedLater) {
  Options options;
  options.self = {"me", "", ""};
  Candidate me(options);
  me.Sync(std::nullopt, 10);
  me.Added(LockOf("me", "L1", 11));
  me.OwnPod(PodOf("me"));
  me.Candidates({});
  EXPECT_EQ(me.State(), Leadership::STATE_STANDBY);
  me.Read(LockOf("me", "L1", 11), 12);
  EXPECT_EQ(me.State(), Leadership::STATE_LEADER);
}

TEST(R2, AnswerThatComesAfterAListLeavesTheTokenAsItWasTold) {
  Candidate me;
  me.StandForFreeLock();
  // Created at 11, edited at 12 by somebody.
  me.Sync(LockOf("me", "L1", 12), 12);
  me.Candidates({});
  ASSERT_EQ(me.State(), Leadership::STATE_LEADER);
  ASSERT_EQ(me.Says().fencing_token(), 12u);
  me.Created(LockOf("me", "L1", 11));
  EXPECT_EQ(me.State(), Leadership::STATE_LEADER);
  EXPECT_EQ(me.Says().fencing_token(), 12u);
}

TEST(R2, LockThatEndedBeforeItsCreateWasAnsweredIsNotHeld) {
  Candidate me;
  me.StandForFreeLock();
  me.Added(LockOf("me", "L1", 11));
  me.Deleted(LockOf("me", "L1", 11), 12);
  me.Created(LockOf("me", "L1", 11));
  EXPECT_NE(me.State(), Leadership::STATE_LEADER);
  EXPECT_EQ(me.Says().fencing_token(), 0u);
}

TEST(R2, CreatedObjectThatNamesAnotherOwnerIsNotHeld) {
  Candidate me;
  me.StandForFreeLock();
  me.Created(LockOf("other", "L1", 11));
  EXPECT_NE(me.Did<ReadTheLock>(), nullptr);
  me.Added(LockOf("other", "L1", 11));
  EXPECT_EQ(me.State(), Leadership::STATE_STANDBY);
}

TEST(R2, HolderUidAnnotationOfAnotherMeansNotMine) {
  // Two owners, the dead one stripped by the collector: the survivor has not been elected.
  Candidate me;
  me.OwnPod(PodOf("me"));
  kube::ConfigMap lock = LockOf("me", "L1", 5);
  (*lock.mutable_metadata()->mutable_annotations())[election::kHolderUidAnnotation] = "dead-uid";
  me.Sync(lock, 10);
  me.Candidates({});
  EXPECT_EQ(me.State(), Leadership::STATE_UNKNOWN);
  EXPECT_EQ(me.Reason(), Leadership::REASON_LOCK_INVALID);
}

class AmbiguousCreate : public ::testing::TestWithParam<absl::StatusCode> {};

TEST_P(AmbiguousCreate, R3IsSettledByAReadBeforeAnotherCreate) {
  Candidate me;
  me.StandForFreeLock();
  me.CreateFailed(Failure(GetParam()));
  ASSERT_NE(me.Did<ReadTheLock>(), nullptr);
  EXPECT_FALSE(me.Creates());
  me.Advance(absl::Minutes(1));
  EXPECT_FALSE(me.Creates());
  me.Read(LockOf("me", "L1", 11), 12);
  EXPECT_FALSE(me.Creates());
  me.Added(LockOf("me", "L1", 11));
  EXPECT_EQ(me.State(), Leadership::STATE_LEADER);
  EXPECT_EQ(me.Reason(), Leadership::REASON_WON);
}

TEST_P(AmbiguousCreate, R3MayStillLandAfterAReadThatShowsNothing) {
  Candidate me;
  me.StandForFreeLock();
  me.CreateFailed(Failure(GetParam()));
  me.Read(std::nullopt, 12);
  const bool at_once = me.Creates();  // after a conflict; after the others a while later
  me.Advance(absl::Minutes(1));
  ASSERT_NE(at_once, me.Creates());
  // The first create lands at last, so the second is refused.
  me.CreateFailed(Failure(absl::StatusCode::kAlreadyExists));
  me.Read(LockOf("me", "L1", 20), 21);
  me.Added(LockOf("me", "L1", 20));
  EXPECT_EQ(me.State(), Leadership::STATE_LEADER);
  EXPECT_EQ(me.Says().fencing_token(), 20u);
}

INSTANTIATE_TEST_SUITE_P(R3, AmbiguousCreate,
                         ::testing::Values(absl::StatusCode::kUnavailable, absl::StatusCode::kAlreadyExists,
                                           absl::StatusCode::kInternal, absl::StatusCode::kDataLoss,
                                           absl::StatusCode::kAborted),
                         [](const auto& info) { return absl::StatusCodeToString(info.param); });

TEST(R4, LossIsToldBeforeAnythingElseAndThenTheLivingLeaderStandsAgain) {
  Candidate me;
  me.WinFreeLock();
  me.Deleted(LockOf("me", "L1", 11), 20);
  ASSERT_EQ(me.Position<Publish>(), 0);
  EXPECT_EQ(me.Told()[0]->leadership.state(), Leadership::STATE_STANDBY);
  EXPECT_EQ(me.Told()[0]->leadership.reason(), Leadership::REASON_LOCK_LOST);
  EXPECT_TRUE(me.Told()[0]->is_loss);
  EXPECT_FALSE(me.Creates());
  EXPECT_GT(me.Position<ReadOwnPod>(), me.Position<Publish>());
  me.OwnPodRead(PodOf("me"));
  ASSERT_TRUE(me.Creates());
  me.Created(LockOf("me", "L2", 21));
  me.Added(LockOf("me", "L2", 21));
  EXPECT_EQ(me.State(), Leadership::STATE_LEADER);
  EXPECT_EQ(me.Says().fencing_token(), 21u);
}

TEST(R4, EveryWayToLoseTheLockIsALoss) {
  const std::vector<std::pair<std::string, std::function<void(Candidate&)>>> ways = {
      {"absent from a read", [](Candidate& me) { me.Read(std::nullopt, 20); }},
      {"absent from the list after a break", [](Candidate& me) { me.Sync(std::nullopt, 20); }},
      {"given a deletionTimestamp",
       [](Candidate& me) {
         kube::ConfigMap lock = LockOf("me", "L1", 20);
         lock.mutable_metadata()->mutable_deletion_timestamp()->set_seconds(1);
         me.Modified(lock);
       }},
      {"in another's hands", [](Candidate& me) { me.Modified(LockOf("other", "L1", 20)); }},
      {"a second owner",
       [](Candidate& me) {
         kube::ConfigMap lock = LockOf("me", "L1", 20);
         *lock.mutable_metadata()->add_owner_references() = LockOf("other", "L1", 20).metadata().owner_references(0);
         me.Modified(lock);
       }},
      {"replaced by another lock", [](Candidate& me) { me.Sync(LockOf("other", "L2", 20), 21); }},
      {"replaced by another lock of mine", [](Candidate& me) { me.Sync(LockOf("me", "L2", 20), 21); }},
  };
  for (const auto& [name, lose] : ways) {
    Candidate me;
    me.WinFreeLock();
    lose(me);
    ASSERT_FALSE(me.Told().empty()) << name;
    EXPECT_TRUE(me.Told()[0]->is_loss) << name;
    EXPECT_NE(me.State(), Leadership::STATE_LEADER) << name;
    EXPECT_EQ(me.Position<Publish>(), 0) << name;
  }
}

TEST(R4, EventsOlderThanTheLockHeldAreIgnored) {
  Candidate me;
  me.FollowLeader("other");
  me.OtherPod("other", std::nullopt);
  me.Deleted(LockOf("other", "L1", 5), 12);
  ASSERT_TRUE(me.Creates());
  me.Created(LockOf("me", "L9", 20));
  // Another's lock that came and went before ours, and that the watch comes to only now.
  me.OtherPod("third", PodOf("third"));
  me.Added(LockOf("third", "L2", 14));
  EXPECT_FALSE(me.Says().state() == Leadership::STATE_LEADER);
  me.Deleted(LockOf("third", "L2", 14), 16);
  me.Added(LockOf("me", "L9", 20));
  // Our lock stands; but "third" may act on its own, so it is waited for (R16c).
  EXPECT_EQ(me.Reason(), Leadership::REASON_PREDECESSOR);
  me.OtherPod("third", std::nullopt);
  EXPECT_EQ(me.State(), Leadership::STATE_LEADER);
  EXPECT_EQ(me.Says().fencing_token(), 20u);
}

TEST(R4, AnyOtherLockIsALossOnceThisPodWasToldToLead) {
  Candidate me;
  me.WinFreeLock();
  // No number of it makes up for it; not even one that is none.
  kube::ConfigMap other = LockOf("me", "L2", 1);
  other.mutable_metadata()->set_resource_version("none");
  me.Sync(other, 0);
  ASSERT_FALSE(me.Told().empty());
  EXPECT_TRUE(me.Told()[0]->is_loss);
  EXPECT_EQ(me.Position<Publish>(), 0);
}

TEST(R4, RestoredStoreIsSaidLoudlyAndReadAnew) {
  Candidate me;
  me.WinFreeLock();
  me.Step(election::StoreRestored{});
  ASSERT_NE(me.Did<Warn>(), nullptr);
  EXPECT_EQ(me.State(), Leadership::STATE_LEADER);
  // In the restored store, which counts from less, the lock has never been.
  me.Sync(std::nullopt, 3);
  ASSERT_FALSE(me.Told().empty());
  EXPECT_TRUE(me.Told()[0]->is_loss);
}

TEST(R5, PodThatIsBeingDeletedNeverCreates) {
  Candidate me;
  me.FollowLeader("other");
  me.OwnPod(Terminating(PodOf("me")));
  EXPECT_EQ(me.State(), Leadership::STATE_INELIGIBLE);
  EXPECT_EQ(me.Reason(), Leadership::REASON_POD_TERMINATING);
  me.OtherPod("other", std::nullopt);
  me.Deleted(LockOf("other", "L1", 5), 12);
  EXPECT_FALSE(me.Creates());
  me.Advance(absl::Hours(1));
  EXPECT_FALSE(me.Creates());
}

TEST(R5, CreateThatSucceedsAfterTheDeletionWasSeenMakesNoLeader) {
  Candidate me;
  me.StandForFreeLock();
  me.OwnPod(Terminating(PodOf("me")));
  me.Created(LockOf("me", "L1", 11));
  me.Added(LockOf("me", "L1", 11));
  EXPECT_EQ(me.State(), Leadership::STATE_INELIGIBLE);
}

TEST(R5, LeaderWhosePodIsBeingDeletedStaysLeader) {
  Candidate me;
  me.WinFreeLock();
  me.OwnPod(Terminating(PodOf("me")));
  EXPECT_EQ(me.State(), Leadership::STATE_LEADER);
  EXPECT_EQ(me.Reason(), Leadership::REASON_POD_TERMINATING);
}

TEST(R5, OwnPodGoneReplacedOrFinishedIsTheEndAtOnce) {
  kube::Pod namesake = PodOf("me");
  namesake.mutable_metadata()->set_uid("my-successor");
  kube::Pod finished = PodOf("me");
  finished.mutable_status()->set_phase("Succeeded");
  for (const std::optional<kube::Pod>& seen : {std::optional<kube::Pod>(), {namesake}, {finished}}) {
    Candidate me;
    me.WinFreeLock();
    me.OwnPod(seen);
    ASSERT_EQ(me.Position<Publish>(), 0);
    EXPECT_TRUE(me.Told()[0]->is_loss);
    EXPECT_EQ(me.State(), Leadership::STATE_INELIGIBLE);
    EXPECT_EQ(me.Reason(), Leadership::REASON_POD_ENDED);
  }
}

TEST(R6, RemovalNamesTheVeryLockAndAConflictIsReadAgain) {
  Candidate me;
  me.FollowLeader("other");
  me.OtherPod("other", Ended(PodOf("other")));
  ASSERT_NE(me.Did<DeleteLock>(), nullptr);
  EXPECT_EQ(me.Did<DeleteLock>()->precondition.uid, "L1");
  EXPECT_EQ(me.Did<DeleteLock>()->precondition.resource_version, "5");
  me.Read(LockOf("other", "L1", 5), 11);
  me.Step(election::DeleteAnswered{Failure(absl::StatusCode::kAborted)});
  EXPECT_NE(me.Did<ReadTheLock>(), nullptr);
  EXPECT_EQ(me.Did<DeleteLock>(), nullptr);
}

TEST(R7, LockOfAPodThatIsGoneIsLeftToTheCollectorFirst) {
  Options options;
  options.orphan_grace = absl::Seconds(5);
  Candidate me(options);
  me.FollowLeader("other");
  me.OtherPod("other", std::nullopt);
  EXPECT_EQ(me.Reason(), Leadership::REASON_LEADER_GONE);
  EXPECT_FALSE(me.Says().has_leader());
  EXPECT_EQ(me.Did<DeleteLock>(), nullptr);
  EXPECT_EQ(me.election.Deadline(), me.now.boot + absl::Seconds(5));
  me.Advance(absl::Seconds(4));
  EXPECT_EQ(me.Did<DeleteLock>(), nullptr);
  me.Advance(absl::Seconds(1));
  EXPECT_NE(me.Did<DeleteLock>(), nullptr);
}

// Whoever removed it says so, and nobody else.
TEST(R7, ARemovalIsToldOnceTheApiServerHasAcceptedIt) {
  using Kind = election::Happened::Kind;
  const std::pair<std::optional<kube::Pod>, Kind> ends[] = {{Ended(PodOf("other")), Kind::kEndedLeaderCleared},
                                                            {std::nullopt, Kind::kOrphanedLockRemoved}};
  for (const auto& [pod, kind] : ends) {
    Options options;
    options.orphan_grace = absl::ZeroDuration();
    for (const auto code : {absl::StatusCode::kAborted, absl::StatusCode::kNotFound, absl::StatusCode::kUnavailable}) {
      Candidate me(options);
      me.FollowLeader("other");
      me.OtherPod("other", pod);
      ASSERT_NE(me.Did<DeleteLock>(), nullptr);
      EXPECT_EQ(me.Did<election::Happened>(), nullptr);
      me.Step(election::DeleteAnswered{Failure(code)});
      EXPECT_EQ(me.Did<election::Happened>(), nullptr) << code;
    }
    Candidate me(options);
    me.FollowLeader("other");
    me.OtherPod("other", pod);
    me.Step(election::DeleteAnswered{kube::Outcome{}});
    ASSERT_NE(me.Did<election::Happened>(), nullptr);
    EXPECT_EQ(me.Did<election::Happened>()->kind, kind);
    EXPECT_EQ(me.Did<election::Happened>()->pod.uid, "other-uid");
    EXPECT_EQ(me.Did<election::Happened>()->lock.uid, "L1");
  }
}

TEST(R7, OrphanGraceNeverMeansNever) {
  Options options;
  options.orphan_grace = absl::InfiniteDuration();
  Candidate me(options);
  me.FollowLeader("other");
  me.OtherPod("other", std::nullopt);
  me.Advance(absl::Hours(1000));
  EXPECT_EQ(me.Did<DeleteLock>(), nullptr);
}

TEST(R7, FinishedHolderIsClearedOnlyWhenNothingOfItRuns) {
  Candidate me;
  me.FollowLeader("other");
  kube::Pod failed = PodOf("other");
  failed.mutable_status()->set_phase("Failed");
  me.OtherPod("other", failed);  // containerStatuses empty: counts as running
  EXPECT_EQ(me.Did<DeleteLock>(), nullptr);
  kube::Pod partial = Ended(PodOf("other"));
  partial.mutable_status()->clear_init_container_statuses();
  me.OtherPod("other", partial);  // the sidecar may run
  EXPECT_EQ(me.Did<DeleteLock>(), nullptr);
  me.OtherPod("other", Ended(PodOf("other")));
  EXPECT_NE(me.Did<DeleteLock>(), nullptr);
}

TEST(R7, FinishedHolderThatNeverHadANodeIsClearedAtOnce) {
  Candidate me;
  me.FollowLeader("other");
  kube::Pod failed = PodOf("other");
  failed.mutable_spec()->clear_node_name();
  failed.mutable_status()->set_phase("Failed");
  me.OtherPod("other", failed);
  EXPECT_NE(me.Did<DeleteLock>(), nullptr);
}

TEST(R9, LosingTheApiServerIsNotLosingTheLock) {
  Candidate me;
  me.WinFreeLock();
  me.Step(election::LockContact{false});
  me.Step(
      election::Heard{election::Activity::kLockList, Failure(absl::StatusCode::kUnavailable, "connection refused")});
  EXPECT_EQ(me.State(), Leadership::STATE_LEADER);
  EXPECT_FALSE(me.Says().api_connected());
  EXPECT_EQ(me.Reason(), Leadership::REASON_API_UNREACHABLE);
  me.Advance(absl::Hours(24));
  EXPECT_EQ(me.State(), Leadership::STATE_LEADER);
  me.Step(election::Heard{election::Activity::kLockList, kube::Outcome{}});
  me.Sync(LockOf("me", "L1", 11), 50);
  EXPECT_EQ(me.State(), Leadership::STATE_LEADER);
  EXPECT_TRUE(me.Says().api_connected());
  EXPECT_EQ(me.Reason(), Leadership::REASON_WON);
  EXPECT_EQ(me.Says().fencing_token(), 11u);
}

TEST(R9, NothingIsCreatedWithoutContact) {
  Candidate me;
  me.FollowLeader("other");
  me.OtherPod("other", std::nullopt);
  me.Step(election::LockContact{false});
  me.Deleted(LockOf("other", "L1", 5), 12);
  EXPECT_FALSE(me.Creates());
  me.Sync(std::nullopt, 20);
  EXPECT_FALSE(me.Creates());
  me.Candidates({});
  EXPECT_TRUE(me.Creates());
}

TEST(R9, GoodTokenRefusedForTwoSecondsMeansThatThePodIsGone) {
  Candidate me;
  me.WinFreeLock();
  me.Step(election::Heard{election::Activity::kLockWatch, Refusal()});
  EXPECT_EQ(me.State(), Leadership::STATE_LEADER);
  me.Advance(absl::Seconds(1));
  me.Step(election::Heard{election::Activity::kLockList, Refusal()});
  EXPECT_EQ(me.State(), Leadership::STATE_LEADER);
  me.Advance(absl::Seconds(1));
  me.Step(election::Heard{election::Activity::kLockList, Refusal()});
  EXPECT_EQ(me.State(), Leadership::STATE_UNKNOWN);
  EXPECT_EQ(me.Reason(), Leadership::REASON_UNAUTHORIZED);
  EXPECT_TRUE(me.Told()[0]->is_loss);
}

TEST(R9, RefusalOfATokenThatMayBeStaleProvesNothing) {
  Candidate me;
  me.WinFreeLock();
  for (int i = 0; i < 10; ++i) {
    me.Step(election::Heard{election::Activity::kLockList, Failure(absl::StatusCode::kUnauthenticated)});
    me.Advance(absl::Seconds(5));
  }
  EXPECT_EQ(me.State(), Leadership::STATE_LEADER);
}

TEST(R9, AcceptedRequestBetweenTwoRefusalsStartsTheCountAnew) {
  Candidate me;
  me.WinFreeLock();
  me.Step(election::Heard{election::Activity::kLockList, Refusal()});
  me.Step(election::Heard{election::Activity::kOwnPodList, kube::Outcome{}});
  me.Advance(absl::Seconds(3));
  me.Step(election::Heard{election::Activity::kLockList, Refusal()});
  EXPECT_EQ(me.State(), Leadership::STATE_LEADER);
}

// With --step-down-after the own pod is read beside its watch, and may be all that is asked for.
TEST(R9, RefusedReadsOfTheOwnPodCountAndAcceptedOnesDoToo) {
  Candidate me;
  me.WinFreeLock();
  me.Step(election::OwnPodAnswered{Refusal()});
  me.Advance(absl::Seconds(1));
  me.Step(election::OwnPodAnswered{kube::Outcome{}});
  me.Advance(absl::Seconds(1));
  me.Step(election::OwnPodAnswered{Refusal()});
  EXPECT_EQ(me.State(), Leadership::STATE_LEADER);
  me.Advance(absl::Seconds(2));
  me.Step(election::OwnPodAnswered{Refusal()});
  EXPECT_EQ(me.State(), Leadership::STATE_UNKNOWN);
  EXPECT_EQ(me.Reason(), Leadership::REASON_UNAUTHORIZED);
}

// Only the list and the watch, which are tried until they succeed, say what goes wrong.
TEST(R11, FailedReadOfTheOwnPodIsNobodysReason) {
  Candidate me;
  me.WinFreeLock();
  me.Step(election::OwnPodAnswered{Failure(absl::StatusCode::kUnavailable, "connection refused")});
  EXPECT_EQ(me.Reason(), Leadership::REASON_WON);
}

TEST(R9, UnverifiedLimitCountsFromTheSendingOfTheConfirmingRead) {
  Options options;
  options.unverified_limit = absl::Seconds(30);
  Candidate me(options);
  me.WinFreeLock();
  EXPECT_EQ(me.latest->trusted_until, me.now.boot + absl::Seconds(30));
  // Reads are asked for in good time.
  me.Advance(absl::Seconds(10));
  ASSERT_NE(me.Did<ReadTheLock>(), nullptr);
  const absl::Duration sent = me.now.boot;
  me.Advance(absl::Seconds(8));
  me.Step(election::LockRead{kube::Outcome{}, LockOf("me", "L1", 11), "30", sent});
  EXPECT_EQ(me.latest->trusted_until, sent + absl::Seconds(30));
  // Then none gets through.
  me.Step(election::LockContact{false});
  me.Advance(absl::Seconds(21));
  EXPECT_EQ(me.State(), Leadership::STATE_LEADER);
  me.Advance(absl::Seconds(1));
  EXPECT_EQ(me.State(), Leadership::STATE_UNKNOWN);
  EXPECT_EQ(me.Reason(), Leadership::REASON_API_UNREACHABLE);
  EXPECT_TRUE(me.latest->is_loss);
  EXPECT_EQ(me.Did<DeleteLock>(), nullptr);
  // Confirmed again, it leads again, in the same term.
  me.Sync(LockOf("me", "L1", 11), 40);
  EXPECT_EQ(me.State(), Leadership::STATE_LEADER);
  EXPECT_EQ(me.Says().fencing_token(), 11u);
}

TEST(R9, UnverifiedLimitIsWrittenIntoTheLock) {
  Options options;
  options.unverified_limit = absl::Seconds(30);
  Candidate me(options);
  me.StandForFreeLock();
  EXPECT_EQ(me.Did<CreateLock>()->lock.metadata().annotations().at(election::kUnverifiedLimitAnnotation), "30s");
}

TEST(R10, RestartedBrokerFindsItsLockAndGoesOnInTheSameTerm) {
  Candidate me;
  me.Sync(LockOf("me", "L1", 11), 30);
  EXPECT_EQ(me.State(), Leadership::STATE_STANDBY);
  EXPECT_EQ(me.Reason(), Leadership::REASON_CONFIRMING);
  me.OwnPod(PodOf("me"));
  me.Candidates({});
  EXPECT_EQ(me.State(), Leadership::STATE_LEADER);
  EXPECT_EQ(me.Reason(), Leadership::REASON_ADOPTED);
  EXPECT_EQ(me.Says().lock().uid(), "L1");
  EXPECT_EQ(me.Says().fencing_token(), 11u);
}

TEST(R10, RestartedBrokerInADyingPodGoesOnUnlessItsLockCameAfterTheDeletion) {
  {
    Candidate me;
    me.Sync(LockOf("me", "L1", 11), 30);           // created at 100
    me.OwnPod(Terminating(PodOf("me"), 180, 30));  // deletion began at 150
    EXPECT_EQ(me.State(), Leadership::STATE_STANDBY) << "which is no word about the term, as being ineligible would be";
    EXPECT_EQ(me.Reason(), Leadership::REASON_CONFIRMING);
    me.Candidates({});
    EXPECT_EQ(me.State(), Leadership::STATE_LEADER);
    EXPECT_EQ(me.Reason(), Leadership::REASON_POD_TERMINATING);
  }
  Candidate me;
  me.Sync(LockOf("me", "L1", 11), 30);
  me.OwnPod(Terminating(PodOf("me"), 120, 30));  // deletion began at 90
  me.Candidates({});
  EXPECT_EQ(me.State(), Leadership::STATE_INELIGIBLE);
}

class RefusedCreate : public ::testing::TestWithParam<std::pair<absl::StatusCode, Leadership::Reason>> {};

TEST_P(RefusedCreate, R11IsSaidAndTriedAgain) {
  Candidate me;
  me.StandForFreeLock();
  me.CreateFailed(Failure(GetParam().first, "cannot create configmaps"));
  EXPECT_EQ(me.State(), Leadership::STATE_STANDBY);
  EXPECT_EQ(me.Reason(), GetParam().second);
  EXPECT_THAT(me.Says().message(), HasSubstr("cannot create configmaps"));
  EXPECT_FALSE(me.Creates());
  me.Advance(absl::Minutes(3));
  ASSERT_TRUE(me.Creates());
  me.Created(LockOf("me", "L1", 11));
  me.Added(LockOf("me", "L1", 11));
  EXPECT_EQ(me.State(), Leadership::STATE_LEADER);
  EXPECT_EQ(me.Reason(), Leadership::REASON_WON);
}

INSTANTIATE_TEST_SUITE_P(
    R11, RefusedCreate,
    ::testing::Values(std::make_pair(absl::StatusCode::kUnauthenticated, Leadership::REASON_UNAUTHORIZED),
                      std::make_pair(absl::StatusCode::kPermissionDenied, Leadership::REASON_FORBIDDEN),
                      std::make_pair(absl::StatusCode::kNotFound, Leadership::REASON_NAMESPACE_NOT_FOUND),
                      std::make_pair(absl::StatusCode::kInvalidArgument, Leadership::REASON_REJECTED),
                      std::make_pair(absl::StatusCode::kResourceExhausted, Leadership::REASON_API_ERROR)));

TEST(R11, RetryAfterIsHonoured) {
  Candidate me;
  me.StandForFreeLock();
  kube::Outcome outcome = Failure(absl::StatusCode::kResourceExhausted);
  outcome.retry_after = absl::Seconds(20);
  me.CreateFailed(outcome);
  me.Advance(absl::Seconds(20) - absl::Milliseconds(1));
  EXPECT_FALSE(me.Creates());
  // It is drawn between that and twice as long.
  me.Advance(absl::Seconds(11));
  EXPECT_TRUE(me.Creates());
}

TEST(R11, CandidatesThatMayNotBeListedAreAskedForAgain) {
  Candidate me;
  me.OwnPod(PodOf("me"));
  me.Sync(std::nullopt, 10);
  kube::Listing<kube::Pod> listing;
  listing.outcome = Failure(absl::StatusCode::kPermissionDenied, "cannot list pods");
  me.Step(election::CandidatesListed{listing});
  EXPECT_FALSE(me.Creates());
  EXPECT_EQ(me.Reason(), Leadership::REASON_FORBIDDEN);
  me.Advance(absl::Minutes(1));
  ASSERT_NE(me.Did<ListCandidates>(), nullptr);
  me.Candidates({});
  EXPECT_TRUE(me.Creates());
}

TEST(R11, WithoutAWatchTheLockJustWonIsReadAtOnce) {
  Candidate me;
  me.OwnPod(PodOf("me"));
  me.Step(election::LockSynced{std::nullopt, "10", me.now.boot, /*polling=*/true});
  me.Candidates({});
  ASSERT_TRUE(me.Creates());
  me.Created(LockOf("me", "L1", 11));
  EXPECT_NE(me.State(), Leadership::STATE_LEADER);
  ASSERT_NE(me.Did<ReadTheLock>(), nullptr);
  me.Step(election::LockSynced{LockOf("me", "L1", 11), "12", me.now.boot, /*polling=*/true});
  me.Candidates({});
  EXPECT_EQ(me.State(), Leadership::STATE_LEADER);
}

TEST(R13, LockOfBadFormIsLeftAlone) {
  kube::ConfigMap ownerless = LockOf("other", "L1", 5);
  ownerless.mutable_metadata()->clear_owner_references();
  ownerless.mutable_metadata()->clear_annotations();
  kube::ConfigMap crowded = LockOf("other", "L1", 5);
  *crowded.mutable_metadata()->add_owner_references() = LockOf("third", "L1", 5).metadata().owner_references(0);
  kube::ConfigMap deployment = LockOf("other", "L1", 5);
  deployment.mutable_metadata()->mutable_owner_references(0)->set_kind("Deployment");
  deployment.mutable_metadata()->mutable_owner_references(0)->set_api_version("apps/v1");
  const std::vector<std::pair<kube::ConfigMap, std::string>> cases = {
      {ownerless, "no owner"}, {crowded, "third-uid"}, {deployment, "Deployment"}};
  for (const auto& [lock, word] : cases) {
    Candidate me;
    me.OwnPod(PodOf("me"));
    me.Sync(lock, 10);
    me.Candidates({});
    EXPECT_EQ(me.State(), Leadership::STATE_UNKNOWN);
    EXPECT_EQ(me.Reason(), Leadership::REASON_LOCK_INVALID);
    EXPECT_THAT(me.Says().message(), HasSubstr(word));
    me.Advance(absl::Hours(1));
    EXPECT_EQ(me.Did<DeleteLock>(), nullptr);
    EXPECT_FALSE(me.Creates());
  }
}

TEST(R13, WhatIsWrongWithALockIsToldOnOneLineWithAnEnd) {
  Candidate me;
  kube::ConfigMap lock = LockOf("me", "L1", 5);
  for (int i = 0; i < 1000; ++i) {
    lock.mutable_metadata()->add_owner_references()->set_name("\n\x1b[31m" + std::string(100, 'x'));
  }
  me.Sync(lock, 10);
  EXPECT_EQ(me.Reason(), Leadership::REASON_LOCK_INVALID);
  EXPECT_LT(me.Says().message().size(), 5000u);
  EXPECT_EQ(me.Says().message().find_first_of("\n\x1b"), std::string::npos);
}

TEST(R13, OwnerlessLockOfAGoneHolderIsCleared) {
  kube::ConfigMap ownerless = LockOf("other", "L1", 5);
  ownerless.mutable_metadata()->clear_owner_references();
  Candidate me;
  me.OwnPod(PodOf("me"));
  me.Sync(ownerless, 10);
  me.Candidates({});
  EXPECT_EQ(me.Reason(), Leadership::REASON_LOCK_INVALID);
  ASSERT_EQ(me.election.TrackedPods().size(), 1u);
  EXPECT_EQ(me.election.TrackedPods()[0].name, "other");
  me.OtherPod("other", PodOf("other"));
  me.Advance(absl::Hours(1));
  EXPECT_EQ(me.Did<DeleteLock>(), nullptr);
  me.OtherPod("other", std::nullopt);
  EXPECT_EQ(me.Reason(), Leadership::REASON_LEADER_GONE);
  me.Advance(absl::Seconds(5));
  EXPECT_NE(me.Did<DeleteLock>(), nullptr);
}

TEST(R14, CandidateThatSeesACompetitorsLockDoesNotCreate) {
  Options options;
  options.create_spread = absl::Seconds(2);
  Candidate me(options);
  me.FollowLeader("other");
  me.OtherPod("other", std::nullopt);
  me.Deleted(LockOf("other", "L1", 5), 12);
  EXPECT_FALSE(me.Creates());  // the draw is half of the spread
  EXPECT_EQ(me.election.Deadline(), me.now.boot + absl::Seconds(1));
  me.Added(LockOf("third", "L2", 13));
  me.Advance(absl::Seconds(2));
  EXPECT_FALSE(me.Creates());
}

TEST(R14, SpreadIsDrawnOnceForEachRemoval) {
  Options options;
  options.create_spread = absl::Seconds(2);
  Candidate me(options);
  me.FollowLeader("other");
  me.OtherPod("other", std::nullopt);
  me.Deleted(LockOf("other", "L1", 5), 12);
  me.Advance(absl::Milliseconds(999));
  EXPECT_FALSE(me.Creates());
  me.Advance(absl::Milliseconds(1));
  EXPECT_TRUE(me.Creates());
}

TEST(R16, RemovedLockOfALivingHolderMakesItASuspect) {
  Candidate me;
  me.FollowLeader("other");
  me.OtherPod("other", Terminating(PodOf("other")));
  me.Deleted(LockOf("other", "L1", 5), 12);
  EXPECT_FALSE(me.Creates());
  EXPECT_EQ(me.Reason(), Leadership::REASON_PREDECESSOR);
  EXPECT_THAT(me.Says().message(), HasSubstr("other"));
  me.Advance(absl::Hours(1));
  EXPECT_FALSE(me.Creates());
  ASSERT_EQ(me.election.TrackedPods().size(), 1u);
  me.OtherPod("other", std::nullopt);
  EXPECT_TRUE(me.Creates());
}

TEST(R16, LockOfOurOwnThatWentBeforeWeKnewOurselvesMakesNoSuspectOfUs) {
  Options options;
  options.self = {"me", "", ""};
  Candidate me(options);
  me.Sync(LockOf("me", "L1", 5), 10);
  me.Candidates({});
  me.Deleted(LockOf("me", "L1", 5), 12);
  EXPECT_EQ(me.Reason(), Leadership::REASON_PREDECESSOR);
  me.OwnPod(PodOf("me"));
  EXPECT_TRUE(me.election.TrackedPods().empty());
  // As after any loss: a foreground deletion takes the lock first.
  ASSERT_NE(me.Did<election::ReadOwnPod>(), nullptr);
  EXPECT_FALSE(me.Creates());
  me.OwnPodRead(PodOf("me"));
  EXPECT_TRUE(me.Creates());
}

TEST(R16, LeaderThatLostItsLockReadsItsOwnPodBeforeItStandsAgain) {
  // A foreground deletion takes the lock first, and the watch of the pod may be behind that of the lock.
  Candidate me;
  me.WinFreeLock();
  me.now.boot += absl::Seconds(1);
  const absl::Duration before = me.now.boot - absl::Milliseconds(1);
  me.Deleted(LockOf("me", "L1", 11), 20);
  ASSERT_NE(me.Did<ReadOwnPod>(), nullptr);
  // Neither the watch nor a read of before says what is now.
  me.OwnPod(PodOf("me"));
  EXPECT_FALSE(me.Creates());
  me.Step(election::OwnPodSeen{PodOf("me"), before});
  EXPECT_FALSE(me.Creates());
  // The read is sent again when no answer comes.
  me.Advance(absl::Seconds(2));
  ASSERT_NE(me.Did<ReadOwnPod>(), nullptr);
  me.OwnPodRead(Terminating(PodOf("me")));
  EXPECT_FALSE(me.Creates());
  EXPECT_EQ(me.State(), Leadership::STATE_INELIGIBLE);
}

TEST(R16, OrdinaryTakeoverCostsNothing) {
  Candidate me;
  me.FollowLeader("other");
  me.OtherPod("other", std::nullopt);
  me.Deleted(LockOf("other", "L1", 5), 12);
  EXPECT_TRUE(me.Creates());
}

TEST(R16, LockMarkedAsReleasedLeavesNoSuspect) {
  Candidate me;
  me.FollowLeader("other");
  kube::ConfigMap released = LockOf("other", "L1", 6);
  (*released.mutable_metadata()->mutable_annotations())[election::kReleasedAnnotation] = "other-uid";
  me.Modified(released);
  me.Deleted(released, 12);
  EXPECT_TRUE(me.Creates());
}

TEST(R16, HolderOfALockThatWasSpoiledBeforeItsRemovalIsASuspect) {
  Candidate me;
  me.FollowLeader("other");
  kube::ConfigMap spoiled = LockOf("other", "L1", 6);
  spoiled.mutable_metadata()->clear_owner_references();
  spoiled.mutable_metadata()->clear_annotations();
  me.Modified(spoiled);
  EXPECT_EQ(me.Reason(), Leadership::REASON_LOCK_INVALID);
  me.Deleted(spoiled, 12);
  EXPECT_FALSE(me.Creates());
  EXPECT_EQ(me.Reason(), Leadership::REASON_PREDECESSOR);
}

TEST(R16, CandidatesAreListedAfterTheLockWasReadAtEveryBreak) {
  Candidate me;
  me.OwnPod(PodOf("me"));
  EXPECT_EQ(me.Did<ListCandidates>(), nullptr);
  me.Sync(LockOf("other", "L1", 5), 10);
  me.Advance(absl::Seconds(30));
  EXPECT_NE(me.Did<ListCandidates>(), nullptr);
  me.Candidates({});
  me.Step(election::LockContact{false});
  me.Sync(LockOf("other", "L1", 5), 20);
  me.Advance(absl::Seconds(30));
  EXPECT_NE(me.Did<ListCandidates>(), nullptr);
}

TEST(R16, CandidatesAreNotListedByAllAtOnceWhileAnotherLeads) {
  Candidate one;
  Candidate other({}, "another");
  const auto waits = [](Candidate& me) {
    me.Sync(LockOf("leader", "L1", 5), 10);
    EXPECT_EQ(me.Did<ListCandidates>(), nullptr);
    return me.election.Deadline() - me.now.boot;
  };
  EXPECT_NE(waits(one), waits(other));
}

TEST(R16, CandidatesAreListedAtOnceWhenTheLeadersPodIsGone) {
  Candidate me;
  me.OwnPod(PodOf("me"));
  me.Sync(LockOf("other", "L1", 5), 10);
  ASSERT_EQ(me.Did<ListCandidates>(), nullptr);
  me.OtherPod("other", std::nullopt);
  EXPECT_NE(me.Did<ListCandidates>(), nullptr);
}

TEST(R16, CandidatesAreListedAtOnceWhenTheLockIsGone) {
  Candidate me;
  me.OwnPod(PodOf("me"));
  me.Sync(LockOf("other", "L1", 5), 10);
  ASSERT_EQ(me.Did<ListCandidates>(), nullptr);
  me.Deleted(LockOf("other", "L1", 5), 12);
  EXPECT_NE(me.Did<ListCandidates>(), nullptr);
}

TEST(R16, ListThatWasOutWhenTheWatchBrokeDoesNotCount) {
  Candidate me;
  me.OwnPod(PodOf("me"));
  me.Sync(std::nullopt, 10);
  me.Step(election::LockContact{false});
  me.Sync(std::nullopt, 20);
  me.Candidates({});  // the answer to the first
  EXPECT_FALSE(me.Creates());
  ASSERT_NE(me.Did<ListCandidates>(), nullptr);
  me.Candidates({});
  EXPECT_TRUE(me.Creates());
}

TEST(R16, NewcomerWaitsForTerminatingCandidates) {
  Candidate me;
  me.OwnPod(PodOf("me"));
  me.Sync(std::nullopt, 10);
  kube::Pod other_lock = WithCandidateLabel(Terminating(PodOf("third")), "another-lock");
  kube::Pod by_annotation = Terminating(PodOf("fourth"));
  (*by_annotation.mutable_metadata()->mutable_annotations())[election::kCandidateAnnotation] = "a, lock";
  me.Candidates({WithCandidateLabel(Terminating(PodOf("other"))), WithCandidateLabel(PodOf("alive")), other_lock,
                 by_annotation, WithCandidateLabel(Terminating(Ended(PodOf("ended")))),
                 WithCandidateLabel(Terminating(PodOf("me")))});
  EXPECT_FALSE(me.Creates());
  EXPECT_EQ(me.Reason(), Leadership::REASON_PREDECESSOR);
  EXPECT_EQ(me.election.TrackedPods().size(), 2u);
  me.OtherPod("other", Ended(PodOf("other")));
  EXPECT_FALSE(me.Creates());
  me.OtherPod("fourth", std::nullopt);
  EXPECT_TRUE(me.Creates());
}

TEST(R16, TerminatingCandidateThatNeverHeldIsDroppedTenSecondsAfterItsTime) {
  Candidate me;
  me.OwnPod(PodOf("me"));
  me.Sync(std::nullopt, 10);
  // By the server's clock it is 100; it was to be gone at 130. Our own wall clock plays no part.
  me.now.wall += absl::Hours(10);
  me.Candidates({WithCandidateLabel(Terminating(PodOf("stuck"), 130))}, absl::FromUnixSeconds(100));
  EXPECT_EQ(me.election.Deadline(), me.now.boot + absl::Seconds(40));
  me.Advance(absl::Seconds(39));
  EXPECT_FALSE(me.Creates());
  me.Advance(absl::Seconds(1));
  EXPECT_TRUE(me.Creates());
}

TEST(R16, AdoptedLockIsToldOnlyWithoutPredecessorsOfBeforeIt) {
  Candidate me;
  me.OwnPod(PodOf("me"));
  me.Sync(LockOf("me", "L1", 11), 30);                                        // created at 100
  me.Candidates({WithCandidateLabel(Terminating(PodOf("before"), 120, 30)),   // deletion began at 90
                 WithCandidateLabel(Terminating(PodOf("after"), 200, 30))});  // at 170
  EXPECT_EQ(me.State(), Leadership::STATE_STANDBY);
  EXPECT_EQ(me.Reason(), Leadership::REASON_PREDECESSOR);
  ASSERT_EQ(me.election.TrackedPods().size(), 1u);
  EXPECT_EQ(me.election.TrackedPods()[0].name, "before");
  me.OtherPod("before", std::nullopt);
  EXPECT_EQ(me.State(), Leadership::STATE_LEADER);
}

TEST(R16, LeadershipIsToldOnlyOnceTheWatchHasComeToTheLock) {
  Candidate me;
  me.StandForFreeLock();
  me.Created(LockOf("me", "L1", 11));
  EXPECT_EQ(me.State(), Leadership::STATE_STANDBY);
  // A read runs ahead of the watch: it proves the lock, but not that nobody held one in between.
  me.Read(LockOf("me", "L1", 11), 12);
  EXPECT_EQ(me.State(), Leadership::STATE_STANDBY);
  me.Added(LockOf("me", "L1", 11));
  EXPECT_EQ(me.State(), Leadership::STATE_LEADER);
}

TEST(Takeover, ConnectionIsMadeReadyWhenTheHolderIsGoingAndTheCreateDoesNotWaitForIt) {
  Candidate me;
  me.FollowLeader("other");
  me.OtherPod("other", Terminating(PodOf("other")));
  EXPECT_NE(me.Did<ReadTheLock>(), nullptr);  // the watch has taken the connection of the list
  me.Read(LockOf("other", "L1", 5), 11);
  me.Advance(absl::Minutes(10));
  me.OtherPod("other", std::nullopt);
  EXPECT_NE(me.Did<ReadTheLock>(), nullptr);
  me.Deleted(LockOf("other", "L1", 5), 12);
  EXPECT_TRUE(me.Creates());
}

TEST(Takeover, ConnectionThatWasUsedAMomentAgoIsReady) {
  Candidate me;
  me.FollowLeader("other");
  me.OtherPod("other", Terminating(PodOf("other")));
  me.OtherPod("other", Ended(PodOf("other")));
  me.Read(LockOf("other", "L1", 5), 11);
  EXPECT_EQ(me.Did<ReadTheLock>(), nullptr);  // one for both
  me.OtherPod("other", std::nullopt);
  EXPECT_EQ(me.Did<ReadTheLock>(), nullptr);
}

TEST(Takeover, VeryManyCandidatesDoNotAllMakeAConnectionReady) {
  Options options;
  options.create_spread = absl::Seconds(1);  // R14
  Candidate me(options);
  me.FollowLeader("other");
  me.OtherPod("other", Terminating(PodOf("other")));
  EXPECT_EQ(me.Did<ReadTheLock>(), nullptr);
}

TEST(Takeover, CreateIsSentBeforeAnybodyIsToldThatThereIsNoLeader) {
  Candidate me;
  me.FollowLeader("other");
  me.OtherPod("other", std::nullopt);
  me.Deleted(LockOf("other", "L1", 5), 12);
  EXPECT_EQ(me.Position<CreateLock>(), 0);
  EXPECT_GT(me.Position<Publish>(), 0);
}

TEST(OnRequest, NobodyWaitsNobodyStands) {
  Options options;
  options.on_request = true;
  Candidate me(options);
  me.OwnPod(PodOf("me"));
  me.Sync(std::nullopt, 10);
  me.Candidates({});
  EXPECT_FALSE(me.Creates());
  EXPECT_EQ(me.Reason(), Leadership::REASON_NOT_REQUESTED);
  me.Step(election::Requested{true});
  EXPECT_TRUE(me.Creates());
}

TEST(OnRequest, WithdrawnCreateThatSucceedsIsMarkedReleasedAndRemovedUntold) {
  Options options;
  options.on_request = true;
  Candidate me(options);
  me.Step(election::Requested{true});
  me.StandForFreeLock();
  me.Step(election::Requested{false});
  me.Created(LockOf("me", "L1", 11));
  EXPECT_NE(me.State(), Leadership::STATE_LEADER);
  me.Added(LockOf("me", "L1", 11));
  EXPECT_NE(me.State(), Leadership::STATE_LEADER);
  ASSERT_NE(me.Did<ReleaseLock>(), nullptr);
  EXPECT_EQ(me.Did<ReleaseLock>()->precondition.resource_version, "11");
  kube::ConfigMap released = LockOf("me", "L1", 12);
  (*released.mutable_metadata()->mutable_annotations())[election::kReleasedAnnotation] = "me-uid";
  me.Step(election::ReleaseAnswered{{kube::Outcome{}, released}});
  ASSERT_NE(me.Did<DeleteLock>(), nullptr);
  EXPECT_EQ(me.Did<DeleteLock>()->precondition.resource_version, "12");
  // Once marked, it is given up, whoever comes.
  me.Step(election::Requested{true});
  me.Modified(released);
  EXPECT_NE(me.State(), Leadership::STATE_LEADER);
  me.Step(election::DeleteAnswered{kube::Outcome{}});
  me.Deleted(released, 13);
  me.OwnPodRead(PodOf("me"));
  EXPECT_TRUE(me.Creates());
}

TEST(OnRequest, AfterALossANewBecomeIsNeeded) {
  Options options;
  options.on_request = true;
  Candidate me(options);
  me.Step(election::Requested{true});
  me.WinFreeLock();
  me.Step(election::Requested{false});  // Become has returned
  EXPECT_EQ(me.State(), Leadership::STATE_LEADER);
  me.Deleted(LockOf("me", "L1", 11), 20);
  me.OwnPodRead(PodOf("me"));
  EXPECT_FALSE(me.Creates());
  me.Step(election::Requested{true});
  EXPECT_TRUE(me.Creates());
}

TEST(Told, RevisionRisesByOneWithEachChangeAndNotWithVerification) {
  Candidate me;
  me.WinFreeLock();
  const uint64_t revision = me.Says().revision();
  me.now.wall += absl::Seconds(60);
  me.Step(election::LockBookmarked{"40"});
  ASSERT_EQ(me.Told().size(), 1u);
  EXPECT_EQ(me.Says().revision(), revision);
  EXPECT_EQ(me.Says().verified_at().seconds(), 160);
  me.Step(election::LockContact{false});
  EXPECT_EQ(me.Says().revision(), revision + 1);
}

TEST(Told, StateSinceIsKeptWhileTheStateIs) {
  Candidate me;
  me.FollowLeader("other");
  const int64_t since = me.Says().state_since().seconds();
  me.Advance(absl::Seconds(50));
  me.Modified(LockOf("other", "L1", 20));
  EXPECT_EQ(me.Says().state_since().seconds(), since);
}

TEST(Told, ResourceVersionThatIsNoNumberGivesNoTokenAndAWarning) {
  Candidate me;
  me.OwnPod(PodOf("me"));
  kube::ConfigMap lock = LockOf("other", "L1", 5);
  lock.mutable_metadata()->set_resource_version("opaque");
  me.Sync(lock, 10);
  EXPECT_NE(me.Did<Warn>(), nullptr);
  EXPECT_EQ(me.Says().fencing_token(), 0u);
  EXPECT_EQ(me.Says().leader().name(), "other");
}

}  // namespace
}  // namespace leadership_broker::testing
