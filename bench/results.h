// What a benchmark found, as JSON for bench/report, which draws it and writes docs/benchmarks.md.
#ifndef LEADERSHIP_BROKER_BENCH_RESULTS_H_
#define LEADERSHIP_BROKER_BENCH_RESULTS_H_

#include <string>

#include "bench/figures.h"

namespace leadership_broker::bench {

// Writes FILE: {"benchmark": NAME, "figures": [{"what": TEXT, "milliseconds": [NUMBER, in the order of the runs]}]}.
// Does nothing when `file` is empty. A file that cannot be written ends the process with the reason.
void WriteResults(const std::string& file, const std::string& name, const std::vector<const Figures*>& figures);

}  // namespace leadership_broker::bench

#endif  // LEADERSHIP_BROKER_BENCH_RESULTS_H_
