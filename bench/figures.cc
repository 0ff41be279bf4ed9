#include "bench/figures.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_format.h"

namespace leadership_broker::bench {

absl::Duration Figures::Quantile(double share) const {
  if (durations_.empty()) return absl::ZeroDuration();
  std::vector<absl::Duration> sorted = durations_;
  std::sort(sorted.begin(), sorted.end());
  const double rank = std::ceil(share * static_cast<double>(sorted.size()));
  return sorted[static_cast<size_t>(std::max(rank, 1.0)) - 1];
}

std::string Figures::Row(const Figures* base) const {
  const absl::Duration p50 = Quantile(0.5);
  const absl::Duration p99 = Quantile(0.99);
  std::string row = absl::StrFormat("%-66s %5d %9.2f %9.2f", what_, durations_.size(), absl::ToDoubleMilliseconds(p50),
                                    absl::ToDoubleMilliseconds(p99));
  if (base != nullptr) {
    const absl::Duration unit = base->Quantile(0.5);
    absl::StrAppendFormat(&row, " %9.2f %9.2f", absl::FDivDuration(p50, unit), absl::FDivDuration(p99, unit));
  }
  return row;
}

std::string Figures::Header() {
  return absl::StrFormat("%-66s %5s %9s %9s %9s %9s", "", "n", "p50 ms", "p99 ms", "p50 ratio", "p99 ratio");
}

}  // namespace leadership_broker::bench
