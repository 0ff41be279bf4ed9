// What a benchmark measured that is no duration (figures.h): bytes, requests, percent.
#ifndef LEADERSHIP_BROKER_BENCH_VALUES_H_
#define LEADERSHIP_BROKER_BENCH_VALUES_H_

#include <string>
#include <utility>
#include <vector>

namespace leadership_broker::bench {

// Values of one kind, all in one unit, which is shown behind them ("MiB", "requests a minute", "%"). Not thread-safe.
class Values {
 public:
  Values(std::string what, std::string unit) : what_(std::move(what)), unit_(std::move(unit)) {}

  const std::string& what() const { return what_; }
  const std::string& unit() const { return unit_; }
  // In the order in which they were added.
  const std::vector<double>& values() const { return values_; }

  void Add(double value) { values_.push_back(value); }
  // Of an even number of them, the lower of the two in the middle; zero when there are none.
  double Median() const;

  // One row: what, n, median and unit and, where `base` is given, the median as a multiple of its median.
  std::string Row(const Values* base = nullptr) const;

 private:
  std::string what_;
  std::string unit_;
  std::vector<double> values_;
};

}  // namespace leadership_broker::bench

#endif  // LEADERSHIP_BROKER_BENCH_VALUES_H_
