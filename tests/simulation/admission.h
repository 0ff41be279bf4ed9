// Who the API server answers.
#ifndef LEADERSHIP_BROKER_TESTS_SIMULATION_ADMISSION_H_
#define LEADERSHIP_BROKER_TESTS_SIMULATION_ADMISSION_H_

#include "server/kube/api.h"

namespace leadership_broker::simulation {

struct World;
class Body;

// 401 once the pod's token is not known any more, 403 when `forbidden`; else OK.
kube::Outcome Admit(const World& world, const Body& body, bool forbidden);

}  // namespace leadership_broker::simulation

#endif  // LEADERSHIP_BROKER_TESTS_SIMULATION_ADMISSION_H_
