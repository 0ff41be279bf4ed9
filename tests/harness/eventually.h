// Waiting for a condition that nothing announces.
#ifndef LEADERSHIP_BROKER_TESTS_HARNESS_EVENTUALLY_H_
#define LEADERSHIP_BROKER_TESTS_HARNESS_EVENTUALLY_H_

#include <functional>

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace leadership_broker::testing {

// How long the tests wait for what must happen: far more than it takes, so that only a wrong program gets there.
inline constexpr absl::Duration kPatience = absl::Seconds(60);

// Polls until `condition` holds. False when it did not within `limit`; `EXPECT_TRUE(Eventually(…))` it.
inline bool Eventually(const std::function<bool()>& condition, absl::Duration limit = kPatience) {
  const absl::Time deadline = absl::Now() + limit;
  while (!condition()) {
    if (absl::Now() > deadline) return false;
    absl::SleepFor(absl::Milliseconds(10));
  }
  return true;
}

}  // namespace leadership_broker::testing

#endif  // LEADERSHIP_BROKER_TESTS_HARNESS_EVENTUALLY_H_
