// The leader's pod ends by other hands than its owner's: it completes, it is evicted, it gives way, it is made anew.
#include <string>
#include <vector>

#include "gtest/gtest.h"

#include "tests/e2e/handover.h"
#include "tests/e2e/workload.h"
#include "tests/harness/eventually.h"

namespace leadership_broker::testing {
namespace {

using Json = nlohmann::json;

constexpr char kFigure[] = "last container ended -> successor told";

// Waits until the pod is in this phase.
void WaitPhase(const Pod& pod, const std::string& phase) {
  EXPECT_TRUE(Eventually([&] {
    const Json object = pod.Object();
    return !object.is_null() && object["status"]["phase"] == phase;
  })) << pod.Describe();
}

TEST(Eviction, AStatefulSetsPodIsMadeAnewUnderItsName) {
  Stage stage;
  stage.Apply({StatefulSet("app", 1, {ExampleApp(), Witness()})});
  const Pod leader = stage.WaitElected("app", 1)[0];
  Handover handover(&stage, leader);
  leader.Delete();
  handover.ExpectInOrder("last container ended -> the next pod of that name told");
  EXPECT_EQ(handover.successor().name(), leader.name());
  EXPECT_NE(handover.successor().uid(), leader.uid());
}

// Its object stays, so that it is a standby that removes the lock (R7). That the sidecar had to be killed is no
// failure. The job is over before leaderctl would end it, after 15 s of the broker's silence.
TEST(Eviction, R7_AJobCompletesWhileItsSidecarHangs) {
  Stage stage;
  Json app = Container("app", "tools", {"/usr/bin/leaderctl", "run", "--", "/usr/bin/sleep", "14"});
  stage.Apply({Job("job", {app}, {{"terminationGracePeriodSeconds", 2}})});
  const Pod leader = stage.WaitReady("job", 1)[0];
  // Waiting for leadership, and then leading.
  ASSERT_TRUE(Eventually([&] { return leader.Log("app").size() >= 2; })) << leader.Describe();
  leader.Signal("leadership-broker", SIGSTOP);
  stage.Apply({Deployment("standby", 1, {ExampleApp(), Witness()})});
  EXPECT_TRUE(Eventually([&] { return stage.WaitReady("standby", 1)[0].Leads(); })) << leader.Describe();
  WaitPhase(leader, "Succeeded");
  EXPECT_EQ(leader.Status("leadership-broker")["state"]["terminated"]["exitCode"], 137);
  EXPECT_EQ(leader.Status("app")["state"]["terminated"]["exitCode"], 0);
  const Pod next = stage.WaitReady("standby", 1)[0];
  EXPECT_GT(next.FirstTold("STATE_LEADER")->time, leader.WaitEnded("leadership-broker")) << next.Describe();
}

TEST(Eviction, R7_ByTheApi) {
  Stage stage;
  stage.Apply({Deployment("app", 2, {ExampleApp(), Witness()})});
  const Pod leader = stage.WaitElected("app", 2)[0];
  Handover handover(&stage, leader);
  const HttpAnswer evicted = stage.Admin().Post(
      leader.Path() + "/eviction", {{"apiVersion", "policy/v1"},
                                    {"kind", "Eviction"},
                                    {"metadata", {{"name", leader.name()}, {"namespace", stage.namespace_name()}}}});
  ASSERT_EQ(evicted.status, 201) << evicted.text << evicted.body;
  handover.ExpectInOrder(kFigure);
}

// By the kubelet, of a pod that takes more of the node than it may. Its object stays.
TEST(Eviction, R7_ByTheNode) {
  Stage stage;
  const Json volume = {{"name", "small"}, {"emptyDir", {{"sizeLimit", "1Mi"}}}};
  Json app = ExampleApp();
  app["volumeMounts"] = Json::array({{{"name", "small"}, {"mountPath", "/small"}}});
  stage.Apply({Deployment("app", 2, {app, Witness()}, {{"volumes", Json::array({volume})}})});
  const Pod leader = stage.WaitElected("app", 2)[0];
  Handover handover(&stage, leader);
  stage.lab().RunOn(leader.node(),
                    {"dd", "if=/dev/zero", "bs=1M", "count=4",
                     "of=/var/lib/kubelet/pods/" + leader.uid() + "/volumes/kubernetes.io~empty-dir/small/file"});
  handover.ExpectInOrder("last container ended -> successor told, of a pod that the node evicts");
  WaitPhase(leader, "Failed");
  EXPECT_EQ(leader.Object()["status"]["reason"], "Evicted");
}

// The scheduler has it give way: there is one port of that number on the node.
TEST(Eviction, R7_ByAPodOfHigherPriority) {
  Stage stage("privileged");
  for (const int value : {1000, 2000}) {
    stage.Admin().Post("/apis/scheduling.k8s.io/v1/priorityclasses",
                       {{"metadata", {{"name", "e2e-" + std::to_string(value)}}}, {"value", value}});
  }
  const Json port = Json::array({{{"containerPort", 9999}, {"hostPort", 28642}}});
  const Json on_node_1 = {{"kubernetes.io/hostname", NodeLab::kNode1}};
  Json app = ExampleApp();
  app["ports"] = port;
  stage.Apply(
      {Deployment("app", 1, {app, Witness()}, {{"nodeSelector", on_node_1}, {"priorityClassName", "e2e-1000"}})});
  const Pod leader = stage.WaitElected("app", 1)[0];
  stage.Apply({Deployment("standby", 1, {ExampleApp(), Witness()})});
  stage.WaitReady("standby", 1);
  Handover handover(&stage, leader);
  Json greater = Container("any", "tools", {});
  greater["ports"] = port;
  const HttpAnswer made = stage.Admin().Post(stage.Path("pods"), {{"metadata", {{"name", "greater"}}},
                                                                  {"spec",
                                                                   {{"containers", Json::array({greater})},
                                                                    {"nodeSelector", on_node_1},
                                                                    {"priorityClassName", "e2e-2000"},
                                                                    {"terminationGracePeriodSeconds", 1}}}});
  ASSERT_EQ(made.status, 201) << made.text << made.body;
  handover.ExpectInOrder(kFigure);
}

}  // namespace
}  // namespace leadership_broker::testing
