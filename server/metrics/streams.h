// How many calls hold a stream or wait.
#ifndef LEADERSHIP_BROKER_METRICS_STREAMS_H_
#define LEADERSHIP_BROKER_METRICS_STREAMS_H_

#include <vector>

#include "prometheus/collectable.h"
#include "server/rpc/stream_budget.h"

namespace leadership_broker::metrics {

// Any thread.
class Streams : public prometheus::Collectable {
 public:
  // `budget` must outlive it.
  explicit Streams(const rpc::StreamBudget* budget) : budget_(budget) {}

  std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  const rpc::StreamBudget* const budget_;
};

}  // namespace leadership_broker::metrics

#endif  // LEADERSHIP_BROKER_METRICS_STREAMS_H_
