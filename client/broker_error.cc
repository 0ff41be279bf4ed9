#include "client/broker_error.h"

#include "absl/strings/str_cat.h"

namespace leadership::internal {

absl::Status BrokerError(const grpc::Status& status, const std::string& address, bool connected) {
  // The two enumerations have the same numbers.
  const auto code = static_cast<absl::StatusCode>(status.error_code());
  switch (status.error_code()) {
    case grpc::StatusCode::OK:
      return absl::OkStatus();
    case grpc::StatusCode::UNAVAILABLE:
      if (connected) break;
      return absl::Status(code, absl::StrCat("no leadership broker answers at ", address, ": ", status.error_message(),
                                             "; check that it runs in this pod and listens there (its --listen)"));
    case grpc::StatusCode::UNIMPLEMENTED:
      return absl::Status(code, absl::StrCat("what answers at ", address,
                                             " is no leadership broker, or too old a one: ", status.error_message()));
    default:
      break;
  }
  return absl::Status(code, absl::StrCat("the leadership broker at ", address, ": ", status.error_message()));
}

bool IsFinalForWatch(grpc::StatusCode code) {
  return code == grpc::StatusCode::INVALID_ARGUMENT || code == grpc::StatusCode::NOT_FOUND ||
         code == grpc::StatusCode::UNIMPLEMENTED;
}

bool IsFinalForCall(grpc::StatusCode code) {
  return IsFinalForWatch(code) || code == grpc::StatusCode::FAILED_PRECONDITION ||
         code == grpc::StatusCode::PERMISSION_DENIED;
}

}  // namespace leadership::internal
