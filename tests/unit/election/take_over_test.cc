// R8: an unreachable leader keeps its lock, unless take-over-after says otherwise; and then only in this order, and
// only after these times.
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/unit/election/candidate.h"

namespace leadership_broker::testing {
namespace {

using election::DeleteAnswered;
using election::DeleteHolder;
using election::DeleteLock;
using election::HolderDeleteAnswered;
using election::NodeSeen;
using election::NodeUnwatched;
using election::Options;
using election::PodSeen;
using election::ReadNode;
using election::ReadPod;
using election::ReadTheLock;
using election::ReleaseAnswered;
using election::ReleaseLock;
using ::testing::HasSubstr;

constexpr absl::Duration kLimit = absl::Seconds(10);
constexpr absl::Duration kAfter = absl::Seconds(30);

kube::ConfigMap LimitedLock(int resource_version, const std::string& limit = "10s") {
  kube::ConfigMap lock = LockOf("other", "L1", resource_version);
  if (!limit.empty()) (*lock.mutable_metadata()->mutable_annotations())[election::kUnverifiedLimitAnnotation] = limit;
  return lock;
}

kube::ConfigMap Marked(kube::ConfigMap lock, int resource_version) {
  lock.mutable_metadata()->set_resource_version(std::to_string(resource_version));
  (*lock.mutable_metadata()->mutable_annotations())[election::kReleasedAnnotation] =
      lock.metadata().owner_references(0).uid();
  return lock;
}

kube::Node NodeThatIs(const std::string& ready, int changed_at = 50, bool out_of_service = false) {
  kube::Node node;
  node.mutable_metadata()->set_name("node");
  node.mutable_metadata()->set_uid("node-uid");
  kube::NodeCondition* pressure = node.mutable_status()->add_conditions();
  pressure->set_type("MemoryPressure");
  pressure->set_status("Unknown");
  kube::NodeCondition* condition = node.mutable_status()->add_conditions();
  condition->set_type("Ready");
  condition->set_status(ready);
  condition->mutable_last_transition_time()->set_seconds(changed_at);
  if (out_of_service) node.mutable_spec()->add_taints()->set_key("node.kubernetes.io/out-of-service");
  return node;
}

Options TakingOver() {
  Options options;
  options.unverified_limit = kLimit;
  options.take_over_after = kAfter;
  return options;
}

// A standby behind "other", which holds lock "L1" on the node "node".
class Standby : public Candidate {
 public:
  explicit Standby(const kube::ConfigMap& lock = LimitedLock(5), Options options = TakingOver())
      : Candidate(std::move(options)) {
    OwnPod(PodOf("me"));
    Sync(lock, 10);
    Candidates({});
    OtherPod("other", PodOf("other"));
  }
  void Node(std::optional<kube::Node> node) { Step(NodeSeen{"node", std::move(node)}); }
  void NodeRead(std::optional<kube::Node> node) { Step(NodeSeen{"node", std::move(node), now.boot}); }
  void PodRead(std::optional<kube::Pod> pod) { Step(PodSeen{"other-uid", std::move(pod), now.boot}); }
  void Unreach() { Node(NodeThatIs("Unknown")); }
  bool Asks() const { return Did<ReadNode>() != nullptr; }
  bool Writes() const {
    return Did<DeleteHolder>() != nullptr || Did<ReleaseLock>() != nullptr || Did<DeleteLock>() != nullptr;
  }
  // All reads of a round confirm it; the last one's step is the one that acts.
  void Confirm(const kube::Pod& pod, const kube::ConfigMap& lock, int resource_version = 20) {
    NodeRead(NodeThatIs("Unknown"));
    EXPECT_FALSE(Writes());
    Read(lock, resource_version);
    EXPECT_FALSE(Writes());
    PodRead(pod);
  }
  // Until the pod is to be deleted.
  void ComeToDeletion() {
    Unreach();
    Advance(kAfter);
    ASSERT_TRUE(Asks());
    Confirm(PodOf("other"), LimitedLock(5));
    ASSERT_NE(Did<DeleteHolder>(), nullptr);
  }
  // Until the lock is to be marked.
  void ComeToMark() {
    ComeToDeletion();
    Step(HolderDeleteAnswered{kube::Outcome{}});
    Advance(absl::Seconds(3));
    ASSERT_TRUE(Asks());
    Confirm(Terminating(PodOf("other")), LimitedLock(5), 21);
    ASSERT_NE(Did<ReleaseLock>(), nullptr);
  }
};

TEST(R8, UnreachableLeaderKeepsItsLockByDefault) {
  Options options;
  options.unverified_limit = kLimit;
  Standby me(LimitedLock(5), options);
  EXPECT_EQ(me.election.TrackedNode(), "") << "no right to read nodes is needed";
  me.Unreach();
  me.Advance(absl::Hours(24));
  EXPECT_FALSE(me.Asks());
  EXPECT_EQ(me.Reason(), Leadership::REASON_ANOTHER_LEADS);
}

TEST(R8, OnlyAStandbyBehindAHolderOnAKnownNodeWatchesThatNode) {
  Candidate me(TakingOver());
  me.OwnPod(PodOf("me"));
  me.Sync(LimitedLock(5), 10);
  EXPECT_EQ(me.election.TrackedNode(), "") << "the lock's annotation is not asked";
  me.OtherPod("other", PodOf("other"));
  EXPECT_EQ(me.election.TrackedNode(), "node");
  me.OtherPod("other", Ended(PodOf("other")));
  EXPECT_EQ(me.election.TrackedNode(), "") << "R7 sees to that";

  Candidate leader(TakingOver());
  leader.WinFreeLock();
  EXPECT_EQ(leader.election.TrackedNode(), "");
  Standby dying;
  dying.OwnPod(Terminating(PodOf("me")));
  EXPECT_EQ(dying.election.TrackedNode(), "");
}

TEST(R8, PodIsDeletedThenTheLockMarkedThenRemovedOnceTheLimitHasPassed) {
  Standby me;
  me.ComeToDeletion();
  EXPECT_EQ(me.Did<DeleteHolder>()->holder.name, "other");
  EXPECT_EQ(me.Did<DeleteHolder>()->holder.uid, "other-uid");
  me.Step(HolderDeleteAnswered{kube::Outcome{}});
  ASSERT_NE(me.Did<election::Happened>(), nullptr);
  EXPECT_EQ(me.Did<election::Happened>()->kind, election::Happened::Kind::kUnreachableLeaderDeleted);
  EXPECT_FALSE(me.Writes()) << "only what is read after it shows what came of it";
  me.Advance(absl::Seconds(3));
  ASSERT_TRUE(me.Asks());
  me.Confirm(Terminating(PodOf("other")), LimitedLock(5), 21);
  ASSERT_NE(me.Did<ReleaseLock>(), nullptr);
  EXPECT_EQ(me.Did<ReleaseLock>()->holder_uid, "other-uid");
  EXPECT_EQ(me.Did<ReleaseLock>()->precondition.uid, "L1");
  EXPECT_EQ(me.Did<ReleaseLock>()->precondition.resource_version, "5");

  me.Step(ReleaseAnswered{{kube::Outcome{}, Marked(LimitedLock(5), 30)}});
  EXPECT_FALSE(me.Writes());
  EXPECT_FALSE(me.Says().has_leader());
  me.Advance(kLimit);
  EXPECT_FALSE(me.Writes()) << "the clocks of two nodes may differ a little";
  me.Advance(kLimit / 10);
  ASSERT_NE(me.Did<DeleteLock>(), nullptr);
  EXPECT_EQ(me.Did<DeleteLock>()->precondition.uid, "L1");
  EXPECT_EQ(me.Did<DeleteLock>()->precondition.resource_version, "30");
  me.Step(election::DeleteAnswered{kube::Outcome{}});
  ASSERT_NE(me.Did<election::Happened>(), nullptr);
  EXPECT_EQ(me.Did<election::Happened>()->kind, election::Happened::Kind::kReleasedLockRemoved);
  // Then it is an ordinary election: whose lock was marked is no suspect (R16a).
  me.Modified(Marked(LimitedLock(5), 30));
  me.Deleted(Marked(LimitedLock(5), 30), 31);
  EXPECT_TRUE(me.Creates());
}

TEST(R8, NothingIsDoneBeforeTheTime) {
  Standby me;
  me.Unreach();
  me.Advance(kAfter - absl::Milliseconds(1));
  EXPECT_FALSE(me.Asks());
  me.Advance(absl::Milliseconds(1));
  EXPECT_TRUE(me.Asks());
  ASSERT_NE(me.Did<ReadPod>(), nullptr);
  EXPECT_EQ(me.Did<ReadPod>()->uid, "other-uid");
  EXPECT_NE(me.Did<ReadTheLock>(), nullptr);
  EXPECT_FALSE(me.Writes());
}

TEST(R8, WhateverBreaksTheTimeBeginsItAnew) {
  const auto breaks = [](const char* what, const std::function<void(Standby&)>& event) {
    Standby me;
    me.Unreach();
    me.Advance(kAfter - absl::Seconds(1));
    event(me);
    me.Unreach();
    me.Advance(kAfter - absl::Seconds(1));
    EXPECT_FALSE(me.Asks()) << what;
    me.Advance(absl::Seconds(1));
    EXPECT_TRUE(me.Asks()) << what;
  };
  breaks("the node came back", [](Standby& me) { me.Node(NodeThatIs("True")); });
  breaks("its kubelet said that it is not ready", [](Standby& me) { me.Node(NodeThatIs("False")); });
  breaks("the watch broke", [](Standby& me) { me.Step(NodeUnwatched{"node"}); });
  breaks("the node was gone", [](Standby& me) { me.Node(std::nullopt); });
  breaks("it is another node", [](Standby& me) {
    kube::Node another = NodeThatIs("Unknown");
    another.mutable_metadata()->set_uid("another");
    me.Node(another);
  });
}

TEST(R8, ANewTermOnTheSameNodeHasAllOfTheTime) {
  Standby me;
  me.Unreach();
  me.Advance(kAfter - absl::Seconds(1));
  kube::ConfigMap next = LimitedLock(12);
  next.mutable_metadata()->set_uid("L2");
  me.Sync(next, 13);
  EXPECT_EQ(me.election.TrackedNode(), "node");
  me.Advance(kAfter - absl::Seconds(1));
  EXPECT_FALSE(me.Asks());
  me.Advance(absl::Seconds(1));
  EXPECT_TRUE(me.Asks()) << "it counts although the node's watch has nothing new to tell";
}

TEST(R8, OnlyUnknownCountsOrOutOfServiceAndNotReady) {
  const auto counts = [](const kube::Node& node) {
    Standby me;
    me.Node(node);
    me.Advance(kAfter);
    return me.Asks();
  };
  EXPECT_TRUE(counts(NodeThatIs("Unknown")));
  EXPECT_FALSE(counts(NodeThatIs("True")));
  EXPECT_FALSE(counts(NodeThatIs("False"))) << "a kubelet that says so lives";
  EXPECT_TRUE(counts(NodeThatIs("False", 50, /*out_of_service=*/true)));
  EXPECT_FALSE(counts(NodeThatIs("True", 50, /*out_of_service=*/true)));
  EXPECT_FALSE(counts(kube::Node()));
}

TEST(R8, ReadsHaveToAgreeWithWhatWasWatched) {
  const auto confirms = [](const std::function<void(Standby&)>& node_read, const kube::Pod& pod) {
    Standby me;
    me.Unreach();
    me.Advance(kAfter);
    node_read(me);
    me.Read(LimitedLock(5), 20);
    me.PodRead(pod);
    return me.Did<DeleteHolder>() != nullptr || me.Did<ReleaseLock>() != nullptr;
  };
  const auto unknown = [](Standby& me) { me.NodeRead(NodeThatIs("Unknown")); };
  EXPECT_TRUE(confirms(unknown, PodOf("other")));
  EXPECT_FALSE(confirms([](Standby&) {}, PodOf("other"))) << "not answered";
  EXPECT_FALSE(confirms([](Standby& me) { me.NodeRead(NodeThatIs("True", 90)); }, PodOf("other")));
  EXPECT_FALSE(confirms([](Standby& me) { me.NodeRead(NodeThatIs("Unknown", 90)); }, PodOf("other")))
      << "it was there in between, and the watch is behind";
  EXPECT_FALSE(confirms([](Standby& me) { me.NodeRead(std::nullopt); }, PodOf("other")));
  EXPECT_FALSE(confirms(unknown, Ended(PodOf("other")))) << "R7 sees to that";
  kube::Pod elsewhere = PodOf("other");
  elsewhere.mutable_spec()->set_node_name("another");
  EXPECT_FALSE(confirms(unknown, elsewhere));
  kube::Pod namesake = PodOf("other");
  namesake.mutable_metadata()->set_uid("namesake");
  EXPECT_FALSE(confirms(unknown, namesake));
}

TEST(R8, ReadsThatWereSentBeforeTheTimeDoNotCount) {
  Standby me;
  me.Unreach();
  me.Advance(kAfter);
  const absl::Duration before = me.now.boot - absl::Milliseconds(1);
  me.Step(NodeSeen{"node", NodeThatIs("Unknown"), before});
  me.Step(election::LockRead{kube::Outcome{}, LimitedLock(5), "20", before});
  EXPECT_NE(me.Did<ReadTheLock>(), nullptr) << "it is read again";
  me.Step(PodSeen{"other-uid", PodOf("other"), before});
  EXPECT_FALSE(me.Writes());
}

TEST(R8, ARoundThatIsNotAnsweredIsAskedAgainAndSlowerEachTime) {
  Standby me;
  me.Unreach();
  me.Advance(kAfter);
  ASSERT_TRUE(me.Asks());
  me.NodeRead(NodeThatIs("Unknown"));
  me.Read(LimitedLock(5), 20);
  int rounds = 0;
  for (int seconds = 0; seconds < 300; ++seconds) {
    me.Advance(absl::Seconds(1));
    rounds += me.Asks() ? 1 : 0;
  }
  EXPECT_GE(rounds, 300 / 30 - 1);
  EXPECT_LE(rounds, 300 / 10);
  // The pod's answer to the first round comes too late to be joined with the others.
  me.Step(PodSeen{"other-uid", PodOf("other"), me.now.boot - absl::Seconds(200)});
  EXPECT_FALSE(me.Writes());
}

TEST(R8, LockWithoutALimitOrWithALongerOneIsNotTakenOverAndThatIsSaid) {
  Standby none(LimitedLock(5, ""));
  none.Unreach();
  EXPECT_EQ(none.Reason(), Leadership::REASON_LEADER_UNREACHABLE);
  EXPECT_THAT(none.Says().message(), HasSubstr("names no --unverified-limit"));
  none.Advance(kAfter);
  EXPECT_FALSE(none.Asks());

  Standby longer(LimitedLock(5, "15001ms"));
  longer.Unreach();
  EXPECT_THAT(longer.Says().message(), HasSubstr("15.001s is more than take-over-after=30s"));
  longer.Advance(kAfter);
  EXPECT_FALSE(longer.Asks());

  for (const char* nonsense : {"soon", "-10s", "0", "inf"}) {
    Standby me(LimitedLock(5, nonsense));
    me.Unreach();
    me.Advance(kAfter);
    EXPECT_FALSE(me.Asks()) << nonsense;
  }
  Standby half(LimitedLock(5, "15s"));
  half.Unreach();
  half.Advance(kAfter);
  EXPECT_TRUE(half.Asks());
}

TEST(R8, ItIsSaidSinceWhenAndFromWhenOn) {
  Standby me;
  const Leadership before = me.Says();
  me.Unreach();
  EXPECT_EQ(me.State(), Leadership::STATE_STANDBY);
  EXPECT_EQ(me.Reason(), Leadership::REASON_LEADER_UNREACHABLE);
  EXPECT_EQ(me.Says().leader().uid(), "other-uid") << "it leads on";
  EXPECT_EQ(me.Says().fencing_token(), before.fencing_token());
  EXPECT_THAT(me.Says().message(), HasSubstr("node node cannot be reached since 1970-01-01T00:01:40Z"));
  EXPECT_THAT(me.Says().message(), HasSubstr("taken over from 1970-01-01T00:02:10Z on"));
  me.Node(NodeThatIs("True"));
  EXPECT_EQ(me.Reason(), Leadership::REASON_ANOTHER_LEADS);
}

TEST(R8, NodeThatComesBackBeforeTheMarkKeepsTheLeaderUntilItsPodHasEnded) {
  Standby me;
  me.ComeToDeletion();
  me.Step(HolderDeleteAnswered{kube::Outcome{}});
  me.Node(NodeThatIs("True", 60));
  me.Advance(absl::Seconds(60));
  EXPECT_FALSE(me.Asks());
  EXPECT_FALSE(me.Writes());
}

TEST(R8, NodeThatComesBackAfterTheMarkChangesNothing) {
  Standby me;
  me.ComeToMark();
  me.Step(ReleaseAnswered{{kube::Outcome{}, Marked(LimitedLock(5), 30)}});
  EXPECT_EQ(me.election.TrackedNode(), "");
  me.Advance(kLimit + kLimit / 10);
  EXPECT_NE(me.Did<DeleteLock>(), nullptr);
}

TEST(R8, AnotherStandbyGoesOnFromWhereItSeesTheLock) {
  // From a terminating pod: with the mark.
  Standby second;
  second.Unreach();
  second.Advance(kAfter);
  second.Confirm(Terminating(PodOf("other")), LimitedLock(5));
  EXPECT_NE(second.Did<ReleaseLock>(), nullptr);
  // From a mark: with the removal, from when it is seen.
  Standby third(Marked(LimitedLock(5), 9));
  third.Advance(kLimit);
  EXPECT_FALSE(third.Writes());
  third.Advance(kLimit / 10);
  EXPECT_NE(third.Did<DeleteLock>(), nullptr);
}

TEST(R8, MarkThatIsTakenAwayByHandIsWaitedForAnew) {
  Standby me(Marked(LimitedLock(5), 9));
  me.Advance(kLimit);
  me.Modified(LimitedLock(11));
  me.Advance(kLimit);
  EXPECT_FALSE(me.Writes());
  me.Modified(Marked(LimitedLock(5), 12));
  me.Advance(kLimit);
  EXPECT_FALSE(me.Writes());
}

TEST(R8, MarkOfALockWithoutALimitIsItsHoldersOwn) {
  Standby me(Marked(LimitedLock(5, ""), 9));
  me.Advance(absl::Hours(1));
  EXPECT_FALSE(me.Writes());
}

TEST(R8, MarkWhoseAnswerIsLostIsFoundByARead) {
  Standby me;
  me.ComeToMark();
  me.Step(ReleaseAnswered{{Failure(absl::StatusCode::kUnavailable), {}}});
  me.Modified(Marked(LimitedLock(5), 30));
  me.Advance(kLimit + kLimit / 10);
  EXPECT_NE(me.Did<DeleteLock>(), nullptr);
}

TEST(R8, ConflictOnTheMarkIsReadAgain) {
  Standby me;
  me.ComeToMark();
  me.Step(ReleaseAnswered{{Failure(absl::StatusCode::kAborted), {}}});
  EXPECT_NE(me.Did<ReadTheLock>(), nullptr);  // R6
  EXPECT_FALSE(me.Writes());
}

TEST(R8, PodThatIsGoneOrAnotherOnceItIsToBeDeletedIsLeftToR7) {
  for (const absl::StatusCode code : {absl::StatusCode::kNotFound, absl::StatusCode::kAborted}) {
    Standby me;
    me.ComeToDeletion();
    me.Step(HolderDeleteAnswered{Failure(code)});
    EXPECT_EQ(me.Reason(), Leadership::REASON_LEADER_UNREACHABLE);
    me.OtherPod("other", std::nullopt);
    EXPECT_EQ(me.Reason(), Leadership::REASON_LEADER_GONE);
    me.Advance(absl::Seconds(5));
    EXPECT_NE(me.Did<DeleteLock>(), nullptr);
  }
}

TEST(R8, R11RefusalsAreReasonsAndTriedAgain) {
  Standby me;
  me.Step(election::Heard{election::Activity::kNodeWatch, Failure(absl::StatusCode::kPermissionDenied, "watch nodes")});
  EXPECT_EQ(me.Reason(), Leadership::REASON_FORBIDDEN);
  EXPECT_THAT(me.Says().message(), HasSubstr("watch nodes"));
  me.Step(election::Heard{election::Activity::kNodeWatch, kube::Outcome{}});
  EXPECT_EQ(me.Reason(), Leadership::REASON_ANOTHER_LEADS);

  me.ComeToDeletion();
  me.Step(HolderDeleteAnswered{Failure(absl::StatusCode::kPermissionDenied, "delete pods")});
  EXPECT_EQ(me.Reason(), Leadership::REASON_FORBIDDEN);
  EXPECT_THAT(me.Says().message(), HasSubstr("delete pods"));
  EXPECT_FALSE(me.Asks());
  me.Advance(absl::Seconds(3));
  ASSERT_TRUE(me.Asks());
  me.Confirm(PodOf("other"), LimitedLock(5), 22);
  EXPECT_NE(me.Did<DeleteHolder>(), nullptr) << "and never the mark before it";
  me.Node(NodeThatIs("True", 70));
  me.Step(HolderDeleteAnswered{Failure(absl::StatusCode::kPermissionDenied, "delete pods")});
  EXPECT_EQ(me.Reason(), Leadership::REASON_ANOTHER_LEADS);
}

TEST(R8, NobodyTakesOverForNobody) {
  Options options = TakingOver();
  options.on_request = true;
  Standby me(LimitedLock(5), options);
  me.Unreach();
  me.Advance(kAfter);
  EXPECT_FALSE(me.Asks());
  EXPECT_THAT(me.Says().message(), HasSubstr("once somebody calls Become"));
  me.Step(election::Requested{true});
  EXPECT_TRUE(me.Asks()) << "the node was unreachable for long enough all the same";
}

TEST(R8, R16MarkedLockThatGoesBeforeItsTimeLeavesASuspectUntilThen) {
  // By hand. One that knew the mark counts from there,
  Standby me(Marked(LimitedLock(5), 9));
  me.Advance(absl::Seconds(4));
  me.Deleted(Marked(LimitedLock(5), 9), 30);
  EXPECT_FALSE(me.Creates());
  EXPECT_EQ(me.Reason(), Leadership::REASON_PREDECESSOR);
  me.Advance(absl::Seconds(7) - absl::Milliseconds(1));
  EXPECT_FALSE(me.Creates());
  me.Advance(absl::Milliseconds(1));
  EXPECT_TRUE(me.Creates());
  // one that learns of it by the end of its watch from then.
  Standby late;
  late.Deleted(Marked(LimitedLock(5), 9), 30);
  late.Advance(kLimit);
  EXPECT_FALSE(late.Creates());
  late.Advance(kLimit / 10);
  EXPECT_TRUE(late.Creates());
}

TEST(R8, R16MarkThatOnlyAReadHasShownIsNotForgottenWhenTheWatchBreaks) {
  Standby me;
  me.Read(Marked(LimitedLock(5), 15), 16);
  me.Advance(kLimit + kLimit / 10);
  ASSERT_NE(me.Did<DeleteLock>(), nullptr);
  me.Step(election::LockContact{false});
  me.Sync(std::nullopt, 40);
  me.Candidates({});
  EXPECT_TRUE(me.Creates());
}

// ---- The leader whose lock is marked.

class Leader : public Candidate {
 public:
  Leader() : Candidate(TakingOver()) {
    StandForFreeLock();
    Created(Own(11));
    Added(Own(11));
    EXPECT_EQ(State(), Leadership::STATE_LEADER);
  }
  static kube::ConfigMap Own(int resource_version) {
    kube::ConfigMap lock = LockOf("me", "L1", resource_version);
    (*lock.mutable_metadata()->mutable_annotations())[election::kUnverifiedLimitAnnotation] = "10s";
    return lock;
  }
};

TEST(R8, R4LeaderThatSeesItsLockMarkedHasLostIt) {
  for (const bool by_read : {false, true}) {
    Leader me;
    if (by_read) me.Read(Marked(Leader::Own(11), 15), 16);
    if (!by_read) me.Modified(Marked(Leader::Own(11), 15));
    ASSERT_EQ(me.Told().size(), 1u);
    EXPECT_TRUE(me.Told()[0]->is_loss);
    EXPECT_EQ(me.State(), Leadership::STATE_STANDBY);
    EXPECT_EQ(me.Reason(), Leadership::REASON_LOCK_LOST);
    // Never again, whatever becomes of the mark.
    me.Modified(Leader::Own(17));
    EXPECT_NE(me.State(), Leadership::STATE_LEADER);
    me.Read(Leader::Own(17), 18);
    EXPECT_NE(me.State(), Leadership::STATE_LEADER);
  }
}

// Found by fuzzing: it asked of a lock that was not held yet whether its term goes on.
TEST(R8, OwnLockThatIsMarkedBeforeItIsProvenWasNotLed) {
  Candidate me(TakingOver());
  me.StandForFreeLock();
  me.Added(Marked(Leader::Own(11), 15));
  EXPECT_EQ(me.State(), Leadership::STATE_STANDBY);
  EXPECT_EQ(me.Reason(), Leadership::REASON_CONFIRMING);
}

TEST(R8, LeaderWhoseLockIsMarkedRemovesItNoSoonerThanOthersWould) {
  Leader me;
  me.Modified(Marked(Leader::Own(11), 15));
  me.Advance(kLimit);
  EXPECT_EQ(me.Did<DeleteLock>(), nullptr) << "its app may not have heard of it yet";
  me.Advance(kLimit / 10);
  EXPECT_NE(me.Did<DeleteLock>(), nullptr);
}

// By a hand: a wait from the time when it was an ended pod's says nothing of this pod's app.
TEST(R8, LeaderLeavesAMarkedLockForAsLongThoughItWasAboutToClearItFromAnother) {
  Candidate me(TakingOver());
  me.FollowLeader("other");
  me.OtherPod("other", Ended(PodOf("other")));
  ASSERT_NE(me.Did<DeleteLock>(), nullptr);
  me.Step(DeleteAnswered{Failure(absl::StatusCode::kAborted)});
  me.Modified(Leader::Own(11));
  me.Read(Leader::Own(11), 12);
  ASSERT_EQ(me.State(), Leadership::STATE_LEADER);
  me.Advance(absl::Seconds(1));
  me.Modified(Marked(Leader::Own(11), 15));
  EXPECT_EQ(me.State(), Leadership::STATE_STANDBY);
  EXPECT_EQ(me.Did<DeleteLock>(), nullptr) << "its app may not have heard of it yet";
  me.Advance(kLimit);
  EXPECT_EQ(me.Did<DeleteLock>(), nullptr);
  me.Advance(kLimit / 10);
  EXPECT_NE(me.Did<DeleteLock>(), nullptr);
}

TEST(R8, RestartedBrokerDoesNotLeadUnderAMarkedLock) {
  Candidate me(TakingOver());
  me.OwnPod(PodOf("me"));
  me.Sync(Marked(Leader::Own(11), 15), 20);
  me.Candidates({});
  EXPECT_EQ(me.State(), Leadership::STATE_STANDBY);
  EXPECT_EQ(me.Reason(), Leadership::REASON_LOCK_LOST);
  // Nor where only a read has shown the mark.
  Candidate other(TakingOver());
  other.OwnPod(PodOf("me"));
  other.Sync(Leader::Own(11), 12);
  other.Read(Marked(Leader::Own(11), 15), 16);
  other.Candidates({});
  EXPECT_TRUE(other.Told().empty() || other.State() != Leadership::STATE_LEADER);
  EXPECT_NE(other.State(), Leadership::STATE_LEADER);
}

TEST(R8, MarkThatNamesAnotherThanTheHolderIsNone) {
  // As when a hand passes a marked lock on.
  kube::ConfigMap passed_on = Leader::Own(11);
  (*passed_on.mutable_metadata()->mutable_annotations())[election::kReleasedAnnotation] = "other-uid";
  Candidate me(TakingOver());
  me.OwnPod(PodOf("me"));
  me.Sync(passed_on, 20);
  me.Candidates({});
  EXPECT_EQ(me.State(), Leadership::STATE_LEADER);
}

TEST(R8, LimitIsReadAsItIsWritten) {
  for (const absl::Duration limit : {absl::Seconds(3), absl::Milliseconds(90500), absl::Minutes(2)}) {
    election::LockTemplate from{"ns", "lock", {"me", "me-uid", "node"}, limit, "1"};
    EXPECT_EQ(election::ReadLock(election::MakeLock(from)).unverified_limit, limit);
  }
  EXPECT_EQ(election::ReadLock(LockOf("me", "L1", 1)).unverified_limit, absl::InfiniteDuration());
}

}  // namespace
}  // namespace leadership_broker::testing
