#include "tests/harness/real_cluster.h"

#include <utility>

#include "nlohmann/json.hpp"

#include "tests/harness/child_process.h"
#include "tests/harness/eventually.h"
#include "tests/harness/grants.h"
#include "tests/harness/require.h"
#include "tests/harness/rights.h"

namespace leadership_broker::testing {
namespace {

using Json = nlohmann::json;

constexpr char kRbac[] = "/apis/rbac.authorization.k8s.io/v1/namespaces/";

const std::string kSource = LEADERSHIP_BROKER_SOURCE_DIR;

// Where the binaries have to be built first, that takes minutes.
constexpr absl::Duration kLabLimit = absl::Minutes(30);

std::string CoreNamespace(const std::string& name) { return "/api/v1/namespaces/" + name; }

}  // namespace

RealCluster& RealCluster::Shared() {
  static RealCluster cluster;
  return cluster;
}

std::unique_ptr<RealCluster> RealCluster::New() { return std::unique_ptr<RealCluster>(new RealCluster()); }

RealCluster::RealCluster() : lab_dir_(scratch_.File("lab")) {
  Lab("start");
  url_ = Line("url");
  admin_ = std::make_unique<AdminClient>(url_, CaFile(), AdminToken());
}

RealCluster::~RealCluster() { Lab("stop"); }

void RealCluster::Lab(const std::string& command) const {
  const Finished finished = RunProgram({kSource + "/tests/lab/control-plane", command, lab_dir_}, kLabLimit);
  Require(finished.exit_code == 0, "control-plane " + command + ":\n" + finished.output);
}

void RealCluster::ApplyFolder(const std::string& folder) const {
  const ScratchDir cache;
  const Finished finished = RunProgram(
      {Binaries() + "/kubectl", "--kubeconfig=" + Kubeconfig(), "--cache-dir=" + cache.path(), "--warnings-as-errors",
       "apply", "--server-side", "--force-conflicts", "--kustomize=" + kSource + "/" + folder},
      kPatience);
  Require(finished.exit_code == 0, "apply " + folder + ":\n" + finished.output);
}

std::string RealCluster::Line(const std::string& file) const {
  const std::string text = ReadTextFile(lab_dir_ + "/" + file);
  return text.substr(0, text.find('\n'));
}

std::string RealCluster::AdminToken() const { return Line("admin-token"); }

std::string RealCluster::EtcdUrl() const { return Line("etcd-url"); }

std::string RealCluster::CaFile() const { return lab_dir_ + "/ca.crt"; }

std::string RealCluster::Kubeconfig() const { return lab_dir_ + "/kubeconfig"; }

std::string RealCluster::Binaries() const { return Line("binaries"); }

std::string RealCluster::NewNamespace() {
  if (api_server_stopped_) StartApiServer();
  if (collector_stopped_) StartCollector();
  std::string name = "test-" + std::to_string(++namespaces_);
  Must(admin_->Post("/api/v1/namespaces", {{"metadata", {{"name", name}}}}), "make namespace " + name);
  Must(admin_->Post(CoreNamespace(name) + "/serviceaccounts", {{"metadata", {{"name", kCandidateAccount}}}}),
       "make the ServiceAccount of " + name);
  return name;
}

void RealCluster::SetRole(const std::string& namespace_name, const std::vector<RoleRule>& rules) {
  ApplyRole(*admin_, namespace_name, rules);

  // The authorizer learns of both by watches of its own: ask it, as the candidate.
  AdminClient candidate(url_, CaFile(), NewToken(namespace_name, nullptr));
  const Grants expected = AllGrants(rules);
  const bool in_force = Eventually([&] { return GrantsInForce(candidate, namespace_name) == expected; });
  Require(in_force, "the Role of " + namespace_name + " did not come into force");
}

void RealCluster::SetClusterRole(const std::string& namespace_name, const std::vector<RoleRule>& rules) {
  ApplyClusterRole(*admin_, namespace_name, rules);
  AdminClient candidate(url_, CaFile(), NewToken(namespace_name, nullptr));
  for (const RoleRule& rule : rules) {
    for (const std::string& verb : rule.verbs) {
      const bool in_force = Eventually([&] {
        const Json asked = {
            {"resourceAttributes", {{"verb", verb}, {"group", rule.Group()}, {"resource", rule.Plural()}}}};
        const HttpAnswer review =
            candidate.Post("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", {{"spec", asked}});
        return review.status == 201 && review.body["status"].value("allowed", false);
      });
      Require(in_force, "the ClusterRole of " + namespace_name + " did not come into force");
    }
  }
}

std::string RealCluster::NewToken(const std::string& namespace_name, const Json& bound_object) {
  Json spec = {{"expirationSeconds", 3600}};
  if (!bound_object.is_null()) spec["boundObjectRef"] = bound_object;
  const Json answer =
      Must(admin_->Post(CoreNamespace(namespace_name) + "/serviceaccounts/" + kCandidateAccount + "/token",
                        {{"spec", spec}}),
           "issue a token in " + namespace_name);
  return tokens_[namespace_name].emplace_back(answer["status"]["token"].get<std::string>());
}

std::string RealCluster::IssueToken(const std::string& namespace_name, const std::string& pod_name,
                                    const std::string& pod_uid) {
  return NewToken(namespace_name, {{"apiVersion", "v1"}, {"kind", "Pod"}, {"name", pod_name}, {"uid", pod_uid}});
}

void RealCluster::RevokeTokens(const std::string& namespace_name) {
  const std::string accounts = CoreNamespace(namespace_name) + "/serviceaccounts";
  Must(admin_->Delete(accounts + "/" + kCandidateAccount), "remove the ServiceAccount of " + namespace_name);
  Must(admin_->Post(accounts, {{"metadata", {{"name", kCandidateAccount}}}}),
       "make the ServiceAccount of " + namespace_name + " again");
  for (const std::string& token : tokens_[namespace_name]) {
    AdminClient candidate(url_, CaFile(), token);
    Require(Eventually([&] { return candidate.Get(accounts).status == 401; }),
            "a token of " + namespace_name + " was not revoked");
  }
  tokens_[namespace_name].clear();
}

void RealCluster::StopApiServer() {
  Lab("stop-apiserver");
  api_server_stopped_ = true;
}

void RealCluster::StartApiServer() {
  Lab("start-apiserver");
  api_server_stopped_ = false;
}

void RealCluster::Compact() { Lab("compact"); }

void RealCluster::StopCollector() {
  Lab("pause-controllers");
  collector_stopped_ = true;
}

void RealCluster::StartCollector() {
  Lab("resume-controllers");
  collector_stopped_ = false;
}

std::vector<RoleRule> ShippedRole(RealCluster& cluster, const std::string& lock) {
  const std::string file = kSource + "/deploy/kustomize/base/rbac/role.yaml";
  const HttpAnswer answer = cluster.Admin().Send("POST", std::string(kRbac) + "default/roles?dryRun=All",
                                                 ReadTextFile(file), "application/yaml");
  std::vector<RoleRule> rules = ObjectRules(Must(answer, "dry run of " + file)["rules"]);
  for (RoleRule& rule : rules) {
    for (std::string& name : rule.names) name = lock;
  }
  return rules;
}

}  // namespace leadership_broker::testing
