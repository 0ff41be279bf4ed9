// The leader's node cannot be reached, while its pod goes on running there: what each setting makes of it.
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/time/clock.h"
#include "gtest/gtest.h"

#include "tests/e2e/handover.h"
#include "tests/e2e/workload.h"
#include "tests/e2e/writers.h"
#include "tests/harness/eventually.h"

namespace leadership_broker::testing {
namespace {

using Json = nlohmann::json;

bool Wrote(const Pod& pod, const std::string& text) {
  for (const Line& line : pod.Log("app")) {
    if (absl::StrContains(line.text, text)) return true;
  }
  return false;
}

Json Variables(const std::vector<std::pair<std::string, std::string>>& variables) {
  Json broker = {{"env", Json::array()}};
  for (const auto& [name, value] : variables) SetEnvironment(&broker, "LEADERSHIP_BROKER_" + name, value);
  return broker;
}

// When the pod was first told, since then, that it does not lead.
absl::Time FirstLoss(const Pod& pod, absl::Time since) {
  for (const Told& told : pod.AllTold()) {
    if (told.time >= since && told.state != "STATE_LEADER") return told.time;
  }
  return absl::InfiniteFuture();
}

// A leader on node-2 and a standby on node-1.
class Couple {
 public:
  Couple(Stage* stage, const Json& app, const Json& broker = Json::object(),
         const std::vector<std::string>& components = {}, const Json& volumes = Json::array())
      : far(Place(stage, "far", NodeLab::kNode2, app, broker, components, volumes)),
        near(Place(stage, "near", NodeLab::kNode1, app, broker, components, volumes)),
        led(stage->WaitLeader().Latest()) {
    EXPECT_TRUE(far.Leads()) << far.Describe();
  }

  // That the far one's processes go on.
  void ExpectFarRuns() const {
    for (const char* container : {"app", "witness", "leadership-broker"})
      EXPECT_FALSE(far.HasEnded(container)) << far.Describe();
  }
  bool NearLeads() const { return near.Leads(); }

  const Pod far;
  const Pod near;
  const Told led;

