// Nodes as objects of the API: what kubelets report of themselves, what the node controller makes of their silence, and
// the taint by which people say that a node is off. Each pod has a node of its own.
#ifndef LEADERSHIP_BROKER_TESTS_SIMULATION_NODES_H_
#define LEADERSHIP_BROKER_TESTS_SIMULATION_NODES_H_

#include <string>

#include "tests/simulation/body.h"
#include "tests/simulation/moves.h"
#include "tests/simulation/world.h"

namespace leadership_broker::simulation {

// Of this pod.
std::string NodeName(const std::string& pod_uid);

// The pod's node is there, and ready.
void MakeNode(World& world, const std::string& pod_uid);

void OfferNode(World& world, Body& body, Moves& moves);

}  // namespace leadership_broker::simulation

#endif  // LEADERSHIP_BROKER_TESTS_SIMULATION_NODES_H_
