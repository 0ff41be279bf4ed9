// The control plane's API server as a process, and what it says of itself.
#ifndef LEADERSHIP_BROKER_BENCH_API_SERVER_H_
#define LEADERSHIP_BROKER_BENCH_API_SERVER_H_

#include <sys/types.h>

#include <string>
#include <vector>

#include "absl/time/time.h"

#include "tests/harness/real_cluster.h"

namespace leadership_broker::bench {

// What a process has had of the processors since its start. Zero when there is no such process.
absl::Duration CpuOf(pid_t pid);

// Its metrics at one moment.
class ApiServerMetrics {
 public:
  explicit ApiServerMetrics(testing::RealCluster& cluster) : text_(cluster.Admin().Get("/metrics").text) {}

  // Of all samples of that name that have all of these, e.g. `verb="POST"`, among their labels.
  double Sum(const std::string& name, const std::vector<std::string>& labels) const;
  // Requests answered, other than watches, about objects of the core group and Events: the candidates', and the tests'
  // own.
  double Requests() const;

 private:
  std::string text_;
};

// Changes when it is started again.
pid_t ApiServerPid(const testing::RealCluster& cluster);

}  // namespace leadership_broker::bench

#endif  // LEADERSHIP_BROKER_BENCH_API_SERVER_H_
