// monitored_life FILE: some ninety seconds in the life of three brokers, with two takeovers, an API server that is away
// for a while and a slow reader, scraped by a real Prometheus. Writes what every panel of the dashboard then shows to
// FILE, as JSON: a list of {title, legend, series}, where series is Prometheus' own answer.
#include <cstdio>
#include <string>

#include "absl/time/clock.h"
#include "nlohmann/json.hpp"

#include "tests/interop/prometheus/expressions.h"
#include "tests/interop/prometheus/monitored_brokers.h"

namespace leadership_broker::testing {
namespace {

constexpr absl::Duration kQuiet = absl::Seconds(20);

int Main(const std::string& file) {
  const absl::Time begin = absl::Now();
  MonitoredBrokers brokers;
  absl::SleepFor(kQuiet);
  brokers.TakeOver();
  absl::SleepFor(kQuiet);
  brokers.RestartApiServer(kQuiet);
  absl::SleepFor(kQuiet);
  brokers.TakeOver();
  absl::SleepFor(kQuiet);

  nlohmann::json shown = nlohmann::json::array();
  for (const Expression& panel : DashboardExpressions("5s")) {
    const PrometheusServer::Answer answer =
        brokers.prometheus().QueryRange(panel.text, begin, absl::Now(), PrometheusServer::kInterval);
    shown.push_back({{"title", panel.title}, {"legend", panel.legend}, {"series", answer.result}});
  }
  WriteTextFile(file, shown.dump());
  return 0;
}

}  // namespace
}  // namespace leadership_broker::testing

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("monitored_life FILE: writes what the dashboard shows of it to FILE\n", stderr);
    return 2;
  }
  return leadership_broker::testing::Main(argv[1]);
}
