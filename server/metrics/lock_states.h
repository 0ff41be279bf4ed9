// What the broker says of its locks now, as gauges.
//
// All of one lock comes from one snapshot, the one that the hub holds: what is scraped is what was told (R15).
#ifndef LEADERSHIP_BROKER_METRICS_LOCK_STATES_H_
#define LEADERSHIP_BROKER_METRICS_LOCK_STATES_H_

#include <utility>
#include <vector>

#include "prometheus/collectable.h"
#include "server/status/named_hub.h"

namespace leadership_broker::metrics {

// Any thread.
class LockStates : public prometheus::Collectable {
 public:
  // The hubs must outlive it.
  explicit LockStates(status::NamedHubs locks) : locks_(std::move(locks)) {}

  // A lock of which nothing was told yet has no samples but the hub's counters.
  std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  const status::NamedHubs locks_;
};

}  // namespace leadership_broker::metrics

#endif  // LEADERSHIP_BROKER_METRICS_LOCK_STATES_H_
