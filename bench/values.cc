#include "bench/values.h"

#include <algorithm>

#include "absl/strings/str_format.h"

namespace leadership_broker::bench {

double Values::Median() const {
  if (values_.empty()) return 0;
  std::vector<double> sorted = values_;
  std::sort(sorted.begin(), sorted.end());
  return sorted[(sorted.size() - 1) / 2];
}

std::string Values::Row(const Values* base) const {
  std::string row = absl::StrFormat("%-66s %5d %9.2f %s", what_, values_.size(), Median(), unit_);
  if (base != nullptr && base->Median() != 0) absl::StrAppendFormat(&row, ", %.2f x", Median() / base->Median());
  return row;
}

}  // namespace leadership_broker::bench
