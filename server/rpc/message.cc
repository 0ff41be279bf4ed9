#include "server/rpc/message.h"

#include <algorithm>
#include <utility>

namespace leadership_broker::rpc {

std::optional<google::protobuf::Duration> ValidFor(const status::Snapshot& snapshot, absl::Duration now) {
  if (snapshot.leadership.state() != leadership::v1::Leadership::STATE_LEADER ||
      snapshot.trusted_until == absl::InfiniteDuration())
    return std::nullopt;
  absl::Duration rest = std::max(snapshot.trusted_until - now, absl::ZeroDuration());
  google::protobuf::Duration valid_for;
  valid_for.set_seconds(absl::IDivDuration(rest, absl::Seconds(1), &rest));
  valid_for.set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(rest)));
  return valid_for;
}

void FillMessage(const status::Snapshot& snapshot, absl::Duration now, leadership::v1::Leadership* message) {
  *message = snapshot.leadership;
  message->clear_valid_for();
  if (auto valid_for = ValidFor(snapshot, now)) *message->mutable_valid_for() = *std::move(valid_for);
}

}  // namespace leadership_broker::rpc
