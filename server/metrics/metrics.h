// Everything that /metrics says, in Prometheus' text format. main.cc owns the one there is, before and longer than what
// reports to it.
//
// A scrape waits for nobody, and makes its text under no lock: it takes the hubs' latest snapshots, as any call does,
// and copies the counters one by one. So the gauges of a lock always belong together (R15), while a counter may be one
// event ahead of them.
#ifndef LEADERSHIP_BROKER_METRICS_METRICS_H_
#define LEADERSHIP_BROKER_METRICS_METRICS_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/time/time.h"

#include "prometheus/registry.h"
#include "server/kube/call_observer.h"
#include "server/metrics/api_calls.h"
#include "server/metrics/lock_events.h"
#include "server/metrics/lock_states.h"
#include "server/metrics/process.h"
#include "server/rpc/stream_budget.h"
#include "server/status/named_hub.h"
#include "server/status/observer.h"

namespace leadership_broker::metrics {

// The media type of Text().
inline constexpr char kContentType[] = "text/plain; version=0.0.4; charset=utf-8";

class Metrics {
 public:
  // The hubs must outlive it; `now` is the boot clock.
  Metrics(const status::NamedHubs& locks, const std::string& version, std::function<absl::Duration()> now);

  status::Observer* lock_observer() { return &lock_events_; }
  kube::CallObserver* call_observer() { return &api_calls_; }

  // Any thread.
  std::string Text(const rpc::StreamBudget& budget) const;

 private:
  prometheus::Registry registry_;
  LockEvents lock_events_;
  ApiCalls api_calls_;
  const LockStates lock_states_;
  const Process process_;
};

}  // namespace leadership_broker::metrics

#endif  // LEADERSHIP_BROKER_METRICS_METRICS_H_
