#include "tests/simulation/admission.h"

#include "tests/simulation/outcomes.h"
#include "tests/simulation/world.h"

namespace leadership_broker::simulation {

kube::Outcome Admit(const World& world, const Body& body, bool forbidden) {
  const bool known = world.boot() < body.object_gone_at + absl::Seconds(world.settings.token_cache());
  kube::Outcome outcome = Success(200);
  if (!known || world.refusals.unauthorized) {
    outcome = Failure(absl::StatusCode::kUnauthenticated, 401);
    outcome.token_is_good = true;
  } else if (forbidden) {
    outcome = Failure(absl::StatusCode::kPermissionDenied, 403);
  }
  outcome.server_time = absl::FromUnixSeconds(absl::ToUnixSeconds(world.now));
  return outcome;
}

}  // namespace leadership_broker::simulation