 private:
  static Pod Place(Stage* stage, const std::string& name, const std::string& node, const Json& app, const Json& broker,
                   const std::vector<std::string>& components, const Json& volumes) {
    stage->Apply({Deployment(name, 1, {app, Witness()},
                             {{"nodeSelector", {{"kubernetes.io/hostname", node}}},
                              {"terminationGracePeriodSeconds", 2},
                              {"volumes", volumes}})},
                 broker, components);
    return name == "far" ? stage->WaitElected(name, 1)[0] : stage->WaitReady(name, 1)[0];
  }
};

TEST(Away, R8_ALeaderOnANodeThatCannotBeReached) {
  NodeLab& lab = NodeLab::Shared();
  // By default its lock is kept; a forced deletion is what passes it on, while its writers go on.
  Stage keeps("privileged");
  const Writers writers(&keeps);
  const Couple kept(&keeps, writers.App(), Json::object(), {}, writers.Volumes());
  ASSERT_TRUE(Eventually([&] { return writers.Took(kept.led.token); })) << kept.far.Describe();
  // It is kept here too, but the leader fences itself.
  Stage limits;
  const Couple limited(&limits, ExampleApp(), Variables({{"UNVERIFIED_LIMIT", "4s"}}));
  Stage passes;
  const Couple passed(&passes, ExampleApp(),
                      Variables({{"UNVERIFIED_LIMIT", "4s"}, {"UNREACHABLE_LEADER", "take-over-after=8s"}}),
                      {"take-over-after"});

  const absl::Time cut = absl::Now();
  lab.Node("cut", NodeLab::kNode2);

  // Whoever has a limit hears of it, and stops.
  for (const Couple* couple : {&limited, &passed}) {
    EXPECT_TRUE(Eventually([&] { return couple->far.FirstTold("STATE_UNKNOWN", cut).has_value(); }))
        << couple->far.Describe();
    EXPECT_EQ(couple->far.Latest().reason, "REASON_API_UNREACHABLE");
    EXPECT_TRUE(Eventually([&] { return couple->far.Log("app").back().text == "stop"; })) << couple->far.Describe();
  }
  AddFigure("cable cut -> the leader with an --unverified-limit of 4s told",
            limited.far.FirstTold("STATE_UNKNOWN", cut)->time - cut);
  EXPECT_TRUE(Eventually([&] { return lab.NodeIs(NodeLab::kNode2, "Unknown"); }));
  AddFigure("cable cut -> the node is Unknown", absl::Now() - cut);

  // take-over-after: the next leads, once the old one has stopped.
  EXPECT_TRUE(Eventually([&] { return passed.NearLeads(); })) << passed.near.Describe();
  const absl::Time taken = passed.near.FirstTold("STATE_LEADER", cut)->time;
  EXPECT_GT(taken, passed.far.Log("app").back().time) << passed.far.Describe() << passed.near.Describe();
  EXPECT_NE(passed.near.Latest().lock_uid, passed.led.lock_uid);
  AddFigure("cable cut -> the next told, with take-over-after=8s", taken - cut);
  passed.ExpectFarRuns();

  // The default waits, with the same node as long unreachable.
  for (const Couple* couple : {&kept, &limited}) {
    EXPECT_FALSE(couple->near.FirstTold("STATE_LEADER").has_value()) << couple->near.Describe();
  }
  EXPECT_EQ(keeps.Lock()["metadata"]["uid"], kept.led.lock_uid);
  EXPECT_EQ(limits.Lock()["metadata"]["uid"], limited.led.lock_uid);

  // A forced deletion: two that write, and the store refuses one of them.
  EXPECT_TRUE(kept.far.Leads()) << kept.far.Describe();
  kept.far.Delete({"--force", "--grace-period=0"});
  EXPECT_TRUE(Eventually([&] { return kept.NearLeads(); })) << kept.near.Describe();
  EXPECT_TRUE(Eventually([&] { return writers.Took(kept.near.Latest().token); })) << kept.near.Describe();
  EXPECT_TRUE(Eventually([&] { return Wrote(kept.far, "refused " + kept.led.token); })) << kept.far.Describe();
  EXPECT_TRUE(kept.far.Leads()) << "the old leader has heard of it: " << kept.far.Describe();
  EXPECT_EQ(writers.OutOfOrder(), 0);
  kept.ExpectFarRuns();

  // Back, but for the kubelet, so that it is the brokers that tell.
  lab.Node("stop-kubelet", NodeLab::kNode2);
  const absl::Time mended = absl::Now();
  lab.Node("mend", NodeLab::kNode2);
  EXPECT_TRUE(Eventually([&] { return limited.far.FirstTold("STATE_LEADER", mended).has_value(); }))
      << limited.far.Describe();
  EXPECT_EQ(limited.far.Latest().lock_uid, limited.led.lock_uid) << limited.far.Describe();
  EXPECT_FALSE(limited.near.FirstTold("STATE_LEADER").has_value()) << limited.near.Describe();
  EXPECT_TRUE(Eventually([&] { return FirstLoss(kept.far, mended) < absl::InfiniteFuture(); })) << kept.far.Describe();
  AddFigure("cable mended -> the leader that was deleted by force told", FirstLoss(kept.far, mended) - mended);
  EXPECT_FALSE(kept.far.FirstTold("STATE_LEADER", FirstLoss(kept.far, mended)).has_value()) << kept.far.Describe();
  // Its pod is still there, being deleted.
  EXPECT_TRUE(Eventually([&] {
    const Told told = passed.far.Latest();
    return told.time > mended && told.state != "STATE_LEADER" && told.reason != "REASON_API_UNREACHABLE";
  })) << passed.far.Describe();
  EXPECT_FALSE(passed.far.FirstTold("STATE_LEADER", cut).has_value()) << passed.far.Describe();
  passed.ExpectFarRuns();

  lab.Node("start-kubelet", NodeLab::kNode2);
  EXPECT_TRUE(Eventually([&] { return lab.NodeIs(NodeLab::kNode2, "True"); }));
  for (const Couple* couple : {&kept, &passed}) {
    couple->far.WaitEnded("leadership-broker");
    EXPECT_TRUE(couple->NearLeads()) << couple->near.Describe();
  }
}

}  // namespace
}  // namespace leadership_broker::testing
