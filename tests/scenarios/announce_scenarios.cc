// What people and Services see of an election beside the streams: Events, and the leader's label.
#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"

#include "tests/harness/eventually.h"
#include "tests/scenarios/scenario.h"

namespace leadership_broker::testing {
namespace {

using Json = nlohmann::json;
using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr char kLabel[] = "example.com/role";

// How many lines of a log have this.
size_t LinesWith(const std::string& log, const std::string& text) {
  const std::vector<std::string> lines = absl::StrSplit(log, '\n');
  return std::count_if(lines.begin(), lines.end(),
                       [&](const std::string& line) { return absl::StrContains(line, text); });
}

class Announced : public Scenario {
 protected:
  Json Events() {
    return cluster.Admin().Get("/apis/events.k8s.io/v1/namespaces/" + namespace_name + "/events").body["items"];
  }
  // "REASON KIND/NAME by POD", each.
  std::vector<std::string> Said() {
    std::vector<std::string> all;
    for (const Json& event : Events()) {
      // The control plane's own controllers say things as well.
      if (event.value("reportingController", "") != "leadership-broker") continue;
      const Json& regarding = event["regarding"];
      all.push_back(event["reason"].get<std::string>() + " " + regarding["kind"].get<std::string>() + "/" +
                    regarding["name"].get<std::string>() + " by " + event["reportingInstance"].get<std::string>());
    }
    return all;
  }
  bool Says(const std::string& what) {
    return Eventually([&] {
      const std::vector<std::string> said = Said();
      return std::find(said.begin(), said.end(), what) != said.end();
    });
  }

