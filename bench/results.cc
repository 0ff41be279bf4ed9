#include "bench/results.h"

#include <fstream>

#include "nlohmann/json.hpp"

#include "tests/harness/require.h"

namespace leadership_broker::bench {

void WriteResults(const std::string& file, const std::string& name, const std::vector<const Figures*>& figures) {
  if (file.empty()) return;
  nlohmann::json results = {{"benchmark", name}, {"figures", nlohmann::json::array()}};
  for (const Figures* kind : figures) {
    nlohmann::json milliseconds = nlohmann::json::array();
    for (absl::Duration duration : kind->durations()) milliseconds.push_back(absl::ToDoubleMilliseconds(duration));
    results["figures"].push_back({{"what", kind->what()}, {"milliseconds", std::move(milliseconds)}});
  }
  std::ofstream out(file);
  out << results.dump(1) << std::endl;
  testing::Require(out.good(), "cannot write " + file);
}

}  // namespace leadership_broker::bench
