// What deploy/ ships, before a real API server.
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

#include "tests/harness/child_process.h"
#include "tests/harness/eventually.h"
#include "tests/harness/real_cluster.h"
#include "tests/harness/test_pod.h"

namespace leadership_broker::testing {
namespace {

using Json = nlohmann::json;

constexpr char kLock[] = "the-lock";

// By the strictest Pod Security Standard too: what breaks it is a warning, and a warning an error.
TEST(DeployTest, TheExampleIsAcceptedByAServerSideDryRunAndRestricted) {
  RealCluster& cluster = RealCluster::Shared();
  const HttpAnswer labelled = cluster.Admin().Patch(
      "/api/v1/namespaces/default", {{"metadata", {{"labels", {{"pod-security.kubernetes.io/warn", "restricted"}}}}}});
  ASSERT_EQ(labelled.status, 200) << labelled.text;
  const ScratchDir scratch;
  const Finished finished =
      RunProgram({cluster.Binaries() + "/kubectl", "--kubeconfig=" + cluster.Kubeconfig(),
                  "--cache-dir=" + scratch.path(), "--warnings-as-errors", "apply", "--server-side", "--dry-run=server",
                  std::string("--kustomize=") + LEADERSHIP_BROKER_SOURCE_DIR + "/deploy/kustomize/example"},
                 kPatience);
  EXPECT_EQ(finished.exit_code, 0) << finished.output;
  for (const char* object : {"serviceaccount/", "role.rbac", "rolebinding.rbac", "deployment.apps/"}) {
    EXPECT_THAT(finished.output, ::testing::HasSubstr(object));
  }
}

class DeployRoleTest : public ::testing::Test {
 protected:
  DeployRoleTest() { ApplyDeployRole(cluster_, namespace_, kLock); }

  static Json ConfigMapNamed(const std::string& name) { return {{"metadata", {{"name", name}}}}; }

  RealCluster& cluster_ = RealCluster::Shared();
  const std::string namespace_ = cluster_.NewNamespace();
  const TestPod pod_{&cluster_, namespace_, "pod"};
  AdminClient broker_{cluster_.Url(), cluster_.CaFile(), ReadTextFile(pod_.service_account_dir() + "/token")};
  const std::string config_maps_ = "/api/v1/namespaces/" + namespace_ + "/configmaps";
  const std::string pods_ = "/api/v1/namespaces/" + namespace_ + "/pods";
};

TEST_F(DeployRoleTest, TheRoleIsEnoughForALockAndItsPods) {
  EXPECT_EQ(broker_.Post(config_maps_, ConfigMapNamed(kLock)).status, 201);
  EXPECT_EQ(broker_.Get(config_maps_ + "/" + kLock).status, 200);
  EXPECT_EQ(broker_.Get(config_maps_ + "?fieldSelector=metadata.name%3D" + kLock).status, 200);
  EXPECT_EQ(broker_.Get(config_maps_ + "?watch=1&timeoutSeconds=1&fieldSelector=metadata.name%3D" + kLock).status, 200);
  EXPECT_EQ(broker_.Delete(config_maps_ + "/" + kLock).status, 200);
  EXPECT_EQ(broker_.Get(pods_ + "/pod").status, 200);
  EXPECT_EQ(broker_.Get(pods_ + "?labelSelector=leadership-broker/lock").status, 200);
  EXPECT_EQ(broker_.Get(pods_ + "?watch=1&timeoutSeconds=1&fieldSelector=metadata.name%3Dpod").status, 200);
}

TEST_F(DeployRoleTest, TheRoleGivesNothingElse) {
  ASSERT_EQ(broker_.Post(config_maps_, ConfigMapNamed(kLock)).status, 201);
  ASSERT_EQ(broker_.Post(config_maps_, ConfigMapNamed("other")).status, 201);
  EXPECT_EQ(broker_.Get(config_maps_ + "/other").status, 403);
  EXPECT_EQ(broker_.Get(config_maps_).status, 403);
  EXPECT_EQ(broker_.Delete(config_maps_ + "/other").status, 403);
  EXPECT_EQ(broker_.Patch(config_maps_ + "/" + kLock, {{"data", {{"a", "b"}}}}).status, 403);
  EXPECT_EQ(broker_.Delete(pods_ + "/pod").status, 403);
  EXPECT_EQ(broker_.Patch(pods_ + "/pod", {{"metadata", {{"labels", {{"a", "b"}}}}}}).status, 403);
  EXPECT_EQ(broker_.Get("/api/v1/namespaces/" + namespace_ + "/secrets").status, 403);
  EXPECT_EQ(broker_.Get("/api/v1/namespaces/default/pods").status, 403);
}

}  // namespace
}  // namespace leadership_broker::testing
