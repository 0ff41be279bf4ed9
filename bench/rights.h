// The rights that what is measured has in its namespace.
#ifndef LEADERSHIP_BROKER_BENCH_RIGHTS_H_
#define LEADERSHIP_BROKER_BENCH_RIGHTS_H_

#include <vector>

#include "tests/harness/cluster.h"

namespace leadership_broker::bench {

// A broker's; on the stand-in, which cannot read the Role that is shipped (ApplyDeployRole), and for whatever lock.
inline std::vector<testing::RoleRule> BrokerRights() {
  return {{"configmaps", {"create", "get", "list", "watch", "delete"}, {}}, {"pods", {"get", "list", "watch"}, {}}};
}

// The same, and what its Events need.
inline std::vector<testing::RoleRule> BrokerAndEventRights() {
  std::vector<testing::RoleRule> rights = BrokerRights();
  rights.push_back({"events.events.k8s.io", {"create", "patch"}, {}});
  return rights;
}

// What operator-lib's leader needs.
inline std::vector<testing::RoleRule> OperatorLibRights() {
  return {{"configmaps", {"create", "get", "list", "watch", "delete"}, {}},
          {"pods", {"get", "list", "watch", "delete"}, {}},
          {"nodes", {"get"}, {}}};
}

}  // namespace leadership_broker::bench

#endif  // LEADERSHIP_BROKER_BENCH_RIGHTS_H_
