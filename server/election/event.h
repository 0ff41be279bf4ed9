// What an election is told, and what it wants done.
//
// Events and actions are plain values, so that the decisions between them are a function that tests and the simulation
// can drive.
#ifndef LEADERSHIP_BROKER_ELECTION_EVENT_H_
#define LEADERSHIP_BROKER_ELECTION_EVENT_H_

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "server/election/lock_form.h"
#include "server/election/pod_condition.h"
#include "server/election/troubles.h"
#include "server/kube/api.h"
#include "server/status/hub.h"

namespace leadership_broker::election {

// ---- Events.

// A consistent list of the lock, from which its watch goes on.
struct LockSynced {
  std::optional<kube::ConfigMap> lock;
  std::string resource_version;
  // When the list was sent.
  absl::Duration sent;
  // The broker may not watch and lists again and again instead (R11).
  bool polling = false;
};
// An event of the lock's watch.
struct LockWatched {
  kube::WatchEventKind kind;
  kube::ConfigMap lock;
};
// The lock's watch is alive and has come to this resourceVersion.
struct LockBookmarked {
  std::string resource_version;
};
// The answer to ReadTheLock: a consistent read beside the watch.
struct LockRead {
  kube::Outcome outcome;
  std::optional<kube::ConfigMap> lock;
  std::string resource_version;
  absl::Duration sent;
};
// Contact with the API server over the lock's watch was made or broken. (A watch that ends by itself and goes on is no
// break.)
struct LockContact {
  bool connected;
};
// A consistent read was older than what had been seen: the store was restored from a backup (R4).
struct StoreRestored {};
// What an uncached read or the watch of this broker's own pod shows under its name; nothing: it is not there.
struct OwnPodSeen {
  std::optional<kube::Pod> pod;
  // When the read was sent (boot clock); nothing: the watch shows it.
  std::optional<absl::Duration> read_sent = std::nullopt;
};
// The same of a pod that TrackedPods() asked about.
struct PodSeen {
  std::string uid;
  std::optional<kube::Pod> pod;
  // When the read was sent (boot clock), if ReadPod asked for it; nothing: its list or watch shows it.
  std::optional<absl::Duration> read_sent = std::nullopt;
};
// The same of the node that TrackedNode() asked about.
struct NodeSeen {
  std::string name;
  std::optional<kube::Node> node;
  std::optional<absl::Duration> read_sent = std::nullopt;
};
// The watch of that node is broken, or not to be had.
struct NodeUnwatched {
  std::string name;
};
// How a list or a watch went. `pod_uid`: of the tracked pod that it was about, if it was.
struct Heard {
  Activity activity;
  kube::Outcome outcome;
  std::string pod_uid = {};
};
// How a read of this broker's own pod beside its watch went, or its deletion. OwnPodSeen has told what a read showed.
struct OwnPodAnswered {
  kube::Outcome outcome;
};
// Answers to the actions of the same names.
struct CreateAnswered {
  kube::WriteAnswer answer;
  // When the request was sent.
  absl::Duration sent;
};
struct DeleteAnswered {
  kube::Outcome outcome;
};
struct ReleaseAnswered {
  kube::WriteAnswer answer;
};
struct HolderDeleteAnswered {
  kube::Outcome outcome;
};
struct CandidatesListed {
  kube::Listing<kube::Pod> listing;
};
// With --campaign=on-request: whether somebody waits in Become.
struct Requested {
  bool waiting;
};
// The time that Deadline() named has come.
struct Tick {};

using Event = std::variant<LockSynced, LockWatched, LockBookmarked, LockRead, LockContact, StoreRestored, OwnPodSeen,
                           PodSeen, NodeSeen, NodeUnwatched, Heard, OwnPodAnswered, CreateAnswered, DeleteAnswered,
                           ReleaseAnswered, HolderDeleteAnswered, CandidatesListed, Requested, Tick>;

// ---- Actions, to be carried out in their order.

// Tell every subscriber.
struct Publish {
  status::SnapshotPtr snapshot;
};
// Create the lock.
struct CreateLock {
  kube::ConfigMap lock;
};
// Read the lock, uncached.
struct ReadTheLock {};
// Read this broker's own pod, uncached; OwnPodSeen tells the answer. Asked for again when none comes.
struct ReadOwnPod {};
// Remove this very lock.
struct DeleteLock {
  kube::Precondition precondition;
};
// Mark this very lock as released by `holder_uid`.
struct ReleaseLock {
  kube::Precondition precondition;
  std::string holder_uid;
};
// Read the tracked node, uncached; NodeSeen tells the answer.
struct ReadNode {};
// Read a tracked pod, uncached; PodSeen tells the answer.
struct ReadPod {
  std::string uid;
};
// Delete the pod that holds the lock, since its node cannot be reached (R8).
struct DeleteHolder {
  PodRef holder;
};
// List the pods that carry the candidates' label, uncached.
struct ListCandidates {};
// Say this to the operator.
struct Warn {
  std::string message;
};
// Say that this was done, and that the API server has accepted it.
struct Happened {
  enum class Kind {
    kOrphanedLockRemoved,       // of a pod that is gone (R7)
    kEndedLeaderCleared,        // of a pod that has ended (R7)
    kUnreachableLeaderDeleted,  // the pod (R8)
    kReleasedLockRemoved,       // a lock that was marked as released: by its holder, or to take it over (R8)
    kSteppedDown,               // this pod's own deletion
  };
  Kind kind;
  // Whose lock or whose end it was.
  PodRef pod;
  // The lock; empty where it was none of one lock.
  kube::Precondition lock = {};
  // Why, where the kind does not say it.
  std::string why = {};
};

using Action = std::variant<Publish, CreateLock, ReadTheLock, ReadOwnPod, DeleteLock, ReleaseLock, ReadNode, ReadPod,
                            DeleteHolder, ListCandidates, Warn, Happened>;

}  // namespace leadership_broker::election

#endif  // LEADERSHIP_BROKER_ELECTION_EVENT_H_
