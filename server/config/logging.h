// The log: lines on stderr. Any thread may write one; each comes out whole.
//
//   Log(LogLevel::kInfo, "this pod leads", {{"lock", name}, {"state", "LEADER"}});
#ifndef LEADERSHIP_BROKER_CONFIG_LOGGING_H_
#define LEADERSHIP_BROKER_CONFIG_LOGGING_H_

#include "absl/strings/string_view.h"

#include "server/config/log_line.h"

namespace leadership_broker::config {

// Before the first thread is started. Without it lines come as text, from kInfo on. Also takes in what protobuf would
// print by itself.
void StartLogging(LogFormat format, LogLevel lowest);

void Log(LogLevel level, absl::string_view message, LogFields fields = {});

}  // namespace leadership_broker::config

#endif  // LEADERSHIP_BROKER_CONFIG_LOGGING_H_
