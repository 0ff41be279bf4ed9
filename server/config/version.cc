#include "server/config/version.h"

namespace leadership_broker::config {

const char* Version() { return LEADERSHIP_BROKER_VERSION; }

}  // namespace leadership_broker::config
