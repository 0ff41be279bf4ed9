// Real brokers, with the Role that deploy/ ships, whose lock the policies of deploy/admission/ guard.
#include "tests/control_plane/admission/protected_namespace.h"
#include "tests/harness/eventually.h"
#include "tests/scenarios/scenario.h"

namespace leadership_broker::testing {

Cluster& TestCluster() { return RealCluster::Shared(); }

std::vector<RoleRule> BrokerRole(const std::string& lock) { return ShippedRole(RealCluster::Shared(), lock); }

absl::Duration OutageLength() { return absl::Seconds(20); }

namespace {

// By what the namespace says of removal.
class GuardedBrokersTest : public Scenario, public ::testing::WithParamInterface<const char*> {
 protected:
  GuardedBrokersTest() { ProtectLocks(RealCluster::Shared(), namespace_name, GetParam()); }
};

std::string NameOf(const ::testing::TestParamInfo<const char*>& info) {
  const std::string removal = info.param;
  return removal.empty() ? "ByRbac" : removal == "any-pod" ? "ByAnyPod" : "ByTheHolder";
}

using InEveryNamespace = GuardedBrokersTest;
INSTANTIATE_TEST_SUITE_P(Removal, InEveryNamespace, ::testing::Values("", "any-pod", "own-pod"), NameOf);

TEST_P(InEveryNamespace, ABrokerWinsAndTheNextDoesWhenItsPodIsDeleted) {
  auto candidates = NewCandidates({"a", "b"});
  EXPECT_EQ(candidates[0]->Says().reason(), Leadership::REASON_WON);
  candidates[0]->pod->Delete();
  EXPECT_GT(candidates[1]->WaitForState(Leadership::STATE_LEADER).leadership.fencing_token(),
            candidates[0]->app.History().front().leadership.fencing_token());
}

TEST_P(InEveryNamespace, ABrokerAdoptsItsLock) {
  auto leader = NewCandidate("a");
  const Leadership before = leader->WaitForState(Leadership::STATE_LEADER).leadership;
  leader->broker.Kill();
  leader->app.WaitForEnd();
  leader->broker.Start();
  leader->app.Reconnect();
  const Leadership after = leader->WaitForState(Leadership::STATE_LEADER).leadership;
  EXPECT_EQ(after.reason(), Leadership::REASON_ADOPTED);
  EXPECT_EQ(after.lock().uid(), before.lock().uid());
}

using WhereStandbysClear = GuardedBrokersTest;
INSTANTIATE_TEST_SUITE_P(Removal, WhereStandbysClear, ::testing::Values("", "any-pod"), NameOf);

TEST_P(WhereStandbysClear, R7AStandbyClearsAnEndedLeader) {
  auto candidates = NewCandidates({"a", "b"});
  candidates[0]->pod->SetEnded("Succeeded");
  candidates[1]->WaitForState(Leadership::STATE_LEADER);
  EXPECT_TRUE(candidates[0]->pod->Exists());
}

TEST_P(WhereStandbysClear, R13AStandbyClearsAnOrphanedLock) {
  auto candidates = NewCandidates({"a", "b"}, {"--orphan-grace=0s"});
  candidates[0]->pod->DeleteOrphaning();
  candidates[1]->WaitForState(Leadership::STATE_LEADER);
}

using WhereTheHolderAloneRemoves = GuardedBrokersTest;
INSTANTIATE_TEST_SUITE_P(Removal, WhereTheHolderAloneRemoves, ::testing::Values("own-pod"), NameOf);

TEST_P(WhereTheHolderAloneRemoves, R7AnEndedLeadersLockStaysUntilItsPodIsDeletedAndTheStandbySaysWhy) {
  auto candidates = NewCandidates({"a", "b"});
  candidates[0]->pod->SetEnded("Succeeded");
  const Leadership refused = candidates[1]->WaitForReason(Leadership::REASON_REJECTED).leadership;
  EXPECT_EQ(refused.state(), Leadership::STATE_STANDBY);
  EXPECT_THAT(refused.message(), ::testing::HasSubstr("the pod that holds it alone may remove it, a"));
  EXPECT_EQ(Lock()["metadata"]["uid"], refused.lock().uid());
  candidates[0]->pod->DeleteByForce();
  candidates[1]->WaitForState(Leadership::STATE_LEADER);
}

}  // namespace
}  // namespace leadership_broker::testing
