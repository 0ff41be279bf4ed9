#include "tests/control_plane/admission/protected_namespace.h"

#include <functional>
#include <utility>

#include "tests/harness/eventually.h"
#include "tests/harness/require.h"
#include "tests/harness/scratch_dir.h"

namespace leadership_broker::testing {
namespace {

using Json = nlohmann::json;

// Once a process.
void ApplyPolicies(RealCluster& cluster) {
  static bool applied = false;
  if (std::exchange(applied, true)) return;
  cluster.ApplyFolder("deploy/admission");
}

std::unique_ptr<AdminClient> ClientOf(const TestPod& pod) {
  return std::make_unique<AdminClient>(pod.cluster().Url(), pod.cluster().CaFile(),
                                       ReadTextFile(pod.service_account_dir() + "/token"));
}

// The API server learns of policies and namespaces by watches of its own.
void WaitUntilRefused(const std::string& policy, const std::function<HttpAnswer()>& dry_run) {
  HttpAnswer answer;
  const bool refused = Eventually([&] {
    answer = dry_run();
    return answer.status == 422;
  });
  Require(refused, "the policy " + policy + " did not come into force: " + answer.text);
}

}  // namespace

void ProtectLocks(RealCluster& cluster, const std::string& namespace_name, const std::string& removal) {
  ApplyPolicies(cluster);
  Json annotations = {{"leadership-broker/protected-locks", std::string("another-lock, ") + kLock}};
  if (!removal.empty()) annotations["leadership-broker/lock-removal"] = removal;
  AdminClient& admin = cluster.Admin();
  const std::string path = "/api/v1/namespaces/" + namespace_name;
  const HttpAnswer annotated = admin.Patch(path, {{"metadata", {{"annotations", annotations}}}});
  Require(annotated.status == 200, "annotate namespace " + namespace_name + ": " + annotated.text);

  const std::string locks = path + "/configmaps";
  const std::string lock = locks + "/" + kLock;
  const std::string dry_run = "?dryRun=All";
  WaitUntilRefused("lock-creation", [&] { return admin.Post(locks + dry_run, {{"metadata", {{"name", kLock}}}}); });
  const TestPod probe(&cluster, namespace_name, "probe");
  const std::unique_ptr<AdminClient> broker = ClientOf(probe);
  Require(broker->Post(locks, LockOwnedBy({OwnerReference(probe)})).status == 201, "the probe cannot make a lock");
  WaitUntilRefused("lock-edits",
                   [&] { return admin.Patch(lock + dry_run, Annotate("leadership-broker/holder-uid", nullptr)); });
  if (!removal.empty()) WaitUntilRefused("lock-removal", [&] { return admin.Delete(lock, {{"dryRun", {"All"}}}); });
  Require(broker->Delete(lock).status == 200, "the probe cannot remove its own lock");
}

ProtectedNamespace::ProtectedNamespace(const std::string& removal) {
  cluster_.SetRole(name_, {{"configmaps", {"create", "get", "list", "watch", "update", "patch", "delete"}, {}},
                           {"pods", {"get", "list", "watch"}, {}}});
  ProtectLocks(cluster_, name_, removal);
}

std::unique_ptr<AdminClient> ProtectedNamespace::As(const TestPod& pod) { return ClientOf(pod); }

std::unique_ptr<AdminClient> ProtectedNamespace::AsUnbound() {
  const HttpAnswer answer = admin().Post("/api/v1/namespaces/" + name_ + "/serviceaccounts/candidate/token",
                                         {{"spec", {{"expirationSeconds", 3600}}}});
  Require(answer.status == 201, "issue a token: " + answer.text);
  return std::make_unique<AdminClient>(cluster_.Url(), cluster_.CaFile(), answer.body["status"]["token"]);
}

std::unique_ptr<AdminClient> ProtectedNamespace::AsPerson(const std::string& user, std::vector<std::string> groups) {
  auto client = std::make_unique<AdminClient>(cluster_.Url(), cluster_.CaFile(), cluster_.AdminToken());
  groups.emplace_back("system:masters");
  client->Impersonate(user, groups);
  return client;
}

Json ProtectedNamespace::Lock() {
  HttpAnswer answer = admin().Get(LockPath());
  Require(answer.status == 200 || answer.status == 404, "read the lock: " + answer.text);
  return answer.status == 404 ? Json() : std::move(answer.body);
}

Json ProtectedNamespace::MakeLock(const TestPod& holder) {
  HttpAnswer answer = As(holder)->Post(Locks(), LockOwnedBy({OwnerReference(holder)}));
  Require(answer.status == 201, "pod " + holder.name() + " makes the lock: " + answer.text);
  return std::move(answer.body);
}

Json OwnerReference(const TestPod& pod) {
  return {{"apiVersion", "v1"}, {"kind", "Pod"}, {"name", pod.name()}, {"uid", pod.uid()}};
}

Json LockOwnedBy(const std::vector<Json>& owners) {
  Json metadata = {{"name", kLock}, {"ownerReferences", owners}};
  if (!owners.empty()) {
    metadata["annotations"] = {{"leadership-broker/holder-uid", owners[0]["uid"]},
                               {"leadership-broker/holder-name", owners[0]["name"]},
                               {"leadership-broker/unverified-limit", "5s"}};
  }
  return {{"apiVersion", "v1"}, {"kind", "ConfigMap"}, {"metadata", metadata}};
}

Json Annotate(const std::string& key, const Json& value) { return {{"metadata", {{"annotations", {{key, value}}}}}}; }

void ExpectDenied(const HttpAnswer& answer, const std::string& words) {
  EXPECT_EQ(answer.status, 422) << answer.text;
  EXPECT_THAT(answer.text, ::testing::HasSubstr("ValidatingAdmissionPolicy 'leadership-broker-lock-"));
  EXPECT_THAT(answer.text, ::testing::HasSubstr(words));
}

}  // namespace leadership_broker::testing
