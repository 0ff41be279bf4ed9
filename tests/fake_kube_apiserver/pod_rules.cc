#include "tests/fake_kube_apiserver/pod_rules.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"

namespace leadership_broker::testing::fake {
namespace {

constexpr int kDefaultGraceSeconds = 30;

json SpecWithoutImages(const json& pod) {
  json spec = pod.value("spec", json::object());
  for (const char* list : {"containers", "initContainers"}) {
    if (!spec.contains(list)) continue;
    for (json& container : spec[list]) container.erase("image");
  }
  return spec;
}

}  // namespace

std::optional<ApiResult> PreparePodCreate(json& pod) {
  const std::string name = pod.at("metadata").at("name");
  json& spec = pod["spec"];
  if (spec.is_null()) spec = json::object();
  if (spec.value("containers", json::array()).empty()) {
    return Invalid("Pod", name, "FieldValueRequired", "spec.containers", "Required value");
  }
  for (size_t i = 0; i < spec["containers"].size(); ++i) {
    for (const char* field : {"name", "image"}) {
      if (spec["containers"][i].value(field, "").empty()) {
        return Invalid("Pod", name, "FieldValueRequired", absl::StrCat("spec.containers[", i, "].", field),
                       "Required value");
      }
    }
  }
  const std::string account = spec.value("serviceAccountName", "default");
  const json defaults = {{"serviceAccountName", account},
                         {"serviceAccount", account},
                         {"restartPolicy", "Always"},
                         {"schedulerName", "default-scheduler"},
                         {"terminationGracePeriodSeconds", kDefaultGraceSeconds}};
  for (const auto& field : defaults.items()) {
    if (!spec.contains(field.key())) spec[field.key()] = field.value();
  }
  pod["metadata"]["generation"] = 1;
  pod["status"] = {{"phase", "Pending"}};
  return std::nullopt;
}

std::optional<ApiResult> CheckPodUpdate(const json& existing, const json& pod) {
  if (SpecWithoutImages(existing) == SpecWithoutImages(pod)) return std::nullopt;
  return Invalid("Pod", existing.at("metadata").at("name"), "FieldValueForbidden", "spec",
                 "Forbidden: pod updates may not change fields other than `spec.containers[*].image`,"
                 "`spec.initContainers[*].image`");
}

int64_t PodGracePeriod(const json& pod, std::optional<int64_t> asked) {
  const json& spec = pod.at("spec");
  const std::string phase = pod.value("status", json::object()).value("phase", "");
  if (spec.value("nodeName", "").empty() || phase == "Failed" || phase == "Succeeded") return 0;
  const int64_t seconds =
      asked.has_value() ? *asked : spec.value("terminationGracePeriodSeconds", kDefaultGraceSeconds);
  return seconds < 0 ? 1 : seconds;
}

}  // namespace leadership_broker::testing::fake
