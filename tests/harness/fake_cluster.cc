#include "tests/harness/fake_cluster.h"

#include <utility>

#include "nlohmann/json.hpp"

#include "tests/harness/require.h"
#include "tests/harness/rights.h"

namespace leadership_broker::testing {
namespace {

using Json = nlohmann::json;

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
  Must(admin_->Post(AccountsOf(name), {{"metadata", {{"name", kCandidateAccount}}}}),
       "make the ServiceAccount of " + name);
  return name;
}

void FakeCluster::SetRole(const std::string& namespace_name, const std::vector<RoleRule>& rules) {
  ApplyRole(*admin_, namespace_name, rules);
}

void FakeCluster::SetClusterRole(const std::string& namespace_name, const std::vector<RoleRule>& rules) {
  ApplyClusterRole(*admin_, namespace_name, rules);
}

std::string FakeCluster::IssueToken(const std::string& namespace_name, const std::string& pod_name,
                                    const std::string& pod_uid) {
  const Json pod = {{"apiVersion", "v1"}, {"kind", "Pod"}, {"name", pod_name}, {"uid", pod_uid}};
  const Json answer = Must(admin_->Post(AccountsOf(namespace_name) + "/" + kCandidateAccount + "/token",
                                        {{"spec", {{"expirationSeconds", 3600}, {"boundObjectRef", pod}}}}),
                           "issue a token for " + pod_name);
  return answer.at("status").at("token");
}

void FakeCluster::RevokeTokens(const std::string& namespace_name) {
  // Tokens belong to the ServiceAccount by its UID.
  Must(admin_->Delete(AccountsOf(namespace_name) + "/" + kCandidateAccount), "remove the ServiceAccount");
  Must(admin_->Post(AccountsOf(namespace_name), {{"metadata", {{"name", kCandidateAccount}}}}),
       "make the ServiceAccount again");
}

void FakeCluster::StartApiServer() {
  const absl::Status started = server_->StartServing();
  Require(started.ok(), std::string(started.message()));
}

}  // namespace leadership_broker::testing
