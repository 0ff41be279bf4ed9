// The leader's pod is deleted, in each of the ways that there are: its successor leads after the last of its containers
// has ended, never before its app has, and (R7) before its object is gone.
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "gtest/gtest.h"

#include "tests/e2e/handover.h"
#include "tests/e2e/workload.h"
#include "tests/harness/eventually.h"

namespace leadership_broker::testing {
namespace {

using Json = nlohmann::json;

constexpr char kFigure[] = "last container ended -> successor told";

TEST(Ending, R7_AsDeletedByADeploymentsOwner) {
  Stage stage;
  stage.Apply({Deployment("app", 3, {ExampleApp(), Witness()})});
  const absl::Time applied = absl::Now();
  for (const Pod& pod : stage.WaitElected("app", 3)) {
    AddFigure("three pods applied -> a broker serves", pod.Log("leadership-broker").front().time - applied);
    AddFigure("three pods applied -> a client told for the first time", pod.AllTold().front().time - applied);
  }
  for (int i = 0; i < 3; ++i) {
    const Pod leader = stage.WaitElected("app", 3)[0];
    ASSERT_FALSE(leader.Log("app").empty());
    // Once to be sure of it, whatever the kubelet's haste.
    if (i == 0) leader.Hold();
    Handover handover(&stage, leader);
    leader.Delete();
    handover.ExpectInOrder(i == 0 ? std::string(kFigure) + ", the old object held by a finalizer" : kFigure);
    if (i == 0) {
      EXPECT_FALSE(leader.Object().is_null()) << "its object was not needed to go: " << leader.Describe();
      leader.Release();
    } else {
      AddFigure("successor told -> old pod's object gone", handover.WaitGone());
    }
    // The order of a native sidecar: the app has stopped its work and ended, then the broker.
    EXPECT_EQ(leader.Log("app").back().text, "stop");
    EXPECT_LT(leader.WaitEnded("app"), leader.WaitEnded("leadership-broker")) << leader.Describe();
    // The leader was one to its end, as far as its app was told.
    EXPECT_TRUE(leader.Leads()) << leader.Describe();
  }
}

// The kubelet then ends the sidecar first, up to two seconds before the app.
TEST(Ending, R7_WithAPreStopHookThatOutlastsTheGracePeriod) {
  Stage stage;
  Json app = Stubborn();
  app["lifecycle"] = {{"preStop", {{"exec", {{"command", {"/usr/bin/sleep", "60"}}}}}}};
  stage.Apply({Deployment("app", 2, {app, Witness()}, {{"terminationGracePeriodSeconds", 2}})});
  const std::vector<Pod> pods = stage.WaitElected("app", 2);
  Handover handover(&stage, pods[0]);
  pods[0].Delete();
  handover.ExpectInOrder(kFigure);
  AddFigure("preStop outlasts the grace period: sidecar ended -> app ended",
            pods[0].WaitEnded("app") - pods[0].WaitEnded("leadership-broker"));
}

TEST(Ending, R7_WithNowAndAnAppThatIgnoresSigterm) {
  Stage stage;
  stage.Apply({Deployment("app", 2, {Stubborn(), Witness()})});
  const std::vector<Pod> pods = stage.WaitElected("app", 2);
  Handover handover(&stage, pods[0]);
  pods[0].Delete({"--now"});
  handover.ExpectInOrder(kFigure);
  AddFigure("--now and no heed of SIGTERM: sidecar ended -> app ended",
            pods[0].WaitEnded("app") - pods[0].WaitEnded("leadership-broker"));
}

// As GitOps tools prune. The collector may then remove the lock while the pod still has its grace period before it.
TEST(Ending, R16_AForegroundDeletionBesideAnotherDeploymentOnTheSameLock) {
  Stage stage;
  stage.Apply({Deployment("blue", 1, {Stubborn(), Witness()}, {{"terminationGracePeriodSeconds", 4}})});
  const Pod leader = stage.WaitElected("blue", 1)[0];
  stage.Apply({Deployment("green", 2, {ExampleApp(), Witness()})});
  stage.WaitReady("green", 2);
  Handover handover(&stage, leader);
  const std::string lock = stage.Lock()["metadata"]["uid"];
  stage.lab().Kubectl({"delete", "deployment", "blue", "--cascade=foreground", "--wait=false",
                       "--namespace=" + stage.namespace_name()});
  // Else there is nothing to guard against.
  EXPECT_TRUE(Eventually([&] {
    const Json now = stage.Lock();
    return now.is_null() || now["metadata"]["uid"] != lock;
  }));
  EXPECT_FALSE(leader.HasEnded("app")) << "the lock was not removed early: " << leader.Describe();
  handover.ExpectInOrder(kFigure);
}

class Figures : public ::testing::Environment {
  void TearDown() override { ReportFigures(); }
};
const auto* const kFigures = ::testing::AddGlobalTestEnvironment(new Figures);

}  // namespace
}  // namespace leadership_broker::testing
