// R8: a leader whose node cannot be reached.
#include "gmock/gmock.h"

#include "tests/harness/eventually.h"
#include "tests/scenarios/scenario.h"

namespace leadership_broker::testing {
namespace {

using ::testing::HasSubstr;

const std::vector<std::string> kTakesOver = {"--unverified-limit=3s", "--unreachable-leader=take-over-after=6s"};

class Unreachable : public Scenario {
 protected:
  Unreachable() {
    std::vector<RoleRule> role = BrokerRole(lock);
    role.push_back({"configmaps", {"patch"}, {lock}});
    role.push_back({"pods", {"delete"}, {}});
    SetRole(role);
  }

  void AllowNodes() { cluster.SetClusterRole(namespace_name, {{"nodes", {"list", "watch"}, {}}}); }

  // What a kubelet reports, or the node controller where it hears of none.
  void SetReady(const Candidate& candidate, const std::string& status) {
    const nlohmann::json ready = {
        {"type", "Ready"}, {"status", status}, {"lastTransitionTime", "2026-01-02T03:04:05Z"}};
    const std::string node = candidate.pod->Object()["spec"]["nodeName"];
    const HttpAnswer answer = cluster.Admin().Patch("/api/v1/nodes/" + node + "/status",
                                                    {{"status", {{"conditions", nlohmann::json::array({ready})}}}});
    ASSERT_EQ(answer.status, 200) << answer.text;
  }
};

class TakenOver : public Unreachable, public ::testing::WithParamInterface<bool> {};

TEST_P(TakenOver, R8UnreachableLeaderIsWhenItsLimitHasPassed) {
  AllowNodes();
  auto leader = NewBoundCandidate("a", kTakesOver);
  const Leadership before = leader->WaitForState(Leadership::STATE_LEADER).leadership;
  auto standby = NewCandidate("b", kTakesOver);
  standby->WaitForLeader(*leader->pod);
  const bool frozen = GetParam();
  if (frozen) leader->broker.Pause();
  SetReady(*leader, "Unknown");
  EXPECT_THAT(standby->WaitForReason(Leadership::REASON_LEADER_UNREACHABLE).leadership.message(),
              HasSubstr("taken over from"));

  const Leadership after = standby->WaitForState(Leadership::STATE_LEADER).leadership;
  EXPECT_GT(after.fencing_token(), before.fencing_token());
  EXPECT_TRUE(leader->pod->Object()["metadata"].contains("deletionTimestamp"));
  if (!frozen) {
    // It is in contact, and was told by the mark.
    EXPECT_NE(leader->Says().state(), Leadership::STATE_LEADER);
    EXPECT_EQ(leader->WaitForReason(Leadership::REASON_LOCK_LOST).leadership.lock().uid(), before.lock().uid());
    return;
  }
  // It comes back, and learns that it has lost.
  leader->broker.Resume();
  leader->WaitFor([](const Leadership& told) { return told.state() != Leadership::STATE_LEADER; }, "that it has lost");
  leader->WaitForLeader(*standby->pod);
}

INSTANTIATE_TEST_SUITE_P(R8, TakenOver, ::testing::Values(false, true),
                         [](const auto& info) { return info.param ? "Frozen" : "InContact"; });

TEST_F(Unreachable, R8LockWithoutALimitIsNotTakenOverAndThatIsSaid) {
  AllowNodes();
  auto leader = NewBoundCandidate("a");
  leader->WaitForState(Leadership::STATE_LEADER);
  auto willing = NewCandidate("b", kTakesOver);
  willing->WaitForLeader(*leader->pod);
  auto waiting = NewCandidate("c");
  waiting->WaitForLeader(*leader->pod);
  SetReady(*leader, "Unknown");
  EXPECT_THAT(willing->WaitForReason(Leadership::REASON_LEADER_UNREACHABLE).leadership.message(),
              HasSubstr("names no --unverified-limit"));
  EXPECT_EQ(waiting->Says().reason(), Leadership::REASON_ANOTHER_LEADS) << "who is not told to does not even look";
  SetReady(*leader, "True");
  willing->WaitForReason(Leadership::REASON_ANOTHER_LEADS);
  EXPECT_FALSE(leader->pod->Object()["metadata"].contains("deletionTimestamp"));
  EXPECT_EQ(leader->Says().state(), Leadership::STATE_LEADER);
}

TEST_F(Unreachable, R11WithoutTheRightToWatchNodesItIsSaid) {
  auto leader = NewBoundCandidate("a", kTakesOver);
  leader->WaitForState(Leadership::STATE_LEADER);
  auto standby = NewCandidate("b", kTakesOver);
  EXPECT_THAT(standby->WaitForReason(Leadership::REASON_FORBIDDEN).leadership.message(),
              HasSubstr("at the cluster scope"));
  AllowNodes();
  standby->WaitForReason(Leadership::REASON_ANOTHER_LEADS);
}

}  // namespace
}  // namespace leadership_broker::testing
