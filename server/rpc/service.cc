#include "server/rpc/service.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "server/rpc/become_reactor.h"
#include "server/rpc/grpc_status.h"
#include "server/rpc/message.h"
#include "server/rpc/step_down_reactor.h"
#include "server/rpc/watch_reactor.h"

namespace leadership_broker::rpc {
namespace {

constexpr absl::Duration kLeastHeartbeat = absl::Seconds(1);

grpc::ServerUnaryReactor* Answer(grpc::CallbackServerContext* context, const absl::Status& status) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  reactor->Finish(ToGrpcStatus(status));
  return reactor;
}

// A stream that is refused before it begins.
class RefusedWatch : public grpc::ServerWriteReactor<grpc::ByteBuffer> {
 public:
  explicit RefusedWatch(const absl::Status& status) { Finish(ToGrpcStatus(status)); }
  void OnDone() override { delete this; }
};

// False for bytes that are no such request.
bool Parse(grpc::ByteBuffer bytes, leadership::v1::WatchLeadershipRequest* request) {
  return grpc::SerializationTraits<leadership::v1::WatchLeadershipRequest>::Deserialize(&bytes, request).ok();
}

// InfiniteDuration when none is asked for.
absl::StatusOr<absl::Duration> Heartbeat(const leadership::v1::WatchLeadershipRequest& request) {
  if (!request.has_heartbeat()) return absl::InfiniteDuration();
  const absl::Duration heartbeat =
      absl::Seconds(request.heartbeat().seconds()) + absl::Nanoseconds(request.heartbeat().nanos());
  if (heartbeat >= kLeastHeartbeat) return heartbeat;
  return absl::InvalidArgumentError("a heartbeat of less than one second: ask for 1s or more, or for none");
}

}  // namespace

Service::Service(Options options) : options_(std::move(options)), budget_(options_.max_streams) {
  for (const status::NamedHub& entry : options_.directory->entries()) messages_[entry.hub];
}

grpc::ServerUnaryReactor* Service::GetLeadership(grpc::CallbackServerContext* context,
                                                 const leadership::v1::GetLeadershipRequest* request,
                                                 leadership::v1::Leadership* response) {
  const auto entry = options_.directory->Find(request->lock(), request->pod_uid());
  if (!entry.ok()) return Answer(context, entry.status());
  const status::SnapshotPtr latest = (*entry)->hub->Latest();
  if (latest == nullptr) return Answer(context, absl::UnavailableError("the broker is starting"));
  FillMessage(*latest, options_.now(), response);
  return Answer(context, absl::OkStatus());
}

grpc::ServerWriteReactor<grpc::ByteBuffer>* Service::WatchLeadership(grpc::CallbackServerContext*,
                                                                     const grpc::ByteBuffer* bytes) {
  leadership::v1::WatchLeadershipRequest request;
  // As gRPC itself answers them in the other calls.
  if (!Parse(*bytes, &request)) return new RefusedWatch(absl::UnimplementedError(""));
  const auto entry = options_.directory->Find(request.lock(), request.pod_uid());
  if (!entry.ok()) return new RefusedWatch(entry.status());
  const absl::StatusOr<absl::Duration> heartbeat = Heartbeat(request);
  if (!heartbeat.ok()) return new RefusedWatch(heartbeat.status());
  StreamBudget::Slot slot = budget_.TryTake(StreamBudget::Use::kWatch);
  if (slot == nullptr) return new RefusedWatch(budget_.Exhausted());
  status::Hub* const hub = (*entry)->hub;
  return new WatchReactor({hub, &messages_.at(hub), std::move(slot), *heartbeat, &timer_, options_.now});
}

grpc::ServerUnaryReactor* Service::Become(grpc::CallbackServerContext* context,
                                          const leadership::v1::BecomeRequest* request,
                                          leadership::v1::Leadership* response) {
  const auto entry = options_.directory->Find(request->lock(), request->pod_uid());
  if (!entry.ok()) return Answer(context, entry.status());
  return new BecomeReactor(
      {(*entry)->name, (*entry)->hub, &budget_, options_.campaign_requests, options_.now, response});
}

grpc::ServerUnaryReactor* Service::StepDown(grpc::CallbackServerContext* context,
                                            const leadership::v1::StepDownRequest* request,
                                            leadership::v1::StepDownResponse*) {
  const auto entry = options_.directory->Find(request->lock(), request->pod_uid());
  if (!entry.ok()) return Answer(context, entry.status());
  if (options_.step_down_requests == nullptr) {
    return Answer(context, absl::FailedPreconditionError("this broker may not end its pod: start it with "
                                                         "--allow-step-down, or delete the pod yourself"));
  }
  return new StepDownReactor((*entry)->name, (*entry)->hub, &budget_, options_.step_down_requests);
}

grpc::ServerUnaryReactor* Service::ListLocks(grpc::CallbackServerContext* context,
                                             const leadership::v1::ListLocksRequest* request,
                                             leadership::v1::ListLocksResponse* response) {
  const absl::Status status = options_.directory->CheckCaller(request->pod_uid());
  if (!status.ok()) return Answer(context, status);
  for (leadership::v1::Lock& lock : options_.directory->List()) *response->add_locks() = std::move(lock);
  return Answer(context, absl::OkStatus());
}

}  // namespace leadership_broker::rpc
