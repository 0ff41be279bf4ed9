// The bytes of a lock's newest message, made once for all of its streams.
#ifndef LEADERSHIP_BROKER_RPC_SHARED_MESSAGE_H_
#define LEADERSHIP_BROKER_RPC_SHARED_MESSAGE_H_

#include <memory>

#include "absl/time/time.h"
#include "grpcpp/support/byte_buffer.h"
#include "grpcpp/support/slice.h"

#include "server/loop/mutex.h"
#include "server/status/hub.h"

namespace leadership_broker::rpc {

// Any thread.
class SharedMessage {
 public:
  SharedMessage() = default;
  SharedMessage(const SharedMessage&) = delete;
  SharedMessage& operator=(const SharedMessage&) = delete;

  // What FillMessage would make of the snapshot at `now` (boot clock), as bytes. Those of the snapshot asked for last
  // are kept, so that the next who asks for it shares them; `valid_for`, which differs with `now`, is put behind them.
  std::shared_ptr<const grpc::ByteBuffer> Of(const status::SnapshotPtr& snapshot, absl::Duration now) EXCLUDES(mutex_);

 private:
  loop::Mutex mutex_;
  status::SnapshotPtr snapshot_ GUARDED_BY(mutex_);
  // Of snapshot_, without `valid_for`.
  grpc::Slice bytes_ GUARDED_BY(mutex_);
  std::shared_ptr<const grpc::ByteBuffer> message_ GUARDED_BY(mutex_);
};

}  // namespace leadership_broker::rpc

#endif  // LEADERSHIP_BROKER_RPC_SHARED_MESSAGE_H_
