// What goes wrong with processes, nodes and the API server.
#ifndef LEADERSHIP_BROKER_TESTS_SIMULATION_FAULTS_H_
#define LEADERSHIP_BROKER_TESTS_SIMULATION_FAULTS_H_

#include "tests/simulation/moves.h"
#include "tests/simulation/world.h"

namespace leadership_broker::simulation {

// Of one pod's broker, its app's patience, and its node.
void OfferProcess(World& world, Body& body, Moves& moves);
void OfferServer(World& world, Moves& moves);

// All faults stop.
void Heal(World& world);

}  // namespace leadership_broker::simulation

#endif  // LEADERSHIP_BROKER_TESTS_SIMULATION_FAULTS_H_
