#include "tests/component/fake_test_cluster.h"

#include "tests/scenarios/scenario.h"

namespace leadership_broker::testing {

FakeCluster& SharedFakeCluster() {
  static FakeCluster cluster;
  return cluster;
}

Cluster& TestCluster() { return SharedFakeCluster(); }

// What deploy/kustomize/base ships, which the control-plane tests read from there.
std::vector<RoleRule> BrokerRole(const std::string& lock) {
  return {{"configmaps", {"create"}, {}},
          {"configmaps", {"get", "list", "watch", "delete"}, {lock}},
          {"pods", {"get", "list", "watch"}, {}},
          {"events.events.k8s.io", {"create", "patch"}, {}}};
}

absl::Duration OutageLength() { return absl::ZeroDuration(); }

}  // namespace leadership_broker::testing
