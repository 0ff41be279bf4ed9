// A line of the log, whatever an API server or a client made its strings of: one line, UTF-8, and as JSON an object
// with what was logged in it.
//
// Input: a line "MESSAGE", then the value of a field.
#include <cstddef>
#include <cstdint>
#include <string>

#include "nlohmann/json.hpp"

#include "server/config/log_line.h"
#include "tests/fuzz/check.h"
#include "tests/fuzz/pieces.h"

namespace leadership_broker::fuzz {

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const FirstLine input = SplitFirstLine({reinterpret_cast<const char*>(data), size});
  for (const config::LogFormat format : {config::LogFormat::kText, config::LogFormat::kJson}) {
    const std::string line = config::FormatLogLine(format, absl::FromUnixSeconds(1'800'000'000),
                                                   config::LogLevel::kWarning, input.line, {{"lock", input.rest}});
    Check(IsPrintable(line) && IsUtf8(line), "a line is one line of UTF-8", line);
    if (format == config::LogFormat::kText) continue;
    const nlohmann::json object = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
    Check(object.is_object() && object.size() == 4, "a line of JSON is one object", line);
    Check(object.at("level") == "warning" && object.contains("time"), "it has time and level", line);
    for (const auto& [key, value] : {std::pair("message", input.line), std::pair("lock", input.rest)}) {
      if (IsUtf8(value)) Check(object.at(key) == std::string(value), "what is UTF-8 comes as it was", line);
    }
  }
  return 0;
}

}  // namespace leadership_broker::fuzz
