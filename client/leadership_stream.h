// One WatchLeadership call, from its opening to its end.
#ifndef LEADERSHIP_CLIENT_LEADERSHIP_STREAM_H_
#define LEADERSHIP_CLIENT_LEADERSHIP_STREAM_H_

#include <functional>
#include <memory>

#include "absl/synchronization/notification.h"
#include "grpcpp/client_context.h"
#include "grpcpp/support/client_callback.h"

#include "leadership/v1/leadership.grpc.pb.h"

namespace leadership::internal {

// Made and destroyed by one thread, which waits in the destruction until gRPC is done with it.
class LeadershipStream : private grpc::ClientReadReactor<v1::Leadership> {
 public:
  // Both are called on gRPC's threads, one at a time, `on_end` once and last. Neither may destroy the stream.
  LeadershipStream(v1::LeadershipBroker::Stub* stub, const v1::WatchLeadershipRequest& request,
                   std::function<void(const v1::Leadership&)> on_message,
                   std::function<void(const grpc::Status&)> on_end);
  ~LeadershipStream() override;
  LeadershipStream(const LeadershipStream&) = delete;
  LeadershipStream& operator=(const LeadershipStream&) = delete;

  // Brings on_end about. Any thread.
  void Cancel() { context_.TryCancel(); }

 private:
  void OnReadDone(bool ok) override;
  void OnDone(const grpc::Status& status) override;

  const v1::WatchLeadershipRequest request_;
  const std::function<void(const v1::Leadership&)> on_message_;
  const std::function<void(const grpc::Status&)> on_end_;
  grpc::ClientContext context_;
  v1::Leadership message_;
  absl::Notification done_;
};

}  // namespace leadership::internal

#endif  // LEADERSHIP_CLIENT_LEADERSHIP_STREAM_H_
