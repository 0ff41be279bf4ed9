// Since when the node of the lock's holder cannot be reached, and whether that is reason enough to take the lock over
// (R8, --unreachable-leader=take-over-after).
//
// Only what is watched counts: whenever the watch of the node is not there, the time begins anew. And before anything
// is done, a round of uncached reads has to confirm the node, the holder's pod and the lock. Times are of this
// observer's boot clock. Pure; the election's thread.
#ifndef LEADERSHIP_BROKER_ELECTION_UNREACHABLE_H_
#define LEADERSHIP_BROKER_ELECTION_UNREACHABLE_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/time/time.h"

#include "server/election/lock_form.h"
#include "server/loop/scheduler.h"

namespace leadership_broker::election {

// What a Node object says of whether its kubelet is heard of.
struct NodeView {
  std::string uid;
  bool unreachable = false;
  // When its Ready condition last changed, by the API server's clock: to tell one silence from the next.
  int64_t changed_at = 0;
};
NodeView ViewOf(const kube::Node& node);

// How long after the mark a marked lock is left: by then its holder's app has stopped by itself, since no read that
// was sent before the mark may be relied on for longer than `limit`. A tenth more allows for clocks that do not run
// alike, and for the way from the broker to its app.
inline absl::Duration RemovalWait(absl::Duration limit) { return limit + limit / 10; }

class Unreachable {
 public:
  // InfiniteDuration: nothing is ever taken over.
  explicit Unreachable(absl::Duration take_over_after) : take_over_after_(take_over_after) {}

  bool enabled() const { return take_over_after_ != absl::InfiniteDuration(); }

  // Whose node is to be known: that of the holder of this lock. Empty: nobody's.
  void Follow(const std::string& lock_uid, const std::string& node, loop::Instant now);
  // The node to list and watch; empty when there is none.
  const std::string& node() const { return node_; }

  // What the watch shows of it, or the list that it goes on from; nothing: there is no such node. `spread` is waited
  // for besides.
  void Watched(const std::optional<kube::Node>& node, loop::Instant now, absl::Duration spread);
  // The watch is broken, or not to be had.
  void Unwatched();

  // Since when it has been unreachable without a break; nothing when it is not, or when that is not known.
  const std::optional<loop::Instant>& since() const { return since_; }
  // When that is long enough; InfiniteDuration while it is not counted.
  absl::Duration RipeAt() const;
  // Why this lock cannot be taken over however long it lasts, and what to do; empty when it can.
  std::string Obstacle(const Lock& lock) const;

  // ---- The round of reads, each sent at or after Ask().
  // When the next may be asked for at the earliest.
  absl::Duration NextAsk() const;
  void Ask(absl::Duration now);
  // What a read shows.
  void NodeRead(const std::optional<kube::Node>& node, absl::Duration sent);
  void PodRead(const std::string& uid, const std::optional<kube::Pod>& pod, absl::Duration sent);
  // Whether the lock has yet to be read for it, when the last answered read was sent at `lock_read`.
  bool WantsLock(absl::Duration lock_read, absl::Duration now) const { return Asked(now) && lock_read < asked_; }
  // All three have confirmed it: the holder's pod is there, on that node, and has not ended.
  bool Confirmed(const PodRef& holder, absl::Duration lock_read, absl::Duration now) const;
  bool pod_is_terminating() const { return pod_is_terminating_; }
  // Something was done by it; the next step wants a round of its own.
  void Spend() { asked_ = -absl::InfiniteDuration(); }
  bool unspent() const { return asked_ != -absl::InfiniteDuration(); }

 private:
  bool Asked(absl::Duration now) const { return now < asked_ + kRound; }
  void Count(loop::Instant now);

  // What a read has shown counts for so long.
  static constexpr absl::Duration kRound = absl::Seconds(10);

  const absl::Duration take_over_after_;
  std::string lock_uid_;
  std::string node_;
  std::optional<NodeView> watched_;  // nothing: not known, or there is no such node
  std::optional<loop::Instant> since_;
  absl::Duration spread_;

  absl::Duration asked_ = -absl::InfiniteDuration();
  bool node_confirmed_ = false;
  std::string confirmed_pod_;  // the UID of the pod that was read to be there
  bool pod_is_terminating_ = false;
};

}  // namespace leadership_broker::election

#endif  // LEADERSHIP_BROKER_ELECTION_UNREACHABLE_H_
