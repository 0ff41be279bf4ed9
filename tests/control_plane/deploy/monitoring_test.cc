// What deploy/kustomize/monitoring adds for Prometheus' operator, whose kinds the lab does not have: as kubectl renders
// it for somebody's kustomization.
#include <cctype>
#include <filesystem>
#include <map>
#include <string>

#include "gtest/gtest.h"

#include "tests/control_plane/deploy/manifests.h"
#include "tests/harness/eventually.h"
#include "tests/harness/scratch_dir.h"
#include "yaml-cpp/yaml.h"

namespace leadership_broker::testing {
namespace {

namespace fs = std::filesystem;
const std::string kSource = LEADERSHIP_BROKER_SOURCE_DIR;

// By kind.
std::map<std::string, YAML::Node> RenderedMonitoring() {
  const ScratchDir scratch;
  fs::copy(kSource + "/deploy/kustomize/monitoring", scratch.File("monitoring"));
  fs::create_directory(scratch.File("app"));
  YAML::Node kustomization;
  kustomization["namespace"] = "shop";
  kustomization["components"].push_back("../monitoring");
  WriteTextFile(scratch.File("app/kustomization.yaml"), YAML::Dump(kustomization));
  const Finished rendered =
      RunProgram({DeployCluster().Binaries() + "/kubectl", "kustomize", scratch.File("app")}, kPatience);
  EXPECT_EQ(rendered.exit_code, 0) << rendered.output;
  std::map<std::string, YAML::Node> objects;
  for (const YAML::Node& object : YAML::LoadAll(rendered.output)) {
    EXPECT_EQ(object["metadata"]["namespace"].as<std::string>(), "shop");
    objects[object["kind"].as<std::string>()] = object;
  }
  return objects;
}

// The same, whatever the order of the keys and the style.
bool Same(const YAML::Node& a, const YAML::Node& b) {
  if (a.Type() != b.Type() || a.size() != b.size()) return false;
  if (a.IsScalar()) return a.Scalar() == b.Scalar();
  if (a.IsSequence()) {
    for (size_t i = 0; i < a.size(); ++i) {
      if (!Same(a[i], b[i])) return false;
    }
  } else if (a.IsMap()) {
    for (const auto& entry : a) {
      const YAML::Node other = b[entry.first.Scalar()];
      if (!other || !Same(entry.second, other)) return false;
    }
  }
  return true;
}

TEST(Monitoring, TheOperatorsAlertsAreThoseThatAreTested) {
  const YAML::Node rule = RenderedMonitoring()["PrometheusRule"];
  const YAML::Node tested = YAML::LoadFile(kSource + "/deploy/monitoring/alerts.yaml");
  EXPECT_TRUE(Same(rule["spec"], tested)) << rule["spec"] << "\n---\n" << tested;
}

TEST(Monitoring, ThePodMonitorAsksThePortAndChoosesTheLabelThatTheBrokersPodsHave) {
  const YAML::Node spec = RenderedMonitoring()["PodMonitor"]["spec"];
  const std::string port = spec["podMetricsEndpoints"][0]["port"].as<std::string>();
  const std::string label = spec["selector"]["matchExpressions"][0]["key"].as<std::string>();
  for (const Variant& variant : Variants()) {
    const nlohmann::json workload = Find(Rendered(Tool::kKustomize, variant), "Deployment", "worker");
    EXPECT_FALSE(Named(BrokerOf(workload)["ports"], port).is_null()) << variant;
    EXPECT_TRUE(workload["spec"]["template"]["metadata"]["labels"].contains(label)) << variant;
  }
}

TEST(Monitoring, TheChartsPodMonitorAsksTheSamePortOfThePodsOfItsOwnLock) {
  const Finished rendered =
      Helm({"template", "try", Chart(), "--namespace=shop", "--set=locks={a,b}", "--set=podMonitor.enabled=true",
            "--set=podMonitor.labels.release=prometheus", "--show-only=templates/podmonitor.yaml"});
  ASSERT_EQ(rendered.exit_code, 0) << rendered.output;
  const YAML::Node monitor = YAML::Load(rendered.output);
  EXPECT_EQ(monitor["metadata"]["labels"]["release"].as<std::string>(), "prometheus");
  EXPECT_EQ(monitor["spec"]["selector"]["matchLabels"]["leadership-broker/lock"].as<std::string>(), "a");
  EXPECT_TRUE(
      Same(monitor["spec"]["podMetricsEndpoints"], RenderedMonitoring()["PodMonitor"]["spec"]["podMetricsEndpoints"]));
}

// Where the alerts send people to.
TEST(Monitoring, EveryAlertHasItsChapter) {
  const std::string page = ReadTextFile(kSource + "/docs/metrics.md");
  int alerts = 0;
  for (const YAML::Node& rule : YAML::LoadFile(kSource + "/deploy/monitoring/alerts.yaml")["groups"][0]["rules"]) {
    const std::string name = rule["alert"].as<std::string>();
    std::string anchor = name;
    for (char& c : anchor) c = static_cast<char>(std::tolower(c));
    EXPECT_NE(page.find("\n### " + name + "\n"), std::string::npos) << name;
    EXPECT_EQ(rule["annotations"]["runbook_url"].as<std::string>(), "docs/metrics.md#" + anchor);
    ++alerts;
  }
  EXPECT_GE(alerts, 7);
}

}  // namespace
}  // namespace leadership_broker::testing
