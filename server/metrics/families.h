// Short words for prometheus-cpp's metric families, for those that are made anew at every scrape.
#ifndef LEADERSHIP_BROKER_METRICS_FAMILIES_H_
#define LEADERSHIP_BROKER_METRICS_FAMILIES_H_

#include <string>
#include <vector>

#include "prometheus/metric_family.h"

namespace leadership_broker::metrics {

// The label of everything that belongs to a lock; the word is client-go's.
inline constexpr char kLockLabel[] = "name";

using SampleLabels = std::vector<prometheus::ClientMetric::Label>;

// Without samples yet.
prometheus::MetricFamily GaugeFamily(std::string name, std::string help);
prometheus::MetricFamily CounterFamily(std::string name, std::string help);

// To a family of either kind.
void AddSample(prometheus::MetricFamily& family, SampleLabels labels, double value);

}  // namespace leadership_broker::metrics

#endif  // LEADERSHIP_BROKER_METRICS_FAMILIES_H_
