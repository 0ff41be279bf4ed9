#include "server/rpc/watch_reactor.h"

#include <utility>

#include "server/rpc/grpc_status.h"
#include "server/rpc/lock_directory.h"

namespace leadership_broker::rpc {

WatchReactor::WatchReactor(Options options) : options_(std::move(options)) {
  loop::MutexLock lock(mutex_);
  subscription_ = options_.hub->Subscribe([this] {
    loop::MutexLock lock(mutex_);
    Advance(/*or_latest=*/false);
  });
  Advance(/*or_latest=*/false);
  if (finished_ || options_.heartbeat == absl::InfiniteDuration()) return;
  beat_ = options_.timer->Start(options_.heartbeat, [this] { return Tick(); });
}

void WatchReactor::Advance(bool or_latest) {
  if (writing_ || finished_) return;
  const status::Hub::Next next = or_latest ? subscription_->TakeOrLatest() : subscription_->Take();
  if (next.closed) return End(ToGrpcStatus(ShuttingDown()));
  if (next.snapshot == nullptr) return;
  message_ = options_.message->Of(next.snapshot, options_.now());
  last_sent_ = HeartbeatTimer::Now();
  writing_ = true;
  StartWrite(message_.get());
}

void WatchReactor::End(const grpc::Status& status) {
  finished_ = true;
  Finish(status);
}

absl::Duration WatchReactor::Tick() {
  loop::MutexLock lock(mutex_);
  const absl::Duration idle = HeartbeatTimer::Now() - last_sent_;
  if (idle < options_.heartbeat) return options_.heartbeat - idle;
  Advance(/*or_latest=*/true);
  return options_.heartbeat;
}

void WatchReactor::OnWriteDone(bool ok) {
  options_.hub->AwaitTurn();
  loop::MutexLock lock(mutex_);
  writing_ = false;
  if (ok && !cancelled_) return Advance(/*or_latest=*/false);
  End(grpc::Status::CANCELLED);
}

void WatchReactor::OnCancel() {
  loop::MutexLock lock(mutex_);
  cancelled_ = true;
  // A message that is under way comes back to OnWriteDone now.
  if (!writing_ && !finished_) End(grpc::Status::CANCELLED);
}

void WatchReactor::OnDone() {
  // Both wait for a callback of theirs that is running.
  beat_.reset();
  subscription_.reset();
  delete this;
}

}  // namespace leadership_broker::rpc
