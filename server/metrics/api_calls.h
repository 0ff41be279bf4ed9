// Counts and times the calls to the API server.
#ifndef LEADERSHIP_BROKER_METRICS_API_CALLS_H_
#define LEADERSHIP_BROKER_METRICS_API_CALLS_H_

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

#include "prometheus/counter.h"
#include "prometheus/family.h"
#include "prometheus/histogram.h"
#include "prometheus/registry.h"
#include "server/kube/call_observer.h"

namespace leadership_broker::metrics {

// On the loop's thread; a scrape meanwhile costs it no more than the copy of a few numbers.
class ApiCalls : public kube::CallObserver {
 public:
  // Adds its metrics to the registry, which must outlive it.
  explicit ApiCalls(prometheus::Registry* registry);

  void OnAnswer(absl::string_view verb, absl::string_view what, int http_status, absl::Duration took) override;
  void OnWatchEnd(absl::string_view resource, const kube::Outcome& outcome) override;

 private:
  prometheus::Family<prometheus::Counter>& requests_;
  prometheus::Family<prometheus::Histogram>& durations_;
  prometheus::Family<prometheus::Counter>& watch_restarts_;
};

}  // namespace leadership_broker::metrics

#endif  // LEADERSHIP_BROKER_METRICS_API_CALLS_H_
