#include "server/config/library_log.h"

#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "google/protobuf/stubs/common.h"

#include "server/config/line_budget.h"
#include "server/config/logging.h"

namespace leadership_broker::config {

void LogFromLibrary(LogLevel level, absl::string_view message, absl::string_view library) {
  static auto* const budget = new LineBudget(10, absl::Seconds(10));
  if (level < LogLevel::kWarning) {
    Log(level, message, {{"library", library}});
    return;
  }
  const std::optional<int64_t> left_out = budget->Spend(absl::Now());
  if (!left_out.has_value()) return;
  if (*left_out == 0) {
    Log(level, message, {{"library", library}});
  } else {
    Log(level, message, {{"library", library}, {"lines_left_out_before", absl::StrCat(*left_out)}});
  }
}

}  // namespace leadership_broker::config

// From 22 on protobuf, and from 1.65 on gRPC, print by abseil's log.
#if GOOGLE_PROTOBUF_VERSION >= 4022000

#include "absl/base/log_severity.h"
#include "absl/log/globals.h"
#include "absl/log/initialize.h"
#include "absl/log/log_entry.h"
#include "absl/log/log_sink.h"
#include "absl/log/log_sink_registry.h"

namespace leadership_broker::config {
namespace {

class LogFromLibraries : public absl::LogSink {
 public:
  void Send(const absl::LogEntry& entry) override {
    LogFromLibrary(entry.log_severity() >= absl::LogSeverity::kError ? LogLevel::kWarning : LogLevel::kDebug,
                   entry.text_message(), "abseil");
  }
};

}  // namespace

void TakeInLibraryLog() {
  // Never destroyed, as the log is not. What is fatal goes to stderr as well: the process ends with it.
  static LogFromLibraries* const sink = new LogFromLibraries;
  absl::AddLogSink(sink);
  absl::SetStderrThreshold(absl::LogSeverityAtLeast::kFatal);
  absl::InitializeLog();
}

}  // namespace leadership_broker::config

#else

#include "google/protobuf/stubs/logging.h"

namespace leadership_broker::config {
namespace {

void LogFromProtobuf(google::protobuf::LogLevel level, const char*, int, const std::string& message) {
  LogFromLibrary(level >= google::protobuf::LOGLEVEL_ERROR ? LogLevel::kWarning : LogLevel::kDebug, message,
                 "protobuf");
}

}  // namespace

void TakeInLibraryLog() { google::protobuf::SetLogHandler(&LogFromProtobuf); }

}  // namespace leadership_broker::config

#endif
