// What Prometheus' client libraries say of any process, under the names they all use, read from /proc at each scrape.
#ifndef LEADERSHIP_BROKER_METRICS_PROCESS_H_
#define LEADERSHIP_BROKER_METRICS_PROCESS_H_

#include <vector>

#include "prometheus/collectable.h"

namespace leadership_broker::metrics {

// Any thread. What /proc does not say is left out.
class Process : public prometheus::Collectable {
 public:
  std::vector<prometheus::MetricFamily> Collect() const override;
};

}  // namespace leadership_broker::metrics

#endif  // LEADERSHIP_BROKER_METRICS_PROCESS_H_
