// One call of Become: waits until this pod leads.
#ifndef LEADERSHIP_BROKER_RPC_BECOME_REACTOR_H_
#define LEADERSHIP_BROKER_RPC_BECOME_REACTOR_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/time/time.h"
#include "grpcpp/support/server_callback.h"

#include "leadership/v1/leadership.pb.h"
#include "server/loop/mutex.h"
#include "server/rpc/campaign_requests.h"
#include "server/rpc/stream_budget.h"
#include "server/status/hub.h"

namespace leadership_broker::rpc {

// Called by the hub's publisher and by gRPC's threads; deletes itself when gRPC is done with the call. A call that can
// be answered at once takes no place in the budget, and no campaign is asked for.
class BecomeReactor : public grpc::ServerUnaryReactor {
 public:
  struct Options {
    std::string lock_name;
    status::Hub* hub;
    StreamBudget* budget;
    // Null with --campaign=immediate.
    CampaignRequests* campaign_requests;
    // The boot clock.
    std::function<absl::Duration()> now;
    // gRPC's; lives until OnDone.
    leadership::v1::Leadership* response;
  };
  explicit BecomeReactor(Options options);

  void OnCancel() override EXCLUDES(mutex_);
  void OnDone() override;

 private:
  // Takes all there is, and answers the call if that decides it.
  void Advance() REQUIRES(mutex_);
  void End(const grpc::Status& status) REQUIRES(mutex_);

  const Options options_;
  loop::Mutex mutex_;
  bool finished_ GUARDED_BY(mutex_) = false;
  StreamBudget::Slot slot_ GUARDED_BY(mutex_);
  bool campaigning_ GUARDED_BY(mutex_) = false;
  // Set in the constructor, ended in OnDone.
  std::unique_ptr<status::Hub::Subscription> subscription_;
};

}  // namespace leadership_broker::rpc

#endif  // LEADERSHIP_BROKER_RPC_BECOME_REACTOR_H_
