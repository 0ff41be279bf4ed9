// How long to wait before trying again.
//
// Pure; any one thread.
#ifndef LEADERSHIP_BROKER_KUBE_BACKOFF_H_
#define LEADERSHIP_BROKER_KUBE_BACKOFF_H_

#include <algorithm>

#include "absl/time/time.h"

namespace leadership_broker::kube {

// Grows by doubling; each wait is drawn between the value and twice that, from between `first` and twice that at first
// to between half of `cap` and `cap` at last. So what was broken for very many at one moment, for however long, does
// not bring them back at one moment. Starts over when the last wait was handed out longer than `reset_after` ago.
class Backoff {
 public:
  Backoff(absl::Duration first, absl::Duration cap, absl::Duration reset_after)
      : first_(first), cap_(cap), reset_after_(reset_after), next_(first) {}

  // The next wait. `random` is a draw from [0, 1); `at_least` what the server asked for (Retry-After), which is
  // honoured up to kLongestRetryAfter, and drawn like the rest: a server that has too much to do says the same to all.
  absl::Duration Next(absl::Duration now, double random, absl::Duration at_least = absl::ZeroDuration()) {
    if (now - last_ > reset_after_) next_ = first_;
    last_ = now;
    const absl::Duration wait = std::max(next_, std::min(at_least, kLongestRetryAfter)) * (1 + random);
    next_ = std::min(next_ * 2, cap_ / 2);
    return wait;
  }
  void Reset() { next_ = first_; }

  static constexpr absl::Duration kLongestRetryAfter = absl::Minutes(2);

 private:
  absl::Duration first_;
  absl::Duration cap_;
  absl::Duration reset_after_;
  absl::Duration next_;
  absl::Duration last_ = -absl::InfiniteDuration();
};

}  // namespace leadership_broker::kube

#endif  // LEADERSHIP_BROKER_KUBE_BACKOFF_H_
