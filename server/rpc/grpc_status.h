// The one place where our statuses become gRPC's.
#ifndef LEADERSHIP_BROKER_RPC_GRPC_STATUS_H_
#define LEADERSHIP_BROKER_RPC_GRPC_STATUS_H_

#include <cstddef>

#include "absl/status/status.h"
#include "grpcpp/support/status.h"

#include "server/config/plain_text.h"

namespace leadership_broker::rpc {

// A status travels in headers, of which clients take 8 KiB: from a longer one they would learn RESOURCE_EXHAUSTED
// instead. Messages quote what callers sent; in headers a byte may become three.
inline constexpr size_t kMaxStatusMessage = 2000;

// The codes have the same numbers in both.
inline grpc::Status ToGrpcStatus(const absl::Status& status) {
  return grpc::Status(static_cast<grpc::StatusCode>(status.code()),
                      config::Shortened(status.message(), kMaxStatusMessage));
}

}  // namespace leadership_broker::rpc

#endif  // LEADERSHIP_BROKER_RPC_GRPC_STATUS_H_
