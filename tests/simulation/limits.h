// The settings of one pod's broker, where they differ from pod to pod.
#ifndef LEADERSHIP_BROKER_TESTS_SIMULATION_LIMITS_H_
#define LEADERSHIP_BROKER_TESTS_SIMULATION_LIMITS_H_

#include <string>

#include "absl/time/time.h"

#include "tests/simulation/trace.pb.h"

namespace leadership_broker::simulation {

// --unverified-limit of the broker in a pod of this name; InfiniteDuration for none.
inline absl::Duration LimitOf(const Settings& settings, const std::string& pod_name) {
  if (settings.unverified_limit() <= 0) return absl::InfiniteDuration();
  if (settings.limits_differ() && pod_name == "a") return absl::InfiniteDuration();
  if (settings.limits_differ() && pod_name == "b") return absl::Seconds(4 * settings.unverified_limit());
  return absl::Seconds(settings.unverified_limit());
}

// Of --unreachable-leader; InfiniteDuration for wait, as where the broker would not start with it.
inline absl::Duration TakeOverAfter(const Settings& settings, const std::string& pod_name) {
  if (settings.take_over_after() <= 0) return absl::InfiniteDuration();
  const absl::Duration after = absl::Seconds(settings.take_over_after());
  return after >= 2 * LimitOf(settings, pod_name) ? after : absl::InfiniteDuration();
}

}  // namespace leadership_broker::simulation

#endif  // LEADERSHIP_BROKER_TESTS_SIMULATION_LIMITS_H_
