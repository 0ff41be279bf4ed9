#include "server/config/names.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"

namespace leadership_broker::config {
namespace {

bool IsLetterOrDigit(char c) { return absl::ascii_islower(c) || absl::ascii_isdigit(c); }

bool IsPart(absl::string_view part) {
  return !part.empty() && IsLetterOrDigit(part.front()) && IsLetterOrDigit(part.back()) &&
         std::all_of(part.begin(), part.end(), [](char c) { return IsLetterOrDigit(c) || c == '-'; });
}

bool IsLabelName(absl::string_view name) {
  return !name.empty() && name.size() <= 63 && absl::ascii_isalnum(name.front()) && absl::ascii_isalnum(name.back()) &&
         std::all_of(name.begin(), name.end(),
                     [](char c) { return absl::ascii_isalnum(c) || c == '-' || c == '_' || c == '.'; });
}

}  // namespace

bool IsDns1123Label(absl::string_view name) { return name.size() <= 63 && IsPart(name); }

bool IsDns1123Subdomain(absl::string_view name) {
  if (name.size() > 253) return false;
  const std::vector<absl::string_view> parts = absl::StrSplit(name, '.');
  return std::all_of(parts.begin(), parts.end(), IsPart);
}

bool IsLabelKey(absl::string_view key) {
  const size_t slash = key.find('/');
  if (slash == absl::string_view::npos) return IsLabelName(key);
  return IsDns1123Subdomain(key.substr(0, slash)) && IsLabelName(key.substr(slash + 1));
}

bool IsLabelValue(absl::string_view value) { return value.empty() || IsLabelName(value); }

bool IsUid(absl::string_view text) {
  return !text.empty() && text.size() <= 128 &&
         std::all_of(text.begin(), text.end(), [](char c) { return absl::ascii_isalnum(c) || c == '-'; });
}

}  // namespace leadership_broker::config
