// What a benchmark found, as JSON for bench/report, which draws it and writes docs/benchmarks.md.
#ifndef LEADERSHIP_BROKER_BENCH_RESULTS_H_
#define LEADERSHIP_BROKER_BENCH_RESULTS_H_

#include <string>
#include <vector>

#include "bench/figures.h"
#include "bench/values.h"

namespace leadership_broker::bench {

// Writes FILE: {"benchmark": NAME, "figures": [{"what": TEXT, "milliseconds": [NUMBER…]}],
//               "values": [{"what": TEXT, "unit": TEXT, "values": [NUMBER…]}]}, the numbers in the order of the runs.
// A kind whose name begins with "floor", "empty" or "bare" is the measure of those that follow, up to the next such
// one: their ratios are to it. Does nothing when `file` is empty. A file that cannot be written ends the process with
// the reason.
void WriteResults(const std::string& file, const std::string& name, const std::vector<const Figures*>& figures,
                  const std::vector<const Values*>& values = {});

// What WriteResults takes, of any container of them, which must not change meanwhile.
template <typename Kinds>
std::vector<const typename Kinds::value_type*> Pointers(const Kinds& kinds) {
  std::vector<const typename Kinds::value_type*> pointers;
  for (const auto& kind : kinds) pointers.push_back(&kind);
  return pointers;
}

}  // namespace leadership_broker::bench

#endif  // LEADERSHIP_BROKER_BENCH_RESULTS_H_
