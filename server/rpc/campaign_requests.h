// How the election hears that somebody waits for leadership (--campaign=on-request).
#ifndef LEADERSHIP_BROKER_RPC_CAMPAIGN_REQUESTS_H_
#define LEADERSHIP_BROKER_RPC_CAMPAIGN_REQUESTS_H_

#include <string>

namespace leadership_broker::rpc {

// Called from any thread, so an implementation hands it on to the loop; it must not block. Each WaiterCame is followed
// by exactly one WaiterLeft.
class CampaignRequests {
 public:
  virtual ~CampaignRequests() = default;
  // A call of Become for this lock has begun to wait.
  virtual void WaiterCame(const std::string& lock_name) = 0;
  // It has been answered, has given up, or was cut off.
  virtual void WaiterLeft(const std::string& lock_name) = 0;
};

}  // namespace leadership_broker::rpc

#endif  // LEADERSHIP_BROKER_RPC_CAMPAIGN_REQUESTS_H_
