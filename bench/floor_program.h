// Has bench/floor measure itself on a cluster.
#ifndef LEADERSHIP_BROKER_BENCH_FLOOR_PROGRAM_H_
#define LEADERSHIP_BROKER_BENCH_FLOOR_PROGRAM_H_

#include <string>
#include <vector>

#include "bench/figures.h"
#include "tests/harness/real_cluster.h"

namespace leadership_broker::bench {

// `command`: the program, and what it is to measure. Adds what `runs` runs took. A failure ends the process with what
// the program says.
void RunFloor(const testing::RealCluster& cluster, std::vector<std::string> command, const std::string& namespace_name,
              int runs, Figures* figures);

}  // namespace leadership_broker::bench

#endif  // LEADERSHIP_BROKER_BENCH_FLOOR_PROGRAM_H_
