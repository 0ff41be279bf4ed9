// One line of the log, as text or as JSON.
#ifndef LEADERSHIP_BROKER_CONFIG_LOG_LINE_H_
#define LEADERSHIP_BROKER_CONFIG_LOG_LINE_H_

#include <initializer_list>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace leadership_broker::config {

enum class LogFormat { kText, kJson };
enum class LogLevel { kDebug, kInfo, kWarning, kError };

// "debug", "info", "warning", "error".
absl::string_view LogLevelName(LogLevel level);

// Names (lower case, with underscores; not "time", "level" or "message") and values.
using LogFields = std::initializer_list<std::pair<absl::string_view, absl::string_view>>;

// Text: TIME LEVEL MESSAGE NAME=VALUE… in columns, values in quotes where needed. JSON: one object with the keys time,
// level, message, and one more for each field. Either way one line of valid UTF-8, whatever the strings contain; no
// newline at its end.
std::string FormatLogLine(LogFormat format, absl::Time time, LogLevel level, absl::string_view message,
                          LogFields fields);

}  // namespace leadership_broker::config

#endif  // LEADERSHIP_BROKER_CONFIG_LOG_LINE_H_
