// What one context of a kubeconfig comes to: an API server, who we are to it, and a namespace; all checked.
#ifndef LEADERSHIP_BROKER_KUBECONFIG_ACCESS_H_
#define LEADERSHIP_BROKER_KUBECONFIG_ACCESS_H_

#include <string>

#include "absl/status/statusor.h"

#include "server/kubeconfig/kubeconfig.h"

namespace leadership_broker::kubeconfig {

struct Access {
  std::string context;
  Cluster cluster;
  User user;
  // "default" when the context names none.
  std::string namespace_name;
};

// `context` is the name of one; empty: the current one. INVALID_ARGUMENT, in one line that says what is wrong, where
// and what to do; what kubectl refuses is refused. Pure; any thread.
absl::StatusOr<Access> Choose(const Kubeconfig& kubeconfig, const std::string& context);

}  // namespace leadership_broker::kubeconfig

#endif  // LEADERSHIP_BROKER_KUBECONFIG_ACCESS_H_
