// That the lab does to a real control plane what tests/harness/cluster.h says.
#include "tests/harness/real_cluster.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

#include "tests/harness/eventually.h"
#include "tests/harness/test_pod.h"

namespace leadership_broker::testing {
namespace {

using Json = nlohmann::json;

class RealClusterTest : public ::testing::Test {
 protected:
  // The status of a request made as the namespace's candidate.
  int AsCandidate(const TestPod& pod, const std::string& path) {
    return AdminClient(cluster_.Url(), cluster_.CaFile(), ReadTextFile(pod.service_account_dir() + "/token"))
        .Get(path)
        .status;
  }
  std::string ConfigMaps() const { return "/api/v1/namespaces/" + namespace_ + "/configmaps"; }
  // A ConfigMap owned by the pod.
  Json OwnedBy(const TestPod& pod) const {
    return {{"metadata",
             {{"name", "owned"},
              {"ownerReferences",
               Json::array({{{"apiVersion", "v1"}, {"kind", "Pod"}, {"name", pod.name()}, {"uid", pod.uid()}}})}}}};
  }

  RealCluster& cluster_ = RealCluster::Shared();
  AdminClient& admin_ = cluster_.Admin();
  const std::string namespace_ = cluster_.NewNamespace();
};

TEST_F(RealClusterTest, ARoleIsInForceWhenSetRoleReturns) {
  const TestPod pod(&cluster_, namespace_, "pod");
  for (int round = 0; round < 3; ++round) {
    cluster_.SetRole(namespace_, {{"configmaps", {"get", "list"}, {"lock"}}});
    EXPECT_EQ(AsCandidate(pod, ConfigMaps() + "/lock"), 404);
    EXPECT_EQ(AsCandidate(pod, ConfigMaps() + "/other"), 403);
    cluster_.SetRole(namespace_, {});
    EXPECT_EQ(AsCandidate(pod, ConfigMaps() + "/lock"), 403);
  }
}

TEST_F(RealClusterTest, RevokedTokensAreRefusedAndNewOnesAreNot) {
  TestPod pod(&cluster_, namespace_, "pod");
  EXPECT_EQ(AsCandidate(pod, ConfigMaps()), 403);
  cluster_.RevokeTokens(namespace_);
  EXPECT_EQ(AsCandidate(pod, ConfigMaps()), 401);
  pod.RenewToken();
  EXPECT_EQ(AsCandidate(pod, ConfigMaps()), 403);
}

TEST_F(RealClusterTest, TheApiServerComesBackAtItsAddressWithItsObjects) {
  const TestPod pod(&cluster_, namespace_, "pod");
  cluster_.StopApiServer();
  EXPECT_EQ(admin_.Get("/readyz").status, 0);
  cluster_.StartApiServer();
  EXPECT_TRUE(pod.Exists());
}

TEST_F(RealClusterTest, CompactForgetsHistory) {
  const std::string old = admin_.Get(ConfigMaps()).body["metadata"]["resourceVersion"].get<std::string>();
  const TestPod pod(&cluster_, namespace_, "pod");
  cluster_.Compact();
  const HttpAnswer answer = admin_.Get(ConfigMaps() + "?watch=1&timeoutSeconds=5&resourceVersion=" + old);
  EXPECT_THAT(answer.text, ::testing::HasSubstr("too old resource version"));
}

TEST_F(RealClusterTest, TheCollectorRemovesWhatADeletedPodOwnsUnlessItIsStopped) {
  TestPod pod(&cluster_, namespace_, "pod");
  ASSERT_EQ(admin_.Post(ConfigMaps(), OwnedBy(pod)).status, 201);
  cluster_.StopCollector();
  pod.Delete();
  EXPECT_FALSE(pod.Exists());
  EXPECT_FALSE(Eventually([&] { return admin_.Get(ConfigMaps() + "/owned").status == 404; }, absl::Seconds(2)));
  cluster_.StartCollector();
  EXPECT_TRUE(Eventually([&] { return admin_.Get(ConfigMaps() + "/owned").status == 404; }));
}

TEST_F(RealClusterTest, APodOnANodeKeepsItsGracePeriodAndAForegroundDeletionRemovesWhatItOwnsAtOnce) {
  TestPod pod(&cluster_, namespace_, "pod", {"", NewNode(cluster_)});
  pod.SetRunning();
  ASSERT_EQ(admin_.Post(ConfigMaps(), OwnedBy(pod)).status, 201);
  pod.DeleteForeground();
  EXPECT_TRUE(Eventually([&] { return admin_.Get(ConfigMaps() + "/owned").status == 404; }));
  EXPECT_TRUE(pod.Object()["metadata"].contains("deletionTimestamp"));
  pod.DeleteByForce();
  EXPECT_TRUE(Eventually([&] { return !pod.Exists(); }));
}

TEST_F(RealClusterTest, AnOrphaningDeletionStripsTheOwner) {
  TestPod pod(&cluster_, namespace_, "pod");
  ASSERT_EQ(admin_.Post(ConfigMaps(), OwnedBy(pod)).status, 201);
  pod.DeleteOrphaning();
  EXPECT_TRUE(Eventually([&] { return !pod.Exists(); }));
  const Json owned = admin_.Get(ConfigMaps() + "/owned").body;
  EXPECT_FALSE(owned["metadata"].contains("ownerReferences")) << owned;
}

TEST_F(RealClusterTest, APodMadeAgainUnderItsNameIsAnotherPod) {
  TestPod pod(&cluster_, namespace_, "pod", {"lock", "", {"app", "more"}, {"broker"}});
  const std::string first = pod.uid();
  pod.SetEnded("Failed", "Evicted");
  const Json status = pod.Object()["status"];
  EXPECT_EQ(status["phase"], "Failed");
  EXPECT_EQ(status["reason"], "Evicted");
  EXPECT_EQ(status["containerStatuses"].size(), 2);
  EXPECT_EQ(status["initContainerStatuses"][0]["state"]["terminated"]["exitCode"], 137);
  pod.Delete();
  pod.Recreate();
  EXPECT_NE(pod.uid(), first);
  EXPECT_EQ(pod.Object()["metadata"]["labels"]["leadership-broker/lock"], "lock");
  EXPECT_EQ(AsCandidate(pod, ConfigMaps()), 403);
}

}  // namespace
}  // namespace leadership_broker::testing
