#include "tests/fake_kube_apiserver/authorizer.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"

namespace leadership_broker::testing::fake {
namespace {

constexpr char kGroup[] = "rbac.authorization.k8s.io";

bool Names(const json& rule, const char* list, const std::string& wanted) {
  const json values = rule.value(list, json::array());
  return std::any_of(values.begin(), values.end(), [&](const json& value) { return value == "*" || value == wanted; });
}

bool RuleAllows(const json& rule, const ApiRequest& request, const std::string& name) {
  if (!Names(rule, "apiGroups", request.resource->group) || !Names(rule, "verbs", request.verb) ||
      !Names(rule, "resources", request.ResourceAndSubresource())) {
    return false;
  }
  const json names = rule.value("resourceNames", json::array());
  return names.empty() || std::find(names.begin(), names.end(), name) != names.end();
}

bool IsSubject(const json& binding, const Identity& identity) {
  for (const json& subject : binding.value("subjects", json::array())) {
    if (subject.value("kind", "") == "ServiceAccount" && subject.value("name", "") == identity.service_account &&
        subject.value("namespace", "") == identity.namespace_name) {
      return true;
    }
  }
  return false;
}

bool RoleAllows(const Store& store, const ObjectKey& role, const ApiRequest& request, const std::string& name) {
  const ApiResult found = store.Get(role);
  if (!found.ok()) return false;
  const json rules = found.body.value("rules", json::array());
  return std::any_of(rules.begin(), rules.end(), [&](const json& rule) { return RuleAllows(rule, request, name); });
}

// By the bindings of this kind, in the namespace or, where that is empty, at the cluster scope.
bool BindingsAllow(const Store& store, const char* kind, const std::string& namespace_name, const Identity& identity,
                   const ApiRequest& request, const std::string& name) {
  const ApiResult bindings = store.List(*FindResource(kGroup, kind), namespace_name, Selector());
  for (const json& binding : bindings.body.at("items")) {
    const json reference = binding.value("roleRef", json::object());
    const bool of_cluster = reference.value("kind", "") == "ClusterRole";
    if (!IsSubject(binding, identity) || (namespace_name.empty() && !of_cluster)) continue;
    const ObjectKey role{FindResource(kGroup, of_cluster ? "clusterroles" : "roles"), of_cluster ? "" : namespace_name,
                         reference.value("name", "")};
    if (RoleAllows(store, role, request, name)) return true;
  }
  return false;
}

bool RolesAllow(const Store& store, const Identity& identity, const ApiRequest& request, const std::string& name) {
  if (identity.service_account.empty()) return false;
  if (BindingsAllow(store, "clusterrolebindings", "", identity, request, name)) return true;
  return !request.namespace_name.empty() &&
         BindingsAllow(store, "rolebindings", request.namespace_name, identity, request, name);
}

}  // namespace

std::optional<ApiResult> Authorize(const Store& store, const Identity& identity, const ApiRequest& request,
                                   const std::optional<std::string>& single_name) {
  const std::string name = request.name.empty() ? single_name.value_or("") : request.name;
  if (identity.admin || RolesAllow(store, identity, request, name)) return std::nullopt;
  const std::string where = request.namespace_name.empty()
                                ? "at the cluster scope"
                                : absl::StrCat("in the namespace \"", request.namespace_name, "\"");
  json details = {{"kind", request.resource->plural}};
  if (!name.empty()) details["name"] = name;
  return Failure(
      403,
      absl::StrCat(request.resource->QualifiedPlural(), name.empty() ? "" : absl::StrCat(" \"", name, "\""),
                   " is forbidden: User \"", identity.user, "\" cannot ", request.verb, " resource \"",
                   request.ResourceAndSubresource(), "\" in API group \"", request.resource->group, "\" ", where),
      std::move(details));
}

}  // namespace leadership_broker::testing::fake
