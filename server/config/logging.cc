#include "server/config/logging.h"

#include <memory>
#include <string>

#include "absl/time/clock.h"
#include "spdlog/logger.h"
#include "spdlog/sinks/stdout_sinks.h"

#include "server/config/library_log.h"

namespace leadership_broker::config {
namespace {

struct Logging {
  LogFormat format = LogFormat::kText;
  LogLevel lowest = LogLevel::kInfo;
  // Writes a finished line, whole and at once.
  spdlog::logger logger{"leadership-broker", std::make_shared<spdlog::sinks::stderr_sink_mt>()};

  Logging() {
    logger.set_pattern("%v");
    logger.set_level(spdlog::level::trace);
    logger.flush_on(spdlog::level::trace);
  }
};

// Never destroyed: lines may be written while the process exits.
Logging& TheLogging() {
  static Logging* const logging = new Logging;
  return *logging;
}

}  // namespace

void StartLogging(LogFormat format, LogLevel lowest) {
  Logging& logging = TheLogging();
  logging.format = format;
  logging.lowest = lowest;
  TakeInLibraryLog();
}

void Log(LogLevel level, absl::string_view message, LogFields fields) {
  Logging& logging = TheLogging();
  if (level < logging.lowest) return;
  const std::string line = FormatLogLine(logging.format, absl::Now(), level, message, fields);
  logging.logger.log(spdlog::level::info, spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace leadership_broker::config
