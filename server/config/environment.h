// The process's environment variables, injected wherever they are read.
#ifndef LEADERSHIP_BROKER_CONFIG_ENVIRONMENT_H_
#define LEADERSHIP_BROKER_CONFIG_ENVIRONMENT_H_

#include <cstdlib>
#include <functional>
#include <string>

namespace leadership_broker::config {

// The value of a variable; empty when it is not set (an empty variable counts as not set, as with most of what
// templates write).
using Environment = std::function<std::string(const std::string& name)>;

inline Environment ProcessEnvironment() {
  return [](const std::string& name) {
    const char* value = std::getenv(name.c_str());
    return std::string(value == nullptr ? "" : value);
  };
}

}  // namespace leadership_broker::config

#endif  // LEADERSHIP_BROKER_CONFIG_ENVIRONMENT_H_
