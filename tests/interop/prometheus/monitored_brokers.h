// Three pods with brokers, and a real Prometheus that scrapes them.
#ifndef LEADERSHIP_BROKER_TESTS_INTEROP_PROMETHEUS_MONITORED_BROKERS_H_
#define LEADERSHIP_BROKER_TESTS_INTEROP_PROMETHEUS_MONITORED_BROKERS_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tests/interop/prometheus/prometheus_server.h"
#include "tests/scenarios/scenario.h"

namespace leadership_broker::testing {

// Not thread-safe. One lock, "the-lock"; beside each broker an app that holds a stream.
class MonitoredBrokers {
 public:
  // The first of them leads when it returns, and the others name it.
  MonitoredBrokers();

  Candidate& Leader() { return *candidates_[leader_]; }
  size_t LeaderIndex() const { return leader_; }
  // The leader's pod goes; when this returns another leads, and the old leader's broker has ended.
  void TakeOver();
  // The API server goes and comes back after `away`; when this returns every broker is in touch with it again.
  void RestartApiServer(absl::Duration away = absl::ZeroDuration());

  // What a broker's /metrics says.
  std::string Scrape(size_t index);
  PrometheusServer& prometheus() { return *prometheus_; }
  // Waits until the expression has exactly one result, of this value. Fails the test when it does not come to that.
  void WaitForValue(const std::string& expression, double value);

 private:
  const std::string namespace_name_;
  std::vector<int> ports_;
  std::vector<std::unique_ptr<Candidate>> candidates_;
  size_t leader_ = 0;
  std::unique_ptr<PrometheusServer> prometheus_;
};

}  // namespace leadership_broker::testing

#endif  // LEADERSHIP_BROKER_TESTS_INTEROP_PROMETHEUS_MONITORED_BROKERS_H_
