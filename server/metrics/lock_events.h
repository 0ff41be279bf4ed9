// Counts what happens to each lock, and times the takeovers, from what is told of it.
#ifndef LEADERSHIP_BROKER_METRICS_LOCK_EVENTS_H_
#define LEADERSHIP_BROKER_METRICS_LOCK_EVENTS_H_

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"

#include "prometheus/counter.h"
#include "prometheus/histogram.h"
#include "prometheus/registry.h"
#include "server/status/observer.h"

namespace leadership_broker::metrics {

// On the thread that publishes; a scrape meanwhile costs it no more than the copy of a few numbers.
class LockEvents : public status::Observer {
 public:
  // Adds its metrics, each lock's at 0, to the registry, which must outlive it. `now` is the boot clock.
  LockEvents(const std::vector<std::string>& lock_names, std::function<absl::Duration()> now,
             prometheus::Registry* registry);

  void Told(const status::SnapshotPtr& snapshot) override;

 private:
  struct Lock {
    prometheus::Counter* transitions;
    prometheus::Counter* losses;
    prometheus::Histogram* takeovers;
    uint64_t revision = 0;
    // Whether somebody led, or nobody did, has been known at some time.
    bool learned = false;
    // The lock object's UID when a leader was last known; empty before the first.
    std::string term;
    // When the lock of a known leader was first told to be gone, until somebody leads.
    std::optional<absl::Duration> gone_since;
  };

  const std::function<absl::Duration()> now_;
  std::map<std::string, Lock> locks_;
};

}  // namespace leadership_broker::metrics

#endif  // LEADERSHIP_BROKER_METRICS_LOCK_EVENTS_H_