  void AllowLabels() {
    std::vector<RoleRule> role = BrokerRole(lock);
    role.push_back({"pods", {"patch"}, {}});
    SetRole(role);
  }
  static std::string Flag() { return std::string("--leader-label=") + kLabel + "=leader"; }
  static std::string LabelOf(const TestPod& pod) {
    return pod.Object()["metadata"].value("labels", Json::object()).value(kLabel, "");
  }
};

TEST_F(Announced, WinnerAndLoserSaySoAndNobodyElse) {
  auto candidates = NewCandidates({"a", "b"});
  EXPECT_TRUE(Says("LeaderElected ConfigMap/the-lock by a"));
  EXPECT_TRUE(Says("LeaderElected Pod/a by a"));
  const std::string first_uid = Lock()["metadata"]["uid"];
  DeleteLock();
  EXPECT_TRUE(Says("LeadershipLost ConfigMap/the-lock by a"));
  EXPECT_TRUE(Says("LeadershipLost Pod/a by a"));
  for (const Json& event : Events()) {
    EXPECT_NE(event.value("reportingInstance", ""), "b") << event;
    if (event["reason"] != "LeadershipLost") continue;
    EXPECT_EQ(event["type"], "Warning");
    const bool of_lock = event["regarding"]["kind"] == "ConfigMap";
    EXPECT_EQ(event["regarding"]["uid"], of_lock ? first_uid : candidates[0]->pod->uid());
    EXPECT_EQ(event["related"]["uid"], of_lock ? candidates[0]->pod->uid() : first_uid);
  }
}

TEST_F(Announced, R7WhoRemovesAnEndedLeadersLockSaysWhoseItWas) {
  auto candidates = NewCandidates({"a", "b"});
  const std::string uid = Lock()["metadata"]["uid"];
  candidates[0]->pod->SetEnded("Failed", "Evicted");
  EXPECT_TRUE(Says("EndedLeaderCleared ConfigMap/the-lock by b"));
  EXPECT_TRUE(Says("LeaderElected ConfigMap/the-lock by b"));
  EXPECT_THAT(Said(), Not(Contains("LeadershipLost Pod/a by a"))) << "it ended";
  for (const Json& event : Events()) {
    if (event["reason"] != "EndedLeaderCleared") continue;
    EXPECT_EQ(event["regarding"]["uid"], uid);
  }
}

TEST_F(Announced, R7WhoRemovesAnOrphanedLockSaysSo) {
  auto candidates = NewCandidates({"a", "b"}, {"--orphan-grace=100ms"});
  cluster.StopCollector();
  candidates[0]->pod->DeleteByForce();
  EXPECT_TRUE(Says("OrphanedLockRemoved ConfigMap/the-lock by b"));
  cluster.StartCollector();
}

TEST_F(Announced, R11WithoutTheRightThereIsOneWarningAndTheElectionGoesOn) {
  SetRole(Without(Without(BrokerRole(lock), "events.events.k8s.io", "create"), "events.events.k8s.io", "patch"));
  auto leader = NewCandidate("a");
  leader->WaitForState(Leadership::STATE_LEADER);
  const std::string warning = "the verbs create and patch on events";
  ASSERT_TRUE(Eventually([&] { return LinesWith(leader->broker.Log(), warning) == 1; })) << leader->broker.Log();
  DeleteLock();
  leader->WaitForReason(Leadership::REASON_LOCK_LOST);
  EXPECT_EQ(leader->WaitForState(Leadership::STATE_LEADER).leadership.reason(), Leadership::REASON_WON);
  EXPECT_EQ(leader->broker.Stop(), 0);
  EXPECT_EQ(LinesWith(leader->broker.Log(), "events"), 1u) << leader->broker.Log();
  EXPECT_THAT(Said(), IsEmpty());
}

TEST_F(Announced, TurnedOffItSaysNothing) {
  auto quiet = NewCandidate("a", {"--events=false"});
  quiet->WaitForState(Leadership::STATE_LEADER);
  quiet->pod->SetEnded("Failed");
  auto successor = NewCandidate("b");
  EXPECT_TRUE(Says("LeaderElected Pod/b by b"));
  for (const std::string& said : Said()) EXPECT_TRUE(absl::EndsWith(said, " by b")) << said;
}

TEST_F(Announced, TheLabelPassesToTheNextLeader) {
  AllowLabels();
  auto candidates = NewCandidates({"a", "b"}, {Flag()});
  const TestPod& a = *candidates[0]->pod;
  const TestPod& b = *candidates[1]->pod;
  ASSERT_TRUE(Eventually([&] { return LabelOf(a) == "leader"; }));
  EXPECT_EQ(LabelOf(b), "");
  // The pod object stays, and nobody is left in it who could take the label off.
  candidates[0]->broker.Kill();
  candidates[0]->pod->SetEnded("Failed");
  ASSERT_TRUE(Eventually([&] { return LabelOf(b) == "leader"; }));
  EXPECT_EQ(LabelOf(a), "") << "it is taken off before";
}

TEST_F(Announced, R10TheLabelStaysWhileTheBrokerRestarts) {
  AllowLabels();
  auto leader = NewCandidate("a", {Flag()});
  ASSERT_TRUE(Eventually([&] { return LabelOf(*leader->pod) == "leader"; }));
  const Json before = leader->pod->Object();
  leader->broker.Kill();
  leader->broker.Start();
  EXPECT_TRUE(Says("LeadershipAdopted Pod/a by a"));
  EXPECT_EQ(leader->pod->Object()["metadata"]["resourceVersion"], before["metadata"]["resourceVersion"]);
}

TEST_F(Announced, ALabelOfAnEarlierTermIsTakenOffAtTheStart) {
  AllowLabels();
  auto leader = NewCandidate("a", {Flag()});
  leader->WaitForState(Leadership::STATE_LEADER);
  auto standby = NewCandidate("b", {Flag()});
  standby->WaitForLeader(*leader->pod);
  standby->broker.Kill();
  ASSERT_EQ(cluster.Admin().Patch(Path("pods/b"), {{"metadata", {{"labels", {{kLabel, "leader"}}}}}}).status, 200);
  standby->broker.Start();
  EXPECT_TRUE(Eventually([&] { return LabelOf(*standby->pod).empty(); }));
}

TEST_F(Announced, R11WithoutTheRightToLabelThereIsOneWarningAndThePodLeads) {
  auto leader = NewCandidate("a", {Flag(), "--events=false"});
  leader->WaitForState(Leadership::STATE_LEADER);
  ASSERT_TRUE(Eventually([&] { return LinesWith(leader->broker.Log(), "the verb patch on pods") == 1; }));
  EXPECT_EQ(LabelOf(*leader->pod), "");
  EXPECT_EQ(leader->Says().state(), Leadership::STATE_LEADER);
}

}  // namespace
}  // namespace leadership_broker::testing
