// A lock by its name, and what is told of it.
#ifndef LEADERSHIP_BROKER_STATUS_NAMED_HUB_H_
#define LEADERSHIP_BROKER_STATUS_NAMED_HUB_H_

#include <string>
#include <vector>

#include "server/status/hub.h"

namespace leadership_broker::status {

struct NamedHub {
  std::string name;
  // Outlives whoever has this.
  Hub* hub;
};
// In the order of --lock; at least one.
using NamedHubs = std::vector<NamedHub>;

}  // namespace leadership_broker::status

#endif  // LEADERSHIP_BROKER_STATUS_NAMED_HUB_H_
