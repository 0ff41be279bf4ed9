#include "server/election/trust.h"

#include <algorithm>

namespace leadership_broker::election {

void Trust::Confirm(absl::Duration sent) { confirmed_ = std::max(confirmed_, sent); }

absl::Duration Trust::NextRead() const {
  if (limit_ == absl::InfiniteDuration()) return absl::InfiniteDuration();
  // A third of the limit leaves room for two failures; after a failure a sixth is soon enough.
  return std::max(confirmed_ + limit_ / 3, last_read_ + limit_ / 6);
}

void Trust::Heard(const kube::Outcome& outcome, absl::Duration now) {
  if (outcome.ok()) {
    first_refusal_.reset();
    refused_ = false;
  } else if (absl::IsUnauthenticated(outcome.status) && outcome.token_is_good) {
    if (!first_refusal_.has_value()) first_refusal_ = now;
    refused_ = refused_ || now - *first_refusal_ >= absl::Seconds(2);
  }
}

}  // namespace leadership_broker::election
