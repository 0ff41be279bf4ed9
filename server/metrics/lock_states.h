// What the broker says of its locks now, as gauges.
//
// All of one lock comes from one snapshot, the one that the hub holds: what is scraped is what was told (R15).
#ifndef LEADERSHIP_BROKER_METRICS_LOCK_STATES_H_
#define LEADERSHIP_BROKER_METRICS_LOCK_STATES_H_

#include <string>
#include <utility>
#include <vector>

#include "prometheus/collectable.h"
#include "server/status/hub.h"

namespace leadership_broker::metrics {

struct NamedHub {
  std::string lock_name;
  // Outlives whoever is given it.
  const status::Hub* hub;
};

// Any thread.
class LockStates : public prometheus::Collectable {
 public:
  explicit LockStates(std::vector<NamedHub> hubs) : hubs_(std::move(hubs)) {}

  // A lock of which nothing was told yet has no samples but the hub's counters.
  std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  const std::vector<NamedHub> hubs_;
};

}  // namespace leadership_broker::metrics

#endif  // LEADERSHIP_BROKER_METRICS_LOCK_STATES_H_
