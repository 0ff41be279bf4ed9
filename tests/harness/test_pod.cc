#include "tests/harness/test_pod.h"

#include <atomic>
#include <utility>

#include "nlohmann/json.hpp"

#include "tests/harness/collector.h"
#include "tests/harness/eventually.h"
#include "tests/harness/require.h"
#include "tests/harness/rights.h"

namespace leadership_broker::testing {
namespace {

using Json = nlohmann::json;

Json ContainerNamed(const std::string& name) { return {{"name", name}, {"image", "none.invalid/none"}}; }

}  // namespace

std::string NewNode(Cluster& cluster) {
  static std::atomic<int> count{0};
  std::string name = "node-" + std::to_string(++count);
  Must(cluster.Admin().Post("/api/v1/nodes", {{"apiVersion", "v1"}, {"kind", "Node"}, {"metadata", {{"name", name}}}}),
       "make node " + name);
  return name;
}

TestPod::TestPod(Cluster* cluster, std::string namespace_name, std::string name, Options options)
    : cluster_(cluster),
      namespace_name_(std::move(namespace_name)),
      name_(std::move(name)),
      options_(std::move(options)) {
  WriteTextFile(service_account_.File("ca.crt"), ReadTextFile(cluster_->CaFile()));
  WriteTextFile(service_account_.File("namespace"), namespace_name_);
  Create();
}

std::string TestPod::Path() const { return "/api/v1/namespaces/" + namespace_name_ + "/pods/" + name_; }

void TestPod::Create() {
  Json metadata = {{"name", name_}, {"namespace", namespace_name_}};
  if (!options_.lock.empty()) metadata["labels"] = {{"leadership-broker/lock", options_.lock}};
  Json spec = {{"serviceAccountName", "candidate"}, {"containers", Json::array()}};
  for (const std::string& container : options_.containers) spec["containers"].push_back(ContainerNamed(container));
  for (const std::string& sidecar : options_.sidecars) {
    Json container = ContainerNamed(sidecar);
    container["restartPolicy"] = "Always";
    spec["initContainers"].push_back(std::move(container));
  }
  if (!options_.node.empty()) spec["nodeName"] = options_.node;
  const Json made =
      Must(cluster_->Admin().Post("/api/v1/namespaces/" + namespace_name_ + "/pods",
                                  {{"apiVersion", "v1"}, {"kind", "Pod"}, {"metadata", metadata}, {"spec", spec}}),
           "make pod " + name_);
  uid_ = made["metadata"]["uid"].get<std::string>();
  RenewToken();
}

void TestPod::RenewToken() {
  WriteTextFile(service_account_.File("token"), cluster_->IssueToken(namespace_name_, name_, uid_));
}

Json TestPod::Object() const {
  HttpAnswer answer = cluster_->Admin().Get(Path());
  Require(answer.status == 200 || answer.status == 404,
          "read pod " + name_ + ": " + std::to_string(answer.status) + " " + answer.text);
  if (answer.status == 404 || answer.body["metadata"]["uid"] != uid_) return nullptr;
  return std::move(answer.body);
}

void TestPod::Delete(const Json& options) {
  Json body = {{"apiVersion", "v1"}, {"kind", "DeleteOptions"}, {"preconditions", {{"uid", uid_}}}};
  body.update(options);
  Must(cluster_->Admin().Delete(Path(), body), "delete pod " + name_);
}

void TestPod::DeleteForeground() {
  AwaitCollector();
  Delete({{"propagationPolicy", "Foreground"}});
}

void TestPod::DeleteOrphaning() {
  AwaitCollector();
  Delete({{"propagationPolicy", "Orphan"}});
}

void TestPod::AwaitCollector() const {
  Require(CollectorComesBy(cluster_->Admin(), namespace_name_), "the collector does not come to pod " + name_);
}

Json TestPod::StatusWith(const Json& container_state) const {
  const auto statuses = [&](const std::vector<std::string>& names) {
    Json all = Json::array();
    for (const std::string& name : names) {
      all.push_back({{"name", name},
                     {"image", "none"},
                     {"imageID", ""},
                     {"ready", false},
                     {"restartCount", 0},
                     {"state", container_state}});
    }
    return all;
  };
  return {{"containerStatuses", statuses(options_.containers)}, {"initContainerStatuses", statuses(options_.sidecars)}};
}

void TestPod::SetRunning() {
  Json status = StatusWith({{"running", {{"startedAt", "2024-01-01T00:00:00Z"}}}});
  status["phase"] = "Running";
  SetStatus(status);
}

void TestPod::SetWaiting(const std::string& reason) {
  Json status = StatusWith({{"running", {{"startedAt", "2024-01-01T00:00:00Z"}}}});
  status["containerStatuses"] = StatusWith({{"waiting", {{"reason", reason}}}})["containerStatuses"];
  status["phase"] = "Running";
  SetStatus(status);
}

void TestPod::SetEnded(const std::string& phase, const std::string& reason) {
  Json status = StatusWith({{"terminated", {{"exitCode", phase == "Succeeded" ? 0 : 137}}}});
  status["phase"] = phase;
  if (!reason.empty()) status["reason"] = reason;
  SetStatus(status);
}

void TestPod::SetStatus(const Json& status) {
  Must(cluster_->Admin().Patch(Path() + "/status", {{"status", status}}), "set the status of pod " + name_);
}

void TestPod::Recreate() {
  Require(Eventually([&] { return cluster_->Admin().Get(Path()).status == 404; }), "pod " + name_ + " does not go");
  Create();
}

}  // namespace leadership_broker::testing
