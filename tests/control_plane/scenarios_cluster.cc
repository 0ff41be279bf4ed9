// The scenarios' cluster: a real etcd, kube-apiserver and kube-controller-manager, with the Role that
// deploy/kustomize/base ships.
#include "tests/harness/real_cluster.h"
#include "tests/scenarios/scenario.h"

namespace leadership_broker::testing {

Cluster& TestCluster() { return RealCluster::Shared(); }

std::vector<RoleRule> BrokerRole(const std::string& lock) { return ShippedRole(RealCluster::Shared(), lock); }

absl::Duration OutageLength() { return absl::Seconds(20); }

}  // namespace leadership_broker::testing
