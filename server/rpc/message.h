// From a snapshot to what goes over the wire.
#ifndef LEADERSHIP_BROKER_RPC_MESSAGE_H_
#define LEADERSHIP_BROKER_RPC_MESSAGE_H_

#include <optional>

#include "absl/time/time.h"
#include "google/protobuf/duration.pb.h"

#include "leadership/v1/leadership.pb.h"
#include "server/status/hub.h"

namespace leadership_broker::rpc {

// `valid_for` of a message that is sent at `now` (boot clock): what is left of the snapshot's trust by then, zero when
// nothing is; none without a limit or where this pod does not lead (R9).
std::optional<google::protobuf::Duration> ValidFor(const status::Snapshot& snapshot, absl::Duration now);

// Fills `message` for sending at `now`.
void FillMessage(const status::Snapshot& snapshot, absl::Duration now, leadership::v1::Leadership* message);

}  // namespace leadership_broker::rpc

#endif  // LEADERSHIP_BROKER_RPC_MESSAGE_H_
