#include "tests/control_plane/chaos/audit_log.h"

#include <fstream>

#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"

#include "tests/harness/scratch_dir.h"

namespace leadership_broker::chaos {

using Json = nlohmann::json;

std::string AuditFlags(const std::string& policy_file, const std::string& log_file) {
  const Json configmaps = {{"group", ""}, {"resources", {"configmaps"}}};
  const Json policy = {{"apiVersion", "audit.k8s.io/v1"},
                       {"kind", "Policy"},
                       {"omitStages", {"RequestReceived"}},
                       {"rules",
                        {{{"level", "Request"},
                          {"verbs", {"create", "update", "patch", "delete"}},
                          {"resources", Json::array({configmaps})}},
                         {{"level", "None"}}}}};
  testing::WriteTextFile(policy_file, policy.dump());
  return absl::StrCat("--audit-policy-file=", policy_file, "\n--audit-log-path=", log_file);
}

void RecordAuditLog(const std::string& log_file, const std::string& namespace_name, const std::string& lock,
                    Recorder* recorder) {
  std::ifstream log(log_file);
  std::string line;
  while (std::getline(log, line)) {
    const Json event = Json::parse(line, nullptr, /*allow_exceptions=*/false);
    if (!event.is_object() || !event.contains("objectRef")) continue;
    const Json& object = event["objectRef"];
    // A create names its object in its body only.
    const std::string name = object.value("name", event.value(Json::json_pointer("/requestObject/metadata/name"), ""));
    if (object.value("namespace", "") == namespace_name && name == lock) recorder->Note("audit", {{"event", event}});
  }
}

}  // namespace leadership_broker::chaos
