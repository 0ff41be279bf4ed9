// How far the garbage collector has come.
#ifndef LEADERSHIP_BROKER_TESTS_HARNESS_COLLECTOR_H_
#define LEADERSHIP_BROKER_TESTS_HARNESS_COLLECTOR_H_

#include <string>

#include "tests/harness/admin_client.h"

namespace leadership_broker::testing {

// Returns when it knows of all ConfigMaps that are in the namespace now; false when it does not come to them. It takes
// them in their order, so that an orphan made now has gone after that. One that it hears of only after it has dealt
// with its owner's foreground or orphaning deletion it leaves alone until the owner has gone.
bool CollectorComesBy(AdminClient& admin, const std::string& namespace_name);

}  // namespace leadership_broker::testing

#endif  // LEADERSHIP_BROKER_TESTS_HARNESS_COLLECTOR_H_
