#include "tests/control_plane/chaos/kubelet.h"

#include <utility>

#include "absl/time/clock.h"
#include "nlohmann/json.hpp"

#include "tests/harness/require.h"

namespace leadership_broker::chaos {
namespace {

using Json = nlohmann::json;
using testing::HttpAnswer;

constexpr char kAccount[] = "candidate";
// So long that an app is stopped well within it, even where a deletion is answered late.
constexpr int kGraceSeconds = 15;

}  // namespace

Kubelet::Kubelet(const Place& place, std::string name, std::string node)
    : api_(place), name_(std::move(name)), node_(std::move(node)) {}

std::string Kubelet::Create() {
  const Json app = {{"name", "app"}, {"image", "none.invalid/none"}};
  const Json broker = {{"name", "broker"}, {"image", "none.invalid/none"}, {"restartPolicy", "Always"}};
  const Json pod = {{"metadata", {{"name", name_}, {"labels", {{"leadership-broker/lock", api_.place().lock}}}}},
                    {"spec",
                     {{"nodeName", node_},
                      {"serviceAccountName", kAccount},
                      {"terminationGracePeriodSeconds", kGraceSeconds},
                      {"containers", Json::array({app})},
                      {"initContainers", Json::array({broker})}}}};
  const HttpAnswer created = api_.Post(api_.Path("pods"), pod);
  // 409: an earlier try has made it.
  const HttpAnswer made = created.status == 409 ? api_.Get(Path()) : created;
  testing::Require(made.status / 100 == 2, "make pod " + name_ + ": " + made.text + created.text);
  return made.body["metadata"]["uid"].get<std::string>();
}

bool Kubelet::IsGone(const std::string& uid) {
  const HttpAnswer answer = api_.Get(Path());
  return answer.status == 404 || (answer.status == 200 && answer.body["metadata"]["uid"] != uid);
}

std::optional<std::string> Kubelet::IssueToken(const std::string& uid) {
  const Json spec = {{"expirationSeconds", 3600},
                     {"boundObjectRef", {{"apiVersion", "v1"}, {"kind", "Pod"}, {"name", name_}, {"uid", uid}}}};
  while (true) {
    const HttpAnswer answer = api_.Post(api_.Path("serviceaccounts", kAccount) + "/token", {{"spec", spec}});
    if (answer.status / 100 == 2) return answer.body["status"]["token"].get<std::string>();
    if (IsGone(uid)) return std::nullopt;
    // The ServiceAccount is away for a moment.
    absl::SleepFor(absl::Milliseconds(50));
  }
}

void Kubelet::Delete(const std::string& uid, const Json& options) {
  Json body = {{"apiVersion", "v1"}, {"kind", "DeleteOptions"}, {"preconditions", {{"uid", uid}}}};
  body.update(options);
  api_.Delete(Path(), body);
}

void Kubelet::Evict(const std::string& uid) {
  const Json eviction = {{"apiVersion", "policy/v1"},
                         {"kind", "Eviction"},
                         {"metadata", {{"name", name_}, {"namespace", api_.place().namespace_name}}},
                         {"deleteOptions", {{"preconditions", {{"uid", uid}}}}}};
  api_.Post(Path() + "/eviction", eviction);
}

void Kubelet::ReportRunning(const std::string& uid) {
  Report(uid, "Running", "", {{"running", {{"startedAt", "2024-01-01T00:00:00Z"}}}});
}

void Kubelet::ReportFailed(const std::string& uid, bool terminated) {
  Report(uid, "Failed", "Evicted",
         terminated ? Json{{"terminated", {{"exitCode", 137}}}}
                    : Json{{"running", {{"startedAt", "2024-01-01T00:00:00Z"}}}});
}

void Kubelet::Report(const std::string& uid, const std::string& phase, const std::string& reason, const Json& state) {
  const auto statuses = [&](const char* container) {
    const Json status = {{"name", container}, {"image", "none"},   {"imageID", ""},
                         {"ready", false},    {"restartCount", 0}, {"state", state}};
    return Json::array({status});
  };
  api_.Patch(Path() + "/status", {{"metadata", {{"uid", uid}}},
                                  {"status",
                                   {{"phase", phase},
                                    {"reason", reason},
                                    {"containerStatuses", statuses("app")},
                                    {"initContainerStatuses", statuses("broker")}}}});
}

}  // namespace leadership_broker::chaos
