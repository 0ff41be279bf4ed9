// One call of StepDown: waits for what the API server says to the deletion of this pod.
#ifndef LEADERSHIP_BROKER_RPC_STEP_DOWN_REACTOR_H_
#define LEADERSHIP_BROKER_RPC_STEP_DOWN_REACTOR_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "grpcpp/support/server_callback.h"

#include "server/loop/mutex.h"
#include "server/rpc/step_down_requests.h"
#include "server/rpc/stream_budget.h"
#include "server/status/hub.h"

namespace leadership_broker::rpc {

// Called by whoever answers, by the hub's publisher and by gRPC's threads; deletes itself when gRPC is done with the
// call. A caller that goes away does not take the deletion back.
class StepDownReactor : public grpc::ServerUnaryReactor {
 public:
  // The hub's end is the broker's, and ends the call where nobody answers it any more.
  StepDownReactor(const std::string& lock_name, status::Hub* hub, StreamBudget* budget, StepDownRequests* requests);

  void OnCancel() override;
  void OnDone() override;

 private:
  // What whoever answers holds: the call may have ended before that.
  struct Line {
    loop::Mutex mutex;
    StepDownReactor* reactor GUARDED_BY(mutex) = nullptr;
  };

  void EndIfClosed();
  void End(const absl::Status& status) EXCLUDES(mutex_);

  const std::shared_ptr<Line> line_ = std::make_shared<Line>();
  loop::Mutex mutex_;
  bool finished_ GUARDED_BY(mutex_) = false;
  StreamBudget::Slot slot_;
  // Set in the constructor, ended in OnDone.
  std::unique_ptr<status::Hub::Subscription> subscription_;
};

}  // namespace leadership_broker::rpc

#endif  // LEADERSHIP_BROKER_RPC_STEP_DOWN_REACTOR_H_
