#include "server/rpc/step_down_reactor.h"

#include "server/rpc/grpc_status.h"
#include "server/rpc/lock_directory.h"

namespace leadership_broker::rpc {

StepDownReactor::StepDownReactor(const std::string& lock_name, status::Hub* hub, StreamBudget* budget,
                                 StepDownRequests* requests)
    : slot_(budget->TryTake(StreamBudget::Use::kStepDown)) {
  if (slot_ == nullptr) {
    End(budget->Exhausted());
    return;
  }
  {
    loop::MutexLock lock(line_->mutex);
    line_->reactor = this;
  }
  subscription_ = hub->Subscribe([this] { EndIfClosed(); });
  EndIfClosed();
  requests->StepDown(lock_name, [line = line_](const absl::Status& status) {
    loop::MutexLock lock(line->mutex);
    if (line->reactor != nullptr) line->reactor->End(status);
  });
}

void StepDownReactor::EndIfClosed() {
  while (true) {
    const status::Hub::Next next = subscription_->Take();
    if (next.closed) return End(ShuttingDown());
    if (next.snapshot == nullptr) return;
  }
}

void StepDownReactor::End(const absl::Status& status) {
  loop::MutexLock lock(mutex_);
  if (finished_) return;
  finished_ = true;
  Finish(ToGrpcStatus(status));
}

void StepDownReactor::OnCancel() { End(absl::CancelledError("the caller has gone")); }

void StepDownReactor::OnDone() {
  {
    // Waits for an answer that is being given.
    loop::MutexLock lock(line_->mutex);
    line_->reactor = nullptr;
  }
  // Waits for an on_ready that is running.
  subscription_.reset();
  delete this;
}

}  // namespace leadership_broker::rpc
