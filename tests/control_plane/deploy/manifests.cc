#include "tests/control_plane/deploy/manifests.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <utility>

#include "gtest/gtest.h"

#include "tests/harness/eventually.h"
#include "tests/harness/scratch_dir.h"

namespace leadership_broker::testing {
namespace {

using Json = nlohmann::json;

const std::string kSource = LEADERSHIP_BROKER_SOURCE_DIR;

Json Restricted() { return {{"allowPrivilegeEscalation", false}, {"capabilities", {{"drop", {"ALL"}}}}}; }

// With an init container, a volume, a second container and a user of its own.
Json PlainPodSpec() {
  const Json migrate = {{"name", "migrate"}, {"image", "migrate"}, {"securityContext", Restricted()}};
  const Json app = {{"name", "app"},
                    {"image", "app"},
                    {"env", Json::array({{{"name", "PLACE"}, {"value", "here"}}})},
                    {"volumeMounts", Json::array({{{"name", "scratch"}, {"mountPath", "/scratch"}}})},
                    {"securityContext", Restricted()}};
  const Json shipper = {{"name", "log-shipper"}, {"image", "log-shipper"}, {"securityContext", Restricted()}};
  const Json user = {{"runAsNonRoot", true}, {"runAsUser", 1000}, {"seccompProfile", {{"type", "RuntimeDefault"}}}};
  return {{"securityContext", user},
          {"initContainers", Json::array({migrate})},
          {"containers", {app, shipper}},
          {"volumes", Json::array({{{"name", "scratch"}, {"emptyDir", Json::object()}}})}};
}

Json ListOf(Json objects) { return {{"apiVersion", "v1"}, {"kind", "List"}, {"items", std::move(objects)}}; }

// The user's folder, with the shipped one beside it.
void WriteOverlay(const std::string& dir, const Variant& variant, const std::string& namespace_name,
                  const Json& workloads) {
  namespace fs = std::filesystem;
  fs::copy(kSource + "/deploy/kustomize", dir + "/kustomize", fs::copy_options::recursive);
  fs::create_directory(dir + "/app");
  Json components = Json::array({"../kustomize/sidecar"});
  for (const std::string& component : variant.components) components.push_back("../kustomize/" + component);
  const Json kustomization = {
      {"apiVersion", "kustomize.config.k8s.io/v1beta1"},
      {"kind", "Kustomization"},
      {"namespace", namespace_name},
      {"resources", {"../kustomize/base", "settings.yaml", "workloads.yaml"}},
      {"components", std::move(components)},
      {"images", Json::array({{{"name", kBroker}, {"newName", "images.example/broker"}, {"newTag", "v1"}}})}};
  const Json settings = {
      {"apiVersion", "v1"},
      {"kind", "ConfigMap"},
      {"metadata", {{"name", kBroker}, {"annotations", {{"config.kubernetes.io/local-config", "true"}}}}},
      {"data", {{"lock", kLock}, {"serviceAccountName", kAccount}, {"namespace", namespace_name}}}};
  WriteTextFile(dir + "/app/kustomization.yaml", kustomization.dump());
  WriteTextFile(dir + "/app/settings.yaml", settings.dump());
  WriteTextFile(dir + "/app/workloads.yaml", ListOf(workloads).dump());
}

Json PlainWorkloads(const Variant& variant) {
  Json workloads = Json::array({PlainWorkload("Deployment", "front", nullptr)});
  for (const auto& [kind, name] : variant.Workloads()) {
    workloads.push_back(PlainWorkload(kind, name, {{"leadership-broker/sidecar", "enabled"}}));
  }
  return workloads;
}

// The chart of the app, with the shipped one among its charts/; its output in `file`.
Finished RenderChart(const std::string& dir, const Variant& variant, const std::string& namespace_name,
                     const std::string& file) {
  namespace fs = std::filesystem;
  fs::copy(kSource + "/tests/control_plane/deploy/chart", dir + "/app", fs::copy_options::recursive);
  fs::create_directory(dir + "/app/charts");
  fs::copy(Chart(), dir + "/app/charts/leadership-broker", fs::copy_options::recursive);
  std::vector<std::string> arguments = {"template", "release", dir + "/app", "--namespace=" + namespace_name};
  std::vector<std::string> values = {"locks={" + std::string(kLock) + "}",
                                     "serviceAccount.name=" + std::string(kAccount),
                                     "image.repository=images.example/broker", "image.tag=v1"};
  values.insert(values.end(), variant.values.begin(), variant.values.end());
  for (const std::string& value : values) arguments.push_back("--set=leadership-broker." + value);
  Finished finished = Helm(arguments);
  WriteTextFile(file, finished.output);
  return finished;
}

// kubectl and helm keep what they learn of the server and of charts in there.
std::vector<std::string> ToolEnvironment() {
  static const ScratchDir caches;
  std::vector<std::string> environment = Environment({"HELM_", "XDG_", "HOME="});
  environment.push_back("HOME=" + caches.path());
  return environment;
}

void SortByName(Json* list) {
  if (!list->is_array()) return;
  std::sort(list->begin(), list->end(), [](const Json& one, const Json& other) { return one["name"] < other["name"]; });
}

}  // namespace

std::ostream& operator<<(std::ostream& out, Tool tool) { return out << (tool == Tool::kHelm ? "helm" : "kustomize"); }

RealCluster& DeployCluster() {
  static RealCluster& cluster = [&]() -> RealCluster& {
    setenv("LAB_APISERVER_FLAGS", "--enable-admission-plugins=OwnerReferencesPermissionEnforcement", 1);
    return RealCluster::Shared();
  }();
  return cluster;
}

std::string NewRestrictedNamespace() {
  std::string name = DeployCluster().NewNamespace();
  const Json labels = {{"pod-security.kubernetes.io/enforce", "restricted"},
                       {"pod-security.kubernetes.io/warn", "restricted"}};
  const HttpAnswer answer =
      DeployCluster().Admin().Patch("/api/v1/namespaces/" + name, {{"metadata", {{"labels", labels}}}});
  EXPECT_EQ(answer.status, 200) << answer.text;
  const Json account = {{"metadata", {{"name", kAccount}}}, {"automountServiceAccountToken", false}};
  const HttpAnswer made = DeployCluster().Admin().Post("/api/v1/namespaces/" + name + "/serviceaccounts", account);
  EXPECT_EQ(made.status, 201) << made.text;
  return name;
}

const std::string& SharedNamespace() {
  static const std::string name = NewRestrictedNamespace();
  return name;
}

Json PlainWorkload(const std::string& kind, const std::string& name, const Json& labels) {
  const bool job = kind == "Job";
  Json spec = {{"template", {{"metadata", {{"labels", {{"app", "elected"}}}}}, {"spec", PlainPodSpec()}}}};
  if (job) {
    spec["template"]["spec"]["restartPolicy"] = "Never";
  } else {
    spec["selector"] = {{"matchLabels", {{"app", "elected"}}}};
  }
  return {{"apiVersion", job ? "batch/v1" : "apps/v1"},
          {"kind", kind},
          {"metadata", {{"name", name}, {"labels", labels}}},
          {"spec", std::move(spec)}};
}

Finished DryRun(const std::vector<std::string>& arguments) {
  RealCluster& cluster = DeployCluster();
  std::vector<std::string> command = {cluster.Binaries() + "/kubectl",
                                      "--kubeconfig=" + cluster.Kubeconfig(),
                                      "--warnings-as-errors",
                                      "apply",
                                      "--server-side",
                                      "--dry-run=server",
                                      "--output=json"};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return RunProgram(command, kPatience, ToolEnvironment());
}

Json Rendered(Tool tool, const Variant& variant, const std::string& namespace_name) {
  const ScratchDir scratch;
  std::string argument = "--kustomize=" + scratch.path() + "/app";
  if (tool == Tool::kKustomize) {
    WriteOverlay(scratch.path(), variant, namespace_name, PlainWorkloads(variant));
  } else {
    const Finished rendered = RenderChart(scratch.path(), variant, namespace_name, scratch.File("rendered.yaml"));
    EXPECT_EQ(rendered.exit_code, 0) << rendered.output;
    argument = "--filename=" + scratch.File("rendered.yaml");
  }
  const Finished finished = DryRun({argument});
  EXPECT_EQ(finished.exit_code, 0) << finished.output;
  Json list = Json::parse(finished.output, nullptr, /*allow_exceptions=*/false);
  return list.is_object() && list.contains("items") ? std::move(list["items"]) : Json::array();
}

const Json& Rendered(Tool tool, const Variant& variant) {
  static std::map<std::pair<Tool, std::string>, Json> rendered;
  const auto [found, is_new] = rendered.try_emplace({tool, variant.name});
  if (is_new) found->second = Rendered(tool, variant, SharedNamespace());
  return found->second;
}

Finished Kustomize(const Variant& variant, const std::string& namespace_name, const Json& workloads) {
  const ScratchDir scratch;
  WriteOverlay(scratch.path(), variant, namespace_name, workloads);
  return RunProgram({DeployCluster().Binaries() + "/kubectl", "kustomize", scratch.path() + "/app"}, kPatience,
                    ToolEnvironment());
}

Finished Helm(const std::vector<std::string>& arguments) {
  std::vector<std::string> command = {DeployCluster().Binaries() + "/helm"};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return RunProgram(command, kPatience, ToolEnvironment());
}

std::string Chart() { return kSource + "/deploy/helm/leadership-broker"; }

Json Find(const Json& objects, const std::string& kind, const std::string& name) {
  const auto found = std::find_if(objects.begin(), objects.end(), [&](const Json& object) {
    return object["kind"] == kind && object["metadata"]["name"] == name;
  });
  return found == objects.end() ? Json() : *found;
}

Json Named(const Json& list, const std::string& name) {
  const auto found = std::find_if(list.begin(), list.end(), [&](const Json& item) { return item["name"] == name; });
  return found == list.end() ? Json() : *found;
}

Json BrokerOf(const Json& workload) {
  const Json spec = workload["spec"]["template"]["spec"];
  const Json sidecar = Named(spec.value("initContainers", Json::array()), kBroker);
  return sidecar.is_null() ? Named(spec["containers"], kBroker) : sidecar;
}

Json InOrder(Json pod_template) {
  Json& spec = pod_template["spec"];
  for (const char* list : {"initContainers", "containers"}) {
    if (!spec.contains(list)) continue;
    for (Json& container : spec[list]) {
      for (const char* inner : {"env", "volumeMounts"}) {
        if (container.contains(inner)) SortByName(&container[inner]);
      }
    }
  }
  SortByName(&spec["containers"]);
  SortByName(&spec["volumes"]);
  return pod_template;
}

}  // namespace leadership_broker::testing
