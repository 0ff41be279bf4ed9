// A Service that selects the leader's label, by the real endpoint-slice controller.
#include <string>
#include <vector>

#include "gmock/gmock.h"

#include "tests/harness/child_process.h"
#include "tests/harness/real_cluster.h"
#include "tests/harness/scratch_dir.h"
#include "tests/scenarios/scenario.h"

namespace leadership_broker::testing {
namespace {

using Json = nlohmann::json;
using Addresses = std::vector<std::string>;

constexpr char kService[] = "the-leader";

class ServiceTest : public Scenario {
 protected:
  ServiceTest() {
    std::vector<RoleRule> role = BrokerRole(lock);
    role.push_back({"pods", {"patch"}, {}});
    SetRole(role);
    const Json spec = {{"selector", {{"example.com/role", "leader"}}}, {"ports", Json::array({{{"port", 80}}})}};
    const HttpAnswer made =
        cluster.Admin().Post(Path("services"), {{"metadata", {{"name", kService}}}, {"spec", spec}});
    EXPECT_EQ(made.status, 201) << made.text;
  }

  // With an address, and ready, as a kubelet would report.
  std::unique_ptr<Candidate> NewReadyCandidate(const std::string& name, const std::string& address) {
    auto candidate = NewBoundCandidate(name, {"--leader-label=example.com/role=leader"});
    candidate->pod->SetRunning();
    candidate->pod->SetStatus({{"podIP", address},
                               {"podIPs", Json::array({{{"ip", address}}})},
                               {"conditions", Json::array({{{"type", "Ready"}, {"status", "True"}}})}});
    return candidate;
  }
  // Where the Service leads to, once it does.
  bool LeadsTo(const Addresses& expected) {
    return Eventually([&] { return (routed_ = Routed()) == expected; });
  }
  Addresses Routed() {
    Addresses addresses;
    const std::string selector = std::string("?labelSelector=kubernetes.io/service-name%3D") + kService;
    const Json slices =
        cluster.Admin()
            .Get("/apis/discovery.k8s.io/v1/namespaces/" + namespace_name + "/endpointslices" + selector)
            .body["items"];
    for (const Json& slice : slices) {
      for (const Json& endpoint : slice.value("endpoints", Json::array())) {
        if (endpoint["conditions"].value("ready", false)) addresses.push_back(endpoint["addresses"][0]);
      }
    }
    return addresses;
  }
  std::string Story() const { return ::testing::PrintToString(routed_) + ReadTextFile(scratch_.File("log")); }

  const RealCluster& real_ = RealCluster::Shared();
  const ScratchDir scratch_;
  ChildProcess controller_{{real_.Binaries() + "/kube-controller-manager", "--kubeconfig=" + real_.Kubeconfig(),
                            "--leader-elect=false", "--secure-port=0", "--controllers=endpointslice-controller"},
                           Environment(),
                           scratch_.File("log")};
  Addresses routed_;
};

TEST_F(ServiceTest, LeadsToTheLeaderAndToNobodyWhileThereIsNone) {
  auto a = NewReadyCandidate("a", "10.1.0.1");
  a->WaitForState(Leadership::STATE_LEADER);
  auto b = NewReadyCandidate("b", "10.1.0.2");
  ASSERT_TRUE(LeadsTo({"10.1.0.1"})) << Story();

  // Both live and are ready, and nobody leads.
  ASSERT_EQ(cluster.Admin().Patch(LockPath(), {{"metadata", {{"ownerReferences", nullptr}}}}).status, 200);
  a->WaitForReason(Leadership::REASON_LOCK_INVALID);
  EXPECT_TRUE(LeadsTo({})) << Story();

  DeleteLock();
  EXPECT_TRUE(LeadsTo({"10.1.0.1"})) << Story();
  a->pod->DeleteByForce();
  b->WaitForState(Leadership::STATE_LEADER);
  EXPECT_TRUE(LeadsTo({"10.1.0.2"})) << Story();
}

}  // namespace
}  // namespace leadership_broker::testing
