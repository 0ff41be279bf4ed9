// Real brokers, with the Role that deploy/ ships, whose lock the policies of deploy/admission/ guard.
#include "tests/control_plane/admission/protected_namespace.h"
#include "tests/harness/eventually.h"
#include "tests/scenarios/scenario.h"

namespace leadership_broker::testing {

Cluster& TestCluster() { return RealCluster::Shared(); }

std::vector<RoleRule> BrokerRole(const std::string& lock) { return ShippedRole(RealCluster::Shared(), lock); }

absl::Duration OutageLength() { return absl::Seconds(20); }

namespace {

using Json = nlohmann::json;

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

// What R8 needs besides: a leader on a node that is not heard of, and rights.
class GuardedTakeOverTest : public GuardedBrokersTest {
 protected:
  GuardedTakeOverTest() {
    std::vector<RoleRule> role = BrokerRole(lock);
    role.push_back({"configmaps", {"patch"}, {lock}});
    role.push_back({"pods", {"delete"}, {}});
    SetRole(role);
    const std::string rbac = "/apis/rbac.authorization.k8s.io/v1/clusterrole";
    const Json metadata = {{"name", "nodes-for-" + namespace_name}};
    const Json rule = {{"apiGroups", {""}}, {"resources", {"nodes"}}, {"verbs", {"get", "list", "watch"}}};
    const Json subject = {{"kind", "ServiceAccount"}, {"name", "candidate"}, {"namespace", namespace_name}};
    const Json binding = {
        {"metadata", metadata},
        {"roleRef", {{"apiGroup", "rbac.authorization.k8s.io"}, {"kind", "ClusterRole"}, {"name", metadata["name"]}}},
        {"subjects", Json::array({subject})}};
    EXPECT_EQ(cluster.Admin().Post(rbac + "s", {{"metadata", metadata}, {"rules", Json::array({rule})}}).status, 201);
    EXPECT_EQ(cluster.Admin().Post(rbac + "bindings", binding).status, 201);
    leader_ = NewBoundCandidate("a", flags_);
    leader_->WaitForState(Leadership::STATE_LEADER);
    standby_ = NewBoundCandidate("b", flags_);
    standby_->WaitForLeader(*leader_->pod);
  }

  void LoseSightOfTheLeadersNode() {
    const std::string node = leader_->pod->Object()["spec"]["nodeName"];
    const Json unknown = {{"type", "Ready"}, {"status", "Unknown"}, {"lastTransitionTime", "2024-01-01T00:00:00Z"}};
    EXPECT_EQ(cluster.Admin()
                  .Patch("/api/v1/nodes/" + node + "/status", {{"status", {{"conditions", Json::array({unknown})}}}})
                  .status,
              200);
  }

  const std::vector<std::string> flags_ = {"--unverified-limit=3s", "--unreachable-leader=take-over-after=6s"};
  std::unique_ptr<Candidate> leader_;
  std::unique_ptr<Candidate> standby_;
};

using WhereStandbysTakeOver = GuardedTakeOverTest;
INSTANTIATE_TEST_SUITE_P(Removal, WhereStandbysTakeOver, ::testing::Values("any-pod"), NameOf);

TEST_P(WhereStandbysTakeOver, R8AStandbyTakesOverFromAnUnreachableLeader) {
  LoseSightOfTheLeadersNode();
  standby_->WaitForState(Leadership::STATE_LEADER);
  EXPECT_TRUE(leader_->pod->Exists());
}

using WhereTheHolderAloneRemoves = GuardedBrokersTest;
INSTANTIATE_TEST_SUITE_P(Removal, WhereTheHolderAloneRemoves, ::testing::Values("own-pod"), NameOf);
using WhereNoStandbyTakesOver = GuardedTakeOverTest;
INSTANTIATE_TEST_SUITE_P(Removal, WhereNoStandbyTakesOver, ::testing::Values("own-pod"), NameOf);

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

// The pod is asked to end, which is what RBAC allows; its lock stays with it.
TEST_P(WhereNoStandbyTakesOver, R8AnUnreachableLeaderKeepsItsLockAndTheStandbySaysWhy) {
  LoseSightOfTheLeadersNode();
  const Leadership refused = standby_->WaitForReason(Leadership::REASON_REJECTED).leadership;
  EXPECT_THAT(refused.message(), ::testing::HasSubstr("in this namespace the holder alone may"));
  EXPECT_EQ(Lock()["metadata"]["uid"], refused.lock().uid());
  EXPECT_FALSE(standby_->EverLed());
}

}  // namespace
}  // namespace leadership_broker::testing
