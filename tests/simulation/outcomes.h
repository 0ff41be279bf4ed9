// How calls end, as the broker's API client tells it.
#ifndef LEADERSHIP_BROKER_TESTS_SIMULATION_OUTCOMES_H_
#define LEADERSHIP_BROKER_TESTS_SIMULATION_OUTCOMES_H_

#include "absl/strings/str_cat.h"

#include "server/kube/api.h"

namespace leadership_broker::simulation {

inline kube::Outcome Success(int http_status) {
  kube::Outcome outcome;
  outcome.http_status = http_status;
  return outcome;
}

// HTTP status 0: there was no answer.
inline kube::Outcome Failure(absl::StatusCode code, int http_status) {
  kube::Outcome outcome;
  outcome.status = absl::Status(code, absl::StrCat("simulated ", http_status));
  outcome.http_status = http_status;
  return outcome;
}

}  // namespace leadership_broker::simulation

#endif  // LEADERSHIP_BROKER_TESTS_SIMULATION_OUTCOMES_H_
