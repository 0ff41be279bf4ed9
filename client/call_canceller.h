// Ends the calls that are running, and those to come.
#ifndef LEADERSHIP_CLIENT_CALL_CANCELLER_H_
#define LEADERSHIP_CLIENT_CALL_CANCELLER_H_

#include <unordered_set>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "grpcpp/client_context.h"

namespace leadership::internal {

// Any thread.
class CallCanceller {
 public:
  void Cancel() ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    cancelled_ = true;
    for (grpc::ClientContext* call : running_) call->TryCancel();
  }

  // Between the two, Cancel ends the call. False, and there is nothing to leave, when Cancel came before.
  bool Enter(grpc::ClientContext* call) ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    if (!cancelled_) running_.insert(call);
    return !cancelled_;
  }
  void Leave(grpc::ClientContext* call) ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    running_.erase(call);
  }

  // Waits for so long, or for Cancel. Whether Cancel came.
  bool WaitCancelled(absl::Duration wait) ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    return mutex_.AwaitWithTimeout(absl::Condition(&cancelled_), wait);
  }

 private:
  absl::Mutex mutex_;
  bool cancelled_ ABSL_GUARDED_BY(mutex_) = false;
  std::unordered_set<grpc::ClientContext*> running_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace leadership::internal

#endif  // LEADERSHIP_CLIENT_CALL_CANCELLER_H_
