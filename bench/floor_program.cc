#include "bench/floor_program.h"

#include <sstream>

#include "absl/time/clock.h"

#include "tests/harness/child_process.h"
#include "tests/harness/require.h"

namespace leadership_broker::bench {

void RunFloor(const testing::RealCluster& cluster, std::vector<std::string> command, const std::string& namespace_name,
              int runs, Figures* figures) {
  for (const std::string& flag : {"--kubeconfig=" + cluster.Kubeconfig(), "--namespace=" + namespace_name,
                                  "--name=floor-" + absl::FormatTime("%H%M%E6f", absl::Now(), absl::UTCTimeZone()),
                                  "--runs=" + std::to_string(runs)}) {
    command.push_back(flag);
  }
  const testing::Finished finished = testing::RunProgram(command, absl::Minutes(5));
  testing::Require(finished.exit_code == 0, finished.output);
  std::istringstream lines(finished.output);
  for (int64_t microseconds; lines >> microseconds;) figures->Add(absl::Microseconds(microseconds));
}

}  // namespace leadership_broker::bench
