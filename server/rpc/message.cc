#include "server/rpc/message.h"

#include <algorithm>

namespace leadership_broker::rpc {

void FillMessage(const status::Snapshot& snapshot, absl::Duration now, leadership::v1::Leadership* message) {
  *message = snapshot.leadership;
  message->clear_valid_for();
  if (message->state() != leadership::v1::Leadership::STATE_LEADER ||
      snapshot.trusted_until == absl::InfiniteDuration())
    return;
  absl::Duration rest = std::max(snapshot.trusted_until - now, absl::ZeroDuration());
  google::protobuf::Duration& valid_for = *message->mutable_valid_for();
  valid_for.set_seconds(absl::IDivDuration(rest, absl::Seconds(1), &rest));
  valid_for.set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(rest)));
}

}  // namespace leadership_broker::rpc
