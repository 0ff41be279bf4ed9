// The LeadershipBroker service, on gRPC's callback API: no thread waits for a client.
#ifndef LEADERSHIP_BROKER_RPC_SERVICE_H_
#define LEADERSHIP_BROKER_RPC_SERVICE_H_

#include <functional>
#include <unordered_map>

#include "absl/time/time.h"
#include "grpcpp/support/byte_buffer.h"

#include "leadership/v1/leadership.grpc.pb.h"
#include "server/rpc/campaign_requests.h"
#include "server/rpc/heartbeat_timer.h"
#include "server/rpc/lock_directory.h"
#include "server/rpc/shared_message.h"
#include "server/rpc/step_down_requests.h"
#include "server/rpc/stream_budget.h"

namespace leadership_broker::rpc {

// All calls by the callback API, as in CallbackService, but for WatchLeadership, which sends bytes that its streams
// share.
using CallbackServiceBase = leadership::v1::LeadershipBroker::WithCallbackMethod_GetLeadership<
    leadership::v1::LeadershipBroker::WithRawCallbackMethod_WatchLeadership<
        leadership::v1::LeadershipBroker::WithCallbackMethod_Become<
            leadership::v1::LeadershipBroker::WithCallbackMethod_StepDown<
                leadership::v1::LeadershipBroker::WithCallbackMethod_ListLocks<
                    leadership::v1::LeadershipBroker::Service>>>>>;

class Service : public CallbackServiceBase {
 public:
  struct Options {
    // Outlives the service.
    const LockDirectory* directory;
    int max_streams;
    // The boot clock (loop::Instant::boot). Any thread.
    std::function<absl::Duration()> now;
    // Outlives the service. Null with --campaign=immediate.
    CampaignRequests* campaign_requests = nullptr;
    // Outlives the service. Null without --allow-step-down.
    StepDownRequests* step_down_requests = nullptr;
  };
  explicit Service(Options options);

  grpc::ServerUnaryReactor* GetLeadership(grpc::CallbackServerContext* context,
                                          const leadership::v1::GetLeadershipRequest* request,
                                          leadership::v1::Leadership* response) override;
  grpc::ServerWriteReactor<grpc::ByteBuffer>* WatchLeadership(grpc::CallbackServerContext* context,
                                                              const grpc::ByteBuffer* bytes) override;
  grpc::ServerUnaryReactor* Become(grpc::CallbackServerContext* context, const leadership::v1::BecomeRequest* request,
                                   leadership::v1::Leadership* response) override;
  grpc::ServerUnaryReactor* StepDown(grpc::CallbackServerContext* context,
                                     const leadership::v1::StepDownRequest* request,
                                     leadership::v1::StepDownResponse* response) override;
  grpc::ServerUnaryReactor* ListLocks(grpc::CallbackServerContext* context,
                                      const leadership::v1::ListLocksRequest* request,
                                      leadership::v1::ListLocksResponse* response) override;

  const StreamBudget& budget() const { return budget_; }

 private:
  const Options options_;
  StreamBudget budget_;
  HeartbeatTimer timer_;
  // Of each lock; all are made in the constructor.
  std::unordered_map<const status::Hub*, SharedMessage> messages_;
};

}  // namespace leadership_broker::rpc

#endif  // LEADERSHIP_BROKER_RPC_SERVICE_H_
