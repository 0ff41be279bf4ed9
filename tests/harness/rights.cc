#include "tests/harness/rights.h"

#include <utility>

#include "tests/harness/require.h"

namespace leadership_broker::testing {
namespace {

using Json = nlohmann::json;

constexpr char kRbac[] = "/apis/rbac.authorization.k8s.io/v1/";

// POST to the collection, or PUT where the object is there already.
void Apply(AdminClient& admin, const std::string& collection, const Json& object) {
  if (admin.Post(collection, object).status == 201) return;
  Must(admin.Put(collection + "/" + object["metadata"]["name"].get<std::string>(), object), "apply to " + collection);
}

// `collection` without its last letters, e.g. ".../clusterrole" for clusterroles and clusterrolebindings.
void ApplyRights(AdminClient& admin, const std::string& collection, const std::string& kind, const std::string& name,
                 const std::string& namespace_name, const std::vector<RoleRule>& rules) {
  Json all = Json::array();
  for (const RoleRule& rule : rules) {
    Json entry = {{"apiGroups", {rule.Group()}}, {"resources", {rule.Plural()}}, {"verbs", rule.verbs}};
    if (!rule.names.empty()) entry["resourceNames"] = rule.names;
    all.push_back(std::move(entry));
  }
  const Json subject = {{"kind", "ServiceAccount"}, {"name", kCandidateAccount}, {"namespace", namespace_name}};
  const Json reference = {{"apiGroup", "rbac.authorization.k8s.io"}, {"kind", kind}, {"name", name}};
  Apply(admin, collection + "s", {{"metadata", {{"name", name}}}, {"rules", all}});
  Apply(admin, collection + "bindings",
        {{"metadata", {{"name", name}}}, {"roleRef", reference}, {"subjects", Json::array({subject})}});
}

}  // namespace

Json Must(HttpAnswer answer, const std::string& what) {
  Require(answer.status / 100 == 2,
          what + ": " + std::to_string(answer.status) + " " + answer.text + answer.body.dump());
  return std::move(answer.body);
}

void ApplyRole(AdminClient& admin, const std::string& namespace_name, const std::vector<RoleRule>& rules) {
  ApplyRights(admin, kRbac + ("namespaces/" + namespace_name) + "/role", "Role", kCandidateAccount, namespace_name,
              rules);
}

void ApplyClusterRole(AdminClient& admin, const std::string& namespace_name, const std::vector<RoleRule>& rules) {
  const std::string name = std::string(kCandidateAccount) + "-" + namespace_name;
  ApplyRights(admin, std::string(kRbac) + "clusterrole", "ClusterRole", name, namespace_name, rules);
}

}  // namespace leadership_broker::testing
