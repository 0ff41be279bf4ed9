// From a snapshot to what goes over the wire.
#ifndef LEADERSHIP_BROKER_RPC_MESSAGE_H_
#define LEADERSHIP_BROKER_RPC_MESSAGE_H_

#include "absl/time/time.h"

#include "leadership/v1/leadership.pb.h"
#include "server/status/hub.h"

namespace leadership_broker::rpc {

// Fills `message` for sending at `now` (boot clock): `valid_for` is what is left of the snapshot's trust by then, zero
// when nothing is, and absent without a limit or where this pod does not lead (R9).
void FillMessage(const status::Snapshot& snapshot, absl::Duration now, leadership::v1::Leadership* message);

}  // namespace leadership_broker::rpc

#endif  // LEADERSHIP_BROKER_RPC_MESSAGE_H_
