#include "bench/trace.h"

#include <algorithm>
#include <sstream>

#include "nlohmann/json.hpp"

#include "tests/harness/require.h"

namespace leadership_broker::bench {
namespace {

absl::Time TimeOf(const nlohmann::json& line) {
  absl::Time time;
  std::string error;
  testing::Require(absl::ParseTime(absl::RFC3339_full, line["time"].get<std::string>(), &time, &error), error);
  return time;
}

// When the points of one takeover were passed.
struct Points {
  absl::Time arrived, decoded, sent, answered, watched, told;

  void Read(const nlohmann::json& line, absl::Time time) {
    const auto message = line["message"].get<std::string>();
    if (message == "watch of configmaps: DELETED") {
      decoded = time;
      arrived = time - absl::Microseconds(std::stoll(line["decoding_microseconds"].get<std::string>()));
    } else if (message.rfind("sent: create configmaps", 0) == 0) {
      sent = time;
    } else if (message.rfind("create configmaps", 0) == 0) {
      answered = time;
    } else if (message == "watch of configmaps: ADDED") {
      watched = time;
    } else if (line.value("state", "") == "LEADER") {
      told = time;
    }
  }
};

}  // namespace

void Trace::Add(const std::string& log, absl::Time issued, absl::Time told) {
  Points points;
  std::istringstream lines(log);
  for (std::string text; std::getline(lines, text);) {
    const nlohmann::json line = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
    if (!line.is_object()) continue;
    // The log may have a line more than the clock of this process has come to.
    if (const absl::Time time = TimeOf(line); time >= issued) points.Read(line, time);
  }
  for (absl::Time point : {points.arrived, points.decoded, points.sent, points.answered, points.watched, points.told}) {
    testing::Require(point != absl::Time(), "a point is missing in " + log);
  }
  stages_[0].Add(points.arrived - issued);
  stages_[1].Add(points.decoded - points.arrived);
  stages_[2].Add(points.sent - points.decoded);
  stages_[3].Add(points.answered - points.sent);
  const absl::Time both = std::max(points.answered, points.watched);
  stages_[4].Add(both - points.answered);
  stages_[5].Add(points.told - both);
  stages_[6].Add(told - both);
}

}  // namespace leadership_broker::bench
