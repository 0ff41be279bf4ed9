#include "tests/harness/fake_cluster.h"

#include <utility>

#include "nlohmann/json.hpp"

#include "tests/harness/require.h"

namespace leadership_broker::testing {
namespace {

using Json = nlohmann::json;

constexpr char kAccount[] = "candidate";
constexpr char kRbac[] = "/apis/rbac.authorization.k8s.io/v1/namespaces/";
constexpr char kClusterRbac[] = "/apis/rbac.authorization.k8s.io/v1/";

Json Must(HttpAnswer answer, const std::string& what) {
  Require(answer.status / 100 == 2, what + ": " + std::to_string(answer.status) + " " + answer.text);
  return std::move(answer.body);
}

// POST to the collection, or PUT where the object is there already.
void Apply(AdminClient& admin, const std::string& collection, const Json& object) {
  if (admin.Post(collection, object).status == 201) return;
  Must(admin.Put(collection + "/" + object["metadata"]["name"].get<std::string>(), object), "apply to " + collection);
}

Json RulesOf(const std::vector<RoleRule>& rules) {
  Json all = Json::array();
  for (const RoleRule& rule : rules) {
    Json entry = {{"apiGroups", {rule.Group()}}, {"resources", {rule.Plural()}}, {"verbs", rule.verbs}};
    if (!rule.names.empty()) entry["resourceNames"] = rule.names;
    all.push_back(std::move(entry));
  }
  return all;
}

// Gives `namespace_name`'s ServiceAccount these rights at the cluster scope.
void ApplyClusterRole(AdminClient& admin, const std::string& namespace_name, const std::vector<RoleRule>& rules) {
  const std::string name = std::string(kAccount) + "-" + namespace_name;
  const Json subject = {{"kind", "ServiceAccount"}, {"name", kAccount}, {"namespace", namespace_name}};
  const Json reference = {{"apiGroup", "rbac.authorization.k8s.io"}, {"kind", "ClusterRole"}, {"name", name}};
  Apply(admin, std::string(kClusterRbac) + "clusterroles", {{"metadata", {{"name", name}}}, {"rules", RulesOf(rules)}});
  Apply(admin, std::string(kClusterRbac) + "clusterrolebindings",
        {{"metadata", {{"name", name}}}, {"roleRef", reference}, {"subjects", Json::array({subject})}});
}

std::string AccountsOf(const std::string& namespace_name) {
  return "/api/v1/namespaces/" + namespace_name + "/serviceaccounts";
}

}  // namespace

FakeCluster::FakeCluster(const fake::Settings& settings) {
  absl::StatusOr<std::unique_ptr<fake::FakeKubeApiServer>> server = fake::FakeKubeApiServer::Start(settings);
  Require(server.ok(), std::string(server.status().message()));
  server_ = *std::move(server);
  const absl::Status written = server_->WriteAccessFiles(scratch_.path());
  Require(written.ok(), std::string(written.message()));
  admin_ = std::make_unique<AdminClient>(Url(), CaFile(), server_->admin_token());
}

std::string FakeCluster::NewNamespace() {
  std::string name = "test-" + std::to_string(++namespaces_);
  Must(admin_->Post("/api/v1/namespaces", {{"metadata", {{"name", name}}}}), "make namespace " + name);
  Must(admin_->Post(AccountsOf(name), {{"metadata", {{"name", kAccount}}}}), "make the ServiceAccount of " + name);
  return name;
}

void FakeCluster::SetRole(const std::string& namespace_name, const std::vector<RoleRule>& rules) {
  const Json role = {{"metadata", {{"name", kAccount}}}, {"rules", RulesOf(rules)}};
  const Json subject = {{"kind", "ServiceAccount"}, {"name", kAccount}, {"namespace", namespace_name}};
  const Json reference = {{"apiGroup", "rbac.authorization.k8s.io"}, {"kind", "Role"}, {"name", kAccount}};
  Apply(*admin_, kRbac + namespace_name + "/roles", role);
  Apply(*admin_, kRbac + namespace_name + "/rolebindings",
        {{"metadata", {{"name", kAccount}}}, {"roleRef", reference}, {"subjects", Json::array({subject})}});
}

void FakeCluster::SetClusterRole(const std::string& namespace_name, const std::vector<RoleRule>& rules) {
  ApplyClusterRole(*admin_, namespace_name, rules);
}

std::string FakeCluster::IssueToken(const std::string& namespace_name, const std::string& pod_name,
                                    const std::string& pod_uid) {
  const Json pod = {{"apiVersion", "v1"}, {"kind", "Pod"}, {"name", pod_name}, {"uid", pod_uid}};
  const Json answer = Must(admin_->Post(AccountsOf(namespace_name) + "/" + kAccount + "/token",
                                        {{"spec", {{"expirationSeconds", 3600}, {"boundObjectRef", pod}}}}),
                           "issue a token for " + pod_name);
  return answer.at("status").at("token");
}

void FakeCluster::RevokeTokens(const std::string& namespace_name) {
  // Tokens belong to the ServiceAccount by its UID.
  Must(admin_->Delete(AccountsOf(namespace_name) + "/" + kAccount), "remove the ServiceAccount");
  Must(admin_->Post(AccountsOf(namespace_name), {{"metadata", {{"name", kAccount}}}}), "make the ServiceAccount again");
}

void FakeCluster::StartApiServer() {
  const absl::Status started = server_->StartServing();
  Require(started.ok(), std::string(started.message()));
}

}  // namespace leadership_broker::testing
