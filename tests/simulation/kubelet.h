// What a kubelet does for one pod on its node: it restarts the broker, stops the containers of a pod that has to end,
// the app before its sidecar, and reports.
#ifndef LEADERSHIP_BROKER_TESTS_SIMULATION_KUBELET_H_
#define LEADERSHIP_BROKER_TESTS_SIMULATION_KUBELET_H_

#include "tests/simulation/body.h"
#include "tests/simulation/moves.h"
#include "tests/simulation/world.h"

namespace leadership_broker::simulation {

void OfferKubelet(World& world, Body& body, Moves& moves);

// The pod has to end, by an eviction or because its app has done its work.
void BeginEnd(World& world, Body& body, const std::string& phase);

// By when it kills what still runs (boot clock); InfiniteDuration when nothing has to end, or there is no kubelet.
absl::Duration KillAt(const World& world, const Body& body);
void Kill(Body& body);

}  // namespace leadership_broker::simulation

#endif  // LEADERSHIP_BROKER_TESTS_SIMULATION_KUBELET_H_
