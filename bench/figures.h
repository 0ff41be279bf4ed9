// What a benchmark measured, and how it is shown.
#ifndef LEADERSHIP_BROKER_BENCH_FIGURES_H_
#define LEADERSHIP_BROKER_BENCH_FIGURES_H_

#include <string>
#include <vector>

#include "absl/time/time.h"

namespace leadership_broker::bench {

// Durations of one kind. Not thread-safe.
class Figures {
 public:
  explicit Figures(std::string what) : what_(std::move(what)) {}

  const std::string& what() const { return what_; }
  // In the order in which they were added.
  const std::vector<absl::Duration>& durations() const { return durations_; }

  void Add(absl::Duration duration) { durations_.push_back(duration); }
  // The smallest that is not exceeded by this share of them; zero when there are none. 0.5: the median.
  absl::Duration Quantile(double share) const;

  // One row: what, n, p50, p99 and, where `base` is given, p50 and p99 as multiples of its p50.
  std::string Row(const Figures* base = nullptr) const;
  static std::string Header();

 private:
  std::string what_;
  std::vector<absl::Duration> durations_;
};

}  // namespace leadership_broker::bench

#endif  // LEADERSHIP_BROKER_BENCH_FIGURES_H_
