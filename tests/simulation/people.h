// What people and controllers do: they make pods and delete them in every manner, and sometimes lay hands on the lock.
#ifndef LEADERSHIP_BROKER_TESTS_SIMULATION_PEOPLE_H_
#define LEADERSHIP_BROKER_TESTS_SIMULATION_PEOPLE_H_

#include <string>

#include "tests/simulation/moves.h"
#include "tests/simulation/world.h"

namespace leadership_broker::simulation {

// Of the pod of that index: "a", "b"…
std::string PodName(int index);

// To make the next pod under this name, which must be free.
void OfferPod(World& world, const std::string& name, Moves& moves);
void OfferPods(World& world, Moves& moves);
void OfferHands(World& world, Moves& moves);
// A person removes what is under the lock's name.
void RemoveLockByHand(World& world);

}  // namespace leadership_broker::simulation

#endif  // LEADERSHIP_BROKER_TESTS_SIMULATION_PEOPLE_H_
