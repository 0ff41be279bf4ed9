// A lock by its name, and what is told of it.
#ifndef LEADERSHIP_BROKER_HTTP_NAMED_HUB_H_
#define LEADERSHIP_BROKER_HTTP_NAMED_HUB_H_

#include <string>
#include <vector>

#include "server/status/hub.h"

namespace leadership_broker::http {

struct NamedHub {
  std::string lock;
  // Outlives whoever has this.
  status::Hub* hub;
};
// In the order of --lock; at least one.
using NamedHubs = std::vector<NamedHub>;

}  // namespace leadership_broker::http

#endif  // LEADERSHIP_BROKER_HTTP_NAMED_HUB_H_
