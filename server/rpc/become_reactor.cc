#include "server/rpc/become_reactor.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

#include "server/rpc/grpc_status.h"
#include "server/rpc/lock_directory.h"
#include "server/rpc/message.h"

namespace leadership_broker::rpc {

using leadership::v1::Leadership;

BecomeReactor::BecomeReactor(Options options) : options_(std::move(options)) {
  loop::MutexLock lock(mutex_);
  subscription_ = options_.hub->Subscribe([this] {
    loop::MutexLock lock(mutex_);
    Advance();
  });
  Advance();
  if (finished_) return;
  slot_ = options_.budget->TryTake(StreamBudget::Use::kBecome);
  if (slot_ == nullptr) {
    End(ToGrpcStatus(options_.budget->Exhausted()));
  } else if (options_.campaign_requests != nullptr) {
    campaigning_ = true;
    options_.campaign_requests->WaiterCame(options_.lock_name);
  }
}

void BecomeReactor::Advance() {
  while (!finished_) {
    const status::Hub::Next next = subscription_->Take();
    if (next.closed) return End(ToGrpcStatus(ShuttingDown()));
    if (next.snapshot == nullptr) return;
    const Leadership& told = next.snapshot->leadership;
    if (told.state() == Leadership::STATE_LEADER) {
      FillMessage(*next.snapshot, options_.now(), options_.response);
      End(grpc::Status::OK);
    } else if (told.state() == Leadership::STATE_INELIGIBLE) {
      End(ToGrpcStatus(absl::FailedPreconditionError(absl::StrCat("this pod can never lead: ", told.message()))));
    }
  }
}

void BecomeReactor::End(const grpc::Status& status) {
  finished_ = true;
  slot_.reset();
  // Before the answer is out: what comes after it, such as a loss of leadership, finds nobody waiting.
  if (campaigning_) options_.campaign_requests->WaiterLeft(options_.lock_name);
  Finish(status);
}

void BecomeReactor::OnCancel() {
  loop::MutexLock lock(mutex_);
  if (!finished_) End(grpc::Status::CANCELLED);
}

void BecomeReactor::OnDone() {
  // Waits for an on_ready that is running.
  subscription_.reset();
  delete this;
}

}  // namespace leadership_broker::rpc
