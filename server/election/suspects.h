// Pods that may still act as the leader although their lock is gone (R16). While there is one, nobody else is made
// leader.
//
// Pure; the election's thread.
#ifndef LEADERSHIP_BROKER_ELECTION_SUSPECTS_H_
#define LEADERSHIP_BROKER_ELECTION_SUSPECTS_H_

#include <map>
#include <string>
#include <vector>

#include "absl/time/time.h"

#include "server/election/lock_form.h"
#include "server/election/pod_condition.h"

namespace leadership_broker::election {

class Suspects {
 public:
  // (a) It held the lock, and the lock went while it may have been alive. Stays until it is known to have ended.
  void AddHolder(const PodRef& holder);
  // (a) The same of a lock that was marked as released, so that its app stops by itself until `drop_at` (boot clock).
  void AddReleased(const PodRef& holder, absl::Duration drop_at);
  // (b) It is being deleted, and may have held the lock before this candidate looked. Dropped at `drop_at` (boot
  // clock), since it was never seen to hold the lock and may be stuck on a dead node.
  void AddCandidate(const PodRef& candidate, absl::Duration drop_at);

  // Tells what became of a pod.
  void Learn(const std::string& uid, PodCondition condition);
  void DropUntil(absl::Duration now);
  // It turns out to be this very pod. False when it was none.
  bool Forget(const std::string& uid) { return suspects_.erase(uid) != 0; }

  bool empty() const { return suspects_.empty(); }
  // When the next one is dropped (boot clock); InfiniteDuration when none will be.
  absl::Duration NextDrop() const;
  // Who has to be asked about; at most kMostTracked of them at a time.
  std::vector<PodRef> Tracked() const;
  // "pod-a (uid), pod-b (uid)", for people.
  std::string Names() const;

  // Each tracked pod costs a watch at the API server.
  static constexpr size_t kMostTracked = 16;

 private:
  struct Suspect {
    PodRef pod;
    absl::Duration drop_at = absl::InfiniteDuration();
  };
  std::map<std::string, Suspect> suspects_;  // by UID
};

}  // namespace leadership_broker::election

#endif  // LEADERSHIP_BROKER_ELECTION_SUSPECTS_H_
