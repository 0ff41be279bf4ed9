#include "tests/harness/grants.h"

#include <algorithm>

namespace leadership_broker::testing {
namespace {

using Json = nlohmann::json;

void AddGrants(const RoleRule& rule, Grants* grants) {
  const std::vector<std::string> names = rule.names.empty() ? std::vector<std::string>{""} : rule.names;
  for (const std::string& verb : rule.verbs) {
    for (const std::string& name : names) grants->emplace(rule.resource, verb, name);
  }
}

std::vector<std::string> Strings(const Json& object, const char* field) {
  return object.contains(field) ? object[field].get<std::vector<std::string>>() : std::vector<std::string>();
}

}  // namespace

std::vector<RoleRule> CoreRules(const Json& rules) {
  std::vector<RoleRule> core;
  for (const Json& rule : rules) {
    const std::vector<std::string> groups = Strings(rule, "apiGroups");
    if (std::find(groups.begin(), groups.end(), "") == groups.end()) continue;
    for (const std::string& resource : Strings(rule, "resources")) {
      core.push_back({resource, Strings(rule, "verbs"), Strings(rule, "resourceNames")});
    }
  }
  return core;
}

Grants AllGrants(const std::vector<RoleRule>& rules) {
  Grants grants;
  for (const RoleRule& rule : rules) AddGrants(rule, &grants);
  return grants;
}

std::optional<Grants> GrantsInForce(AdminClient& client, const std::string& namespace_name) {
  const HttpAnswer review =
      client.Post("/apis/authorization.k8s.io/v1/selfsubjectrulesreviews", {{"spec", {{"namespace", namespace_name}}}});
  if (review.status != 201) return std::nullopt;
  return AllGrants(CoreRules(review.body["status"]["resourceRules"]));
}

}  // namespace leadership_broker::testing
