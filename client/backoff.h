// How long to wait before the broker is tried again: half of a value that doubles, and a random share of the other
// half, so that many apps whose brokers restart together do not come back together.
//
// Pure; any one thread.
#ifndef LEADERSHIP_CLIENT_BACKOFF_H_
#define LEADERSHIP_CLIENT_BACKOFF_H_

#include <algorithm>

#include "absl/time/time.h"

namespace leadership::internal {

class Backoff {
 public:
  // `random` is a draw from [0, 1).
  absl::Duration Next(double random) {
    const absl::Duration wait = next_ * (1 + random) / 2;
    next_ = std::min(next_ * 2, kLongest);
    return wait;
  }
  void Reset() { next_ = kFirst; }

  static constexpr absl::Duration kFirst = absl::Milliseconds(50);
  static constexpr absl::Duration kLongest = absl::Seconds(1);

 private:
  absl::Duration next_ = kFirst;
};

}  // namespace leadership::internal

#endif  // LEADERSHIP_CLIENT_BACKOFF_H_
