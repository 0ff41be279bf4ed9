#include "bench/slope.h"

#include <cstddef>
#include <numeric>

namespace leadership_broker::bench {

double SlopeOfSecondHalf(const std::vector<double>& x, const std::vector<double>& y) {
  const size_t first = x.size() / 2;
  const double count = static_cast<double>(x.size() - first);
  const double mean_x = std::accumulate(x.begin() + first, x.end(), 0.0) / count;
  const double mean_y = std::accumulate(y.begin() + first, y.end(), 0.0) / count;
  double covariance = 0;
  double variance = 0;
  for (size_t i = first; i < x.size(); ++i) {
    covariance += (x[i] - mean_x) * (y[i] - mean_y);
    variance += (x[i] - mean_x) * (x[i] - mean_x);
  }
  return variance == 0 ? 0 : covariance / variance;
}

}  // namespace leadership_broker::bench
