#include "server/metrics/metrics.h"

#include <initializer_list>
#include <utility>

#include "prometheus/gauge.h"
#include "prometheus/text_serializer.h"
#include "server/metrics/streams.h"

namespace leadership_broker::metrics {
namespace {

std::vector<std::string> LockNames(const status::NamedHubs& locks) {
  std::vector<std::string> names;
  names.reserve(locks.size());
  for (const auto& lock : locks) names.push_back(lock.name);
  return names;
}

}  // namespace

Metrics::Metrics(const status::NamedHubs& locks, const std::string& version, std::function<absl::Duration()> now)
    : lock_events_(LockNames(locks), std::move(now), &registry_), api_calls_(&registry_), lock_states_(locks) {
  prometheus::BuildGauge()
      .Name("leadership_broker_build_info")
      .Help("1, with the broker's version as a label.")
      .Register(registry_)
      .Add({{"version", version}})
      .Set(1);
}

std::string Metrics::Text(const rpc::StreamBudget& budget) const {
  std::vector<prometheus::MetricFamily> all;
  const Streams streams(&budget);
  for (const prometheus::Collectable* source :
       std::initializer_list<const prometheus::Collectable*>{&lock_states_, &registry_, &streams, &process_}) {
    for (prometheus::MetricFamily& family : source->Collect()) all.push_back(std::move(family));
  }
  return prometheus::TextSerializer().Serialize(all);
}

}  // namespace leadership_broker::metrics
