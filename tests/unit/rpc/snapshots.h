// Snapshots for the tests of the gRPC side.
#ifndef LEADERSHIP_BROKER_TESTS_UNIT_RPC_SNAPSHOTS_H_
#define LEADERSHIP_BROKER_TESTS_UNIT_RPC_SNAPSHOTS_H_

#include <cstdint>
#include <memory>
#include <string>

#include "server/status/hub.h"

namespace leadership_broker::testing {

// Of the lock "a" in namespace "ns", seen from pod "pod-0" with UID "uid-0".
inline std::shared_ptr<status::Snapshot> NewSnapshot(uint64_t revision, leadership::v1::Leadership::State state) {
  auto snapshot = std::make_shared<status::Snapshot>();
  leadership::v1::Leadership& leadership = snapshot->leadership;
  leadership.mutable_lock()->set_namespace_("ns");
  leadership.mutable_lock()->set_name("a");
  leadership.mutable_self()->set_name("pod-0");
  leadership.mutable_self()->set_uid("uid-0");
  leadership.set_state(state);
  leadership.set_revision(revision);
  return snapshot;
}

inline status::SnapshotPtr Leader(uint64_t revision) {
  return NewSnapshot(revision, leadership::v1::Leadership::STATE_LEADER);
}

inline status::SnapshotPtr Standby(uint64_t revision) {
  return NewSnapshot(revision, leadership::v1::Leadership::STATE_STANDBY);
}

inline status::SnapshotPtr Loss(uint64_t revision) {
  auto snapshot = NewSnapshot(revision, leadership::v1::Leadership::STATE_STANDBY);
  snapshot->is_loss = true;
  return snapshot;
}

}  // namespace leadership_broker::testing

#endif  // LEADERSHIP_BROKER_TESTS_UNIT_RPC_SNAPSHOTS_H_
