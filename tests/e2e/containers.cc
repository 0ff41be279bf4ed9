#include "tests/e2e/containers.h"

namespace leadership_broker::testing {

using Json = nlohmann::json;

Json Container(const std::string& name, const std::string& image, const std::vector<std::string>& command) {
  const Json pod_uid = {{"name", "POD_UID"}, {"valueFrom", {{"fieldRef", {{"fieldPath", "metadata.uid"}}}}}};
  Json container = {
      {"name", name},
      {"image", "localhost/" + image + ":e2e"},
      {"env", Json::array({pod_uid})},
      {"securityContext",
       {{"allowPrivilegeEscalation", false}, {"readOnlyRootFilesystem", true}, {"capabilities", {{"drop", {"ALL"}}}}}}};
  if (!command.empty()) container["command"] = command;
  return container;
}

Json ExampleApp() { return Container("app", "example-app", {}); }

Json Stubborn() { return Container("app", "tools", {}); }

Json Witness(const std::string& lock) {
  std::vector<std::string> command = {"/usr/bin/leaderctl", "watch", "--output=json"};
  if (!lock.empty()) command.push_back("--lock=" + lock);
  return Container("witness", "leadership-broker", command);
}

void SetEnvironment(Json* container, const std::string& name, const std::string& value) {
  (*container)["env"].push_back({{"name", name}, {"value", value}});
}

}  // namespace leadership_broker::testing
