// One WatchLeadership stream.
#ifndef LEADERSHIP_BROKER_RPC_WATCH_REACTOR_H_
#define LEADERSHIP_BROKER_RPC_WATCH_REACTOR_H_

#include <functional>
#include <memory>

#include "absl/time/time.h"
#include "grpcpp/support/byte_buffer.h"
#include "grpcpp/support/server_callback.h"

#include "server/loop/mutex.h"
#include "server/rpc/heartbeat_timer.h"
#include "server/rpc/shared_message.h"
#include "server/rpc/stream_budget.h"
#include "server/status/hub.h"

namespace leadership_broker::rpc {

// Sends what the hub has for it, one message at a time: while one is under way, newer ones meet in the subscription's
// slots. It is called by the hub's publisher, by gRPC's threads and by the timer's; it deletes itself when gRPC is done
// with the call.
class WatchReactor : public grpc::ServerWriteReactor<grpc::ByteBuffer> {
 public:
  struct Options {
    status::Hub* hub;
    SharedMessage* message;
    StreamBudget::Slot slot;
    // InfiniteDuration: none.
    absl::Duration heartbeat;
    HeartbeatTimer* timer;
    // The boot clock.
    std::function<absl::Duration()> now;
  };
  explicit WatchReactor(Options options);

  void OnWriteDone(bool ok) override EXCLUDES(mutex_);
  void OnCancel() override EXCLUDES(mutex_);
  void OnDone() override;

 private:
  // Unless a message is under way: sends what there is to be taken, or ends the stream when the hub is closed.
  void Advance(bool or_latest) REQUIRES(mutex_);
  void End(const grpc::Status& status) REQUIRES(mutex_);
  // The timer's tick: sends the state if nothing was sent for long enough; returns when to look again.
  absl::Duration Tick() EXCLUDES(mutex_);

  const Options options_;
  loop::Mutex mutex_;
  bool writing_ GUARDED_BY(mutex_) = false;
  bool finished_ GUARDED_BY(mutex_) = false;
  bool cancelled_ GUARDED_BY(mutex_) = false;
  // When the last message was given to gRPC, on the timer's clock.
  absl::Duration last_sent_ GUARDED_BY(mutex_);
  // What is under way.
  std::shared_ptr<const grpc::ByteBuffer> message_ GUARDED_BY(mutex_);
  // Both are set before they can call back, and ended in OnDone.
  std::unique_ptr<status::Hub::Subscription> subscription_;
  std::unique_ptr<HeartbeatTimer::Beat> beat_;
};

}  // namespace leadership_broker::rpc

#endif  // LEADERSHIP_BROKER_RPC_WATCH_REACTOR_H_
