// How far what was learned may still be believed (R9).
//
// Losing the API server is not losing the lock, with two exceptions that this class keeps: the limit that a user set
// (--unverified-limit), and a server that keeps refusing a good token, which means that the pod is gone. Pure; the
// election's thread.
#ifndef LEADERSHIP_BROKER_ELECTION_TRUST_H_
#define LEADERSHIP_BROKER_ELECTION_TRUST_H_

#include <optional>

#include "absl/time/time.h"

#include "server/kube/api.h"
#include "server/loop/scheduler.h"

namespace leadership_broker::election {

class Trust {
 public:
  // InfiniteDuration: no limit.
  explicit Trust(absl::Duration unverified_limit) : limit_(unverified_limit) {}

  // A request that was *sent* at `sent` has confirmed the lock.
  void Confirm(absl::Duration sent);
  // Whether leadership may still be told at `now`.
  bool Fresh(absl::Duration now) const { return now < TrustedUntil(); }
  // InfiniteDuration without a limit.
  absl::Duration TrustedUntil() const { return limit_ == absl::InfiniteDuration() ? limit_ : confirmed_ + limit_; }
  // When the next confirming read is due; InfiniteDuration without a limit.
  absl::Duration NextRead() const;
  // A confirming read was asked for at `now`; another is due a while later, should this one fail.
  void ReadStarted(absl::Duration now) { last_read_ = now; }

  // How a request ended. Two refusals of a good token, at least two seconds apart with nothing accepted between, mean
  // that the API server does not know this pod any more.
  void Heard(const kube::Outcome& outcome, absl::Duration now);
  bool refused() const { return refused_; }

 private:
  absl::Duration limit_;
  absl::Duration confirmed_ = -absl::InfiniteDuration();
  absl::Duration last_read_ = -absl::InfiniteDuration();
  std::optional<absl::Duration> first_refusal_;
  bool refused_ = false;
};

}  // namespace leadership_broker::election

#endif  // LEADERSHIP_BROKER_ELECTION_TRUST_H_
