#include "server/election/troubles.h"

namespace leadership_broker::election {

using leadership::v1::Leadership;

Leadership::Reason ReasonOf(const kube::Outcome& outcome) {
  switch (outcome.status.code()) {
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
      return Leadership::REASON_API_UNREACHABLE;
    case absl::StatusCode::kUnauthenticated:
      return Leadership::REASON_UNAUTHORIZED;
    case absl::StatusCode::kPermissionDenied:
      return Leadership::REASON_FORBIDDEN;
    case absl::StatusCode::kNotFound:
      return Leadership::REASON_NAMESPACE_NOT_FOUND;
    case absl::StatusCode::kInvalidArgument:
      return Leadership::REASON_REJECTED;
    default:
      return Leadership::REASON_API_ERROR;
  }
}

void Troubles::Heard(Activity activity, const kube::Outcome& outcome) {
  if (outcome.ok()) {
    Over(activity);
  } else {
    troubles_[activity] = {ReasonOf(outcome), std::string(outcome.status.message())};
  }
}

}  // namespace leadership_broker::election
