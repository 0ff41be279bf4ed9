// The control plane's API server as a process, and what it says of itself.
#ifndef LEADERSHIP_BROKER_BENCH_API_SERVER_H_
#define LEADERSHIP_BROKER_BENCH_API_SERVER_H_

#include <sys/types.h>

#include <string>
#include <vector>

#include "tests/harness/real_cluster.h"

namespace leadership_broker::bench {

// Its metrics at one moment.
class ApiServerMetrics {
 public:
  explicit ApiServerMetrics(testing::RealCluster& cluster) : text_(cluster.Admin().Get("/metrics").text) {}

  // Of all samples of that name that have all of these, e.g. `verb="POST"`, among their labels.
  double Sum(const std::string& name, const std::vector<std::string>& labels) const;
  // Requests answered, of whomever, about objects of these resources (e.g. "configmaps").
  struct Requests {
    double watches_ended = 0;
    // All others, and how many of these were writes.
    double others = 0;
    double writes = 0;
  };
  Requests RequestsFor(const std::vector<std::string>& resources) const;

 private:
  std::string text_;
};

// Changes when it is started again.
pid_t ApiServerPid(const testing::RealCluster& cluster);

}  // namespace leadership_broker::bench

#endif  // LEADERSHIP_BROKER_BENCH_API_SERVER_H_
