// How steeply something grows.
#ifndef LEADERSHIP_BROKER_BENCH_SLOPE_H_
#define LEADERSHIP_BROKER_BENCH_SLOPE_H_

#include <vector>

namespace leadership_broker::bench {

// The slope of the straight line that fits the second half of the points best (least squares): y for each x. As many
// of both, in the order of x; zero where x does not change.
double SlopeOfSecondHalf(const std::vector<double>& x, const std::vector<double>& y);

}  // namespace leadership_broker::bench

#endif  // LEADERSHIP_BROKER_BENCH_SLOPE_H_
