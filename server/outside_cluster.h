// What is told outside a cluster, where there is nobody to elect against (--election=auto).
#ifndef LEADERSHIP_BROKER_OUTSIDE_CLUSTER_H_
#define LEADERSHIP_BROKER_OUTSIDE_CLUSTER_H_

#include <string>
#include <vector>

#include "server/config/identity.h"
#include "server/rpc/step_down_requests.h"
#include "server/status/named_hub.h"
#include "server/status/observer.h"

namespace leadership_broker {

// Publishes LEADER, reason outside-a-cluster, for each of `hubs`. No lock, no token.
void PublishOutsideCluster(const config::Identity& identity, const status::NamedHubs& hubs,
                           const std::vector<status::Observer*>& observers);

// There, no pod can be deleted.
class NoPodToEnd : public rpc::StepDownRequests {
 public:
  void StepDown(const std::string& lock_name, Answer answer) override;
};

}  // namespace leadership_broker

#endif  // LEADERSHIP_BROKER_OUTSIDE_CLUSTER_H_
