#include "tests/harness/grants.h"

#include <utility>

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

std::vector<RoleRule> ObjectRules(const Json& rules) {
  std::vector<RoleRule> of_objects;
  for (const Json& rule : rules) {
    for (const std::string& group : Strings(rule, "apiGroups")) {
      if (!group.empty() && group != "events.k8s.io") continue;
      for (const std::string& resource : Strings(rule, "resources")) {
        std::string qualified = resource;
        if (!group.empty()) qualified.append(".").append(group);
        of_objects.push_back({std::move(qualified), Strings(rule, "verbs"), Strings(rule, "resourceNames")});
      }
    }
  }
  return of_objects;
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
  return AllGrants(ObjectRules(review.body["status"]["resourceRules"]));
}

}  // namespace leadership_broker::testing
