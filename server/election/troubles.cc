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

void Troubles::Heard(Activity activity, const std::string& pod_uid, const kube::Outcome& outcome) {
  if (outcome.ok()) {
    troubles_.erase({activity, pod_uid});
  } else {
    troubles_[{activity, pod_uid}] = {ReasonOf(outcome), std::string(outcome.status.message())};
  }
}

void Troubles::KeepPods(const std::set<std::string>& pod_uids) {
  for (auto it = troubles_.begin(); it != troubles_.end();) {
    const std::string& pod_uid = it->first.second;
    it = pod_uid.empty() || pod_uids.count(pod_uid) > 0 ? std::next(it) : troubles_.erase(it);
  }
}

}  // namespace leadership_broker::election
