// The one place where our statuses become gRPC's.
#ifndef LEADERSHIP_BROKER_RPC_GRPC_STATUS_H_
#define LEADERSHIP_BROKER_RPC_GRPC_STATUS_H_

#include <string>

#include "absl/status/status.h"
#include "grpcpp/support/status.h"

namespace leadership_broker::rpc {

// The codes have the same numbers in both.
inline grpc::Status ToGrpcStatus(const absl::Status& status) {
  return grpc::Status(static_cast<grpc::StatusCode>(status.code()), std::string(status.message()));
}

}  // namespace leadership_broker::rpc

#endif  // LEADERSHIP_BROKER_RPC_GRPC_STATUS_H_
