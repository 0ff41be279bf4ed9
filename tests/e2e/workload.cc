#include "tests/e2e/workload.h"

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gtest/gtest.h"

#include "tests/harness/eventually.h"
#include "tests/harness/require.h"

namespace leadership_broker::testing {
namespace {

using Json = nlohmann::json;

constexpr char kSource[] = LEADERSHIP_BROKER_SOURCE_DIR;
constexpr char kNameLabel[] = "app.kubernetes.io/name";

Json Template(const std::string& name, const std::vector<Json>& containers, const Json& pod_spec) {
  Json spec = {{"containers", containers},
               {"terminationGracePeriodSeconds", 10},
               {"securityContext",
                {{"runAsNonRoot", true},
                 {"runAsUser", 65532},
                 {"runAsGroup", 65532},
                 {"seccompProfile", {{"type", "RuntimeDefault"}}}}}};
  spec.merge_patch(pod_spec);
  return {{"metadata", {{"labels", {{kNameLabel, name}}}}}, {"spec", spec}};
}

Json Workload(const std::string& version, const std::string& kind, const std::string& name, const Json& spec) {
  return {{"apiVersion", version},
          {"kind", kind},
          {"metadata", {{"name", name}, {"labels", {{kNameLabel, name}, {"leadership-broker/sidecar", "enabled"}}}}},
          {"spec", spec}};
}

Json Selector(const std::string& name) { return {{"matchLabels", {{kNameLabel, name}}}}; }

}  // namespace

Json Deployment(const std::string& name, int replicas, const std::vector<Json>& containers, const Json& pod_spec) {
  return Workload(
      "apps/v1", "Deployment", name,
      {{"replicas", replicas}, {"selector", Selector(name)}, {"template", Template(name, containers, pod_spec)}});
}

Json StatefulSet(const std::string& name, int replicas, const std::vector<Json>& containers, const Json& pod_spec) {
  return Workload("apps/v1", "StatefulSet", name,
                  {{"replicas", replicas},
                   {"serviceName", name},
                   {"podManagementPolicy", "Parallel"},
                   {"selector", Selector(name)},
                   {"template", Template(name, containers, pod_spec)}});
}

Json Job(const std::string& name, const std::vector<Json>& containers, const Json& pod_spec) {
  Json spec = {{"restartPolicy", "Never"}};
  spec.merge_patch(pod_spec);
  return Workload("batch/v1", "Job", name, {{"backoffLimit", 0}, {"template", Template(name, containers, spec)}});
}

Stage::Stage(const std::string& pod_security) : lab_(NodeLab::Shared()), namespace_(lab_.cluster().NewNamespace()) {
  const HttpAnswer labelled =
      Admin().Patch("/api/v1/namespaces/" + namespace_,
                    {{"metadata", {{"labels", {{"pod-security.kubernetes.io/enforce", pod_security}}}}}});
  Require(labelled.status == 200, "no Pod Security for " + namespace_ + ": " + labelled.text);
}

Stage::~Stage() {
  // The nodes' processors are for the next.
  Admin().Delete("/api/v1/namespaces/" + namespace_);
}

void Stage::Apply(const std::vector<Json>& workloads, const Json& broker, const std::vector<std::string>& components) {
  const Json settings = {
      {"apiVersion", "v1"},
      {"kind", "ConfigMap"},
      {"metadata", {{"name", "leadership-broker"}, {"annotations", {{"config.kubernetes.io/local-config", "true"}}}}},
      {"data", {{"lock", kLock}, {"serviceAccountName", "app"}, {"namespace", namespace_}}}};
  Json kustomization = {
      {"resources", {"settings.json", "workloads.json", "DEPLOY/kustomize/base"}},
      {"components", {"DEPLOY/kustomize/sidecar"}},
      {"images",
       Json::array({{{"name", "leadership-broker"}, {"newName", "localhost/leadership-broker"}, {"newTag", "e2e"}}})}};
  for (const std::string& component : components)
    kustomization["components"].push_back(absl::StrCat("DEPLOY/kustomize/", component));
  for (const Json& workload : workloads) {
    if (broker.empty()) break;
    Json container = {{"name", "leadership-broker"}};
    container.update(broker);
    const Json patch = {{"apiVersion", workload["apiVersion"]},
                        {"kind", workload["kind"]},
                        {"metadata", {{"name", workload["metadata"]["name"]}}},
                        {"spec", {{"template", {{"spec", {{"initContainers", Json::array({container})}}}}}}}};
    kustomization["patches"].push_back({{"patch", patch.dump()}});
  }
  ApplyKustomization(kustomization,
                     {{"settings.json", settings},
                      {"workloads.json", {{"apiVersion", "v1"}, {"kind", "List"}, {"items", workloads}}}});
}

void Stage::ApplyKustomization(Json kustomization, const std::map<std::string, Json>& files) {
  const std::string folder = scratch_.File(std::to_string(++applied_));
  std::filesystem::create_directory(folder);
  for (const auto& [name, content] : files) WriteTextFile(absl::StrCat(folder, "/", name), content.dump());
  // Kustomize wants other folders by relative paths.
  const std::string deploy = std::filesystem::relative(std::string(kSource) + "/deploy", folder).string();
  kustomization["apiVersion"] = "kustomize.config.k8s.io/v1beta1";
  kustomization["kind"] = "Kustomization";
  kustomization["namespace"] = namespace_;
  WriteTextFile(folder + "/kustomization.yaml",
                absl::StrReplaceAll(kustomization.dump(), {{"\"DEPLOY/", "\"" + deploy + "/"}}));
  lab_.Kubectl({"apply", "--kustomize=" + folder});
}

void Stage::AllowLock(const std::string& lock) {
  const std::string rbac = "/apis/rbac.authorization.k8s.io/v1/namespaces/" + namespace_;
  const Json rules = {{{"apiGroups", {""}},
                       {"resources", {"configmaps"}},
                       {"resourceNames", {lock}},
                       {"verbs", {"get", "list", "watch", "delete"}}}};
  const HttpAnswer role = Admin().Post(rbac + "/roles", {{"metadata", {{"name", lock}}}, {"rules", rules}});
  const HttpAnswer binding = Admin().Post(
      rbac + "/rolebindings",
      {{"metadata", {{"name", lock}}},
       {"roleRef", {{"apiGroup", "rbac.authorization.k8s.io"}, {"kind", "Role"}, {"name", lock}}},
       {"subjects", Json::array({{{"kind", "ServiceAccount"}, {"name", "app"}, {"namespace", namespace_}}})}});
  Require(role.status == 201 && binding.status == 201, "no rights on " + lock + ": " + role.text + binding.text);
}

std::vector<Json> Stage::PodObjects(const std::string& workload) const {
  return PodObjectsWith(std::string(kNameLabel) + "%3D" + workload);
}

std::vector<Json> Stage::PodObjectsWith(const std::string& label_selector) const {
  return Admin().Get(Path("pods") + "?labelSelector=" + label_selector).body["items"];
}

std::vector<Pod> Stage::WaitReady(const std::string& workload, size_t count) {
  std::vector<Pod> pods;
  const bool all = Eventually([&] {
    pods.clear();
    for (const Json& object : PodObjects(workload)) {
      if (object["metadata"].contains("deletionTimestamp") || !Pod::IsReady(object)) continue;
      pods.emplace_back(&lab_, object);
    }
    return pods.size() == count;
  });
  EXPECT_TRUE(all) << "not " << count << " pods of " << workload << " became ready, but " << pods.size() << "\n"
                   << lab_.Kubectl({"describe", "pods", "--namespace=" + namespace_});
  Require(all, "no test without its pods");
  return pods;
}

std::vector<Pod> Stage::WaitElected(const std::string& workload, size_t count) {
  std::vector<Pod> pods = WaitReady(workload, count);
  const std::string leader = WaitLeader().uid();
  std::vector<Pod> ordered;
  for (const bool leads : {true, false}) {
    for (const Pod& pod : pods) {
      if ((pod.uid() == leader) == leads) ordered.push_back(pod);
    }
  }
  for (const Pod& pod : ordered) {
    EXPECT_TRUE(Eventually([&] { return pod.Leads() || pod.Latest().reason == "REASON_ANOTHER_LEADS"; }))
        << pod.Describe();
  }
  return ordered;
}

Pod Stage::WaitLeader() {
  std::optional<Pod> holder;
  const bool leads = Eventually([&] {
    holder = Holder();
    return holder && holder->Leads();
  });
  EXPECT_TRUE(leads) << "nobody leads; the lock's holder: " << (holder ? holder->Describe() : "none") << "\n"
                     << lab_.Kubectl({"get", "pods", "--namespace=" + namespace_});
  Require(leads, "no test without its leader");
  return *holder;
}

std::optional<Pod> Stage::Holder() const {
  const Json lock = Lock();
  if (lock.is_null()) return std::nullopt;
  const Json& owner = lock["metadata"]["ownerReferences"][0];
  const HttpAnswer answer = Admin().Get(Path("pods/") + owner["name"].get<std::string>());
  if (answer.status != 200 || answer.body["metadata"]["uid"] != owner["uid"]) return std::nullopt;
  if (!answer.body["spec"].contains("nodeName")) return std::nullopt;
  return Pod(&lab_, answer.body);
}

Json Stage::Lock() const {
  const HttpAnswer answer = Admin().Get(Path("configmaps/") + kLock);
  return answer.status == 200 ? answer.body : Json();
}

}  // namespace leadership_broker::testing
