#include "server/metrics/streams.h"

#include "server/metrics/families.h"

namespace leadership_broker::metrics {

using rpc::StreamBudget;

std::vector<prometheus::MetricFamily> Streams::Collect() const {
  prometheus::MetricFamily open = GaugeFamily("leadership_broker_streams_open", "Open WatchLeadership streams.");
  AddSample(open, {}, budget_->taken(StreamBudget::Use::kWatch));
  prometheus::MetricFamily waiters =
      GaugeFamily("leadership_broker_become_waiters", "Calls of Become that wait for this pod to lead.");
  AddSample(waiters, {}, budget_->taken(StreamBudget::Use::kBecome));
  prometheus::MetricFamily limit =
      GaugeFamily("leadership_broker_streams_limit", "The most streams and waiting calls at once: --max-streams.");
  AddSample(limit, {}, budget_->limit());
  prometheus::MetricFamily refused = CounterFamily("leadership_broker_streams_refused_total",
                                                   "Streams and waiting calls refused because of --max-streams.");
  AddSample(refused, {}, static_cast<double>(budget_->refused()));
  return {open, waiters, limit, refused};
}

}  // namespace leadership_broker::metrics
