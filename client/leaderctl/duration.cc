#include "client/leaderctl/duration.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace leadership::leaderctl {

std::string ReadDuration(const std::string& text, absl::Duration* duration) {
  if (absl::ParseDuration(text, duration)) {
    if (*duration < absl::ZeroDuration()) return "a duration cannot be negative";
    return *duration == absl::InfiniteDuration() ? "is too long" : "";
  }
  double number;
  if (absl::SimpleAtod(text, &number)) return absl::StrCat("a duration needs a unit: write ", text, "s for seconds");
  return "is no duration: write e.g. 5s, 500ms or 1m30s";
}

std::string ShortDuration(absl::Duration duration) {
  duration = std::max(duration, absl::ZeroDuration());
  if (duration < absl::Seconds(10)) return absl::FormatDuration(absl::Trunc(duration, absl::Milliseconds(100)));
  if (duration < absl::Hours(1)) return absl::FormatDuration(absl::Trunc(duration, absl::Seconds(1)));
  const int64_t hours = absl::ToInt64Hours(duration);
  if (hours < 24) return absl::StrCat(hours, "h", absl::ToInt64Minutes(duration) % 60, "m");
  return absl::StrCat(hours / 24, "d", hours % 24, "h");
}

}  // namespace leadership::leaderctl
