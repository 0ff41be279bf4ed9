// Which build this is.
#ifndef LEADERSHIP_BROKER_CONFIG_VERSION_H_
#define LEADERSHIP_BROKER_CONFIG_VERSION_H_

namespace leadership_broker::config {

// E.g. "0.1.0".
const char* Version();

}  // namespace leadership_broker::config

#endif  // LEADERSHIP_BROKER_CONFIG_VERSION_H_
