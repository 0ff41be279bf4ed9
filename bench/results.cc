#include "bench/results.h"

#include <fstream>

#include "nlohmann/json.hpp"

#include "tests/harness/require.h"

namespace leadership_broker::bench {

void WriteResults(const std::string& file, const std::string& name, const std::vector<const Figures*>& figures,
                  const std::vector<const Values*>& values) {
  if (file.empty()) return;
  nlohmann::json results = {
      {"benchmark", name}, {"figures", nlohmann::json::array()}, {"values", nlohmann::json::array()}};
  for (const Figures* kind : figures) {
    nlohmann::json milliseconds = nlohmann::json::array();
    for (absl::Duration duration : kind->durations()) milliseconds.push_back(absl::ToDoubleMilliseconds(duration));
    results["figures"].push_back({{"what", kind->what()}, {"milliseconds", std::move(milliseconds)}});
  }
  for (const Values* kind : values) {
    results["values"].push_back({{"what", kind->what()}, {"unit", kind->unit()}, {"values", kind->values()}});
  }
  std::ofstream out(file);
  out << results.dump(1) << std::endl;
  testing::Require(out.good(), "cannot write " + file);
}

}  // namespace leadership_broker::bench
