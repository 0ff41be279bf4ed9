// What a Pod object says about whether what runs in it may still act.
//
// Pure functions; any thread.
#ifndef LEADERSHIP_BROKER_ELECTION_POD_CONDITION_H_
#define LEADERSHIP_BROKER_ELECTION_POD_CONDITION_H_

#include <optional>
#include <string>

#include "absl/time/time.h"

#include "server/kube/kube.pb.h"

namespace leadership_broker::election {

enum class PodCondition {
  kAlive,
  kTerminating,  // it has a deletionTimestamp, and may still act
  kEnded,        // a terminal phase and nothing left that runs: it can never run again (R7)
  kGone,         // not there, or its name belongs to another UID
};

// The condition of the pod with this UID, given what an uncached read or a watch shows under its name (nothing: gone).
PodCondition ConditionOf(const std::string& uid, const std::optional<kube::Pod>& seen);

// Phase Succeeded or Failed, whether or not its containers have stopped.
bool InTerminalPhase(const kube::Pod& pod);

// When somebody asked for its deletion: deletionTimestamp less the grace period, by the API server's clock.
// InfiniteFuture when nobody has.
absl::Time DeletionBegan(const kube::Pod& pod);

// Whether the pod stands for `lock` by its own word: label leadership-broker/lock=NAME, or NAME among the
// comma-separated names of annotation leadership-broker/locks (R16b). Every candidate carries the label's key.
bool IsCandidateFor(const kube::Pod& pod, const std::string& lock);

inline constexpr char kCandidateLabel[] = "leadership-broker/lock";
inline constexpr char kCandidateAnnotation[] = "leadership-broker/locks";

}  // namespace leadership_broker::election

#endif  // LEADERSHIP_BROKER_ELECTION_POD_CONDITION_H_
