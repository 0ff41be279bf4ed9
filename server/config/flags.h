// The table of the broker's flags: what each is called, what it means, and how its text becomes a setting.
#ifndef LEADERSHIP_BROKER_CONFIG_FLAGS_H_
#define LEADERSHIP_BROKER_CONFIG_FLAGS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

#include "server/config/config.h"

namespace leadership_broker::config {

struct Flag {
  // Without the dashes.
  std::string name;
  // What stands for its value in the help; empty for a flag that is given without one, which means "true".
  std::string placeholder;
  // With the default in words.
  std::string help;
  // Reads and checks a value; the message of an error says what is wrong and what to do, but not where.
  absl::Status (*read)(absl::string_view value, Config* config);
};

// In the order of the help.
const std::vector<Flag>& Flags();

}  // namespace leadership_broker::config

#endif  // LEADERSHIP_BROKER_CONFIG_FLAGS_H_
