// How the election is asked to give up leadership (--allow-step-down).
#ifndef LEADERSHIP_BROKER_RPC_STEP_DOWN_REQUESTS_H_
#define LEADERSHIP_BROKER_RPC_STEP_DOWN_REQUESTS_H_

#include <functional>
#include <string>

#include "absl/status/status.h"

namespace leadership_broker::rpc {

class StepDownRequests {
 public:
  // OK: this pod's deletion has been accepted.
  using Answer = std::function<void(const absl::Status&)>;

  virtual ~StepDownRequests() = default;
  // Ends this pod, if it leads on this lock. Called from any thread, so an implementation hands it on to the loop; it
  // must not block. `answer` is called once, on any thread; or not at all, when the broker shuts down before that.
  virtual void StepDown(const std::string& lock_name, Answer answer) = 0;
};

}  // namespace leadership_broker::rpc

#endif  // LEADERSHIP_BROKER_RPC_STEP_DOWN_REQUESTS_H_
