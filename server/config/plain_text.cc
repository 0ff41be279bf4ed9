#include "server/config/plain_text.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace leadership_broker::config {

bool IsUtf8(absl::string_view text) {
  for (size_t i = 0; i < text.size();) {
    const auto at = [&](size_t n) { return i + n < text.size() ? static_cast<unsigned char>(text[i + n]) : 0u; };
    const unsigned lead = at(0);
    const size_t length = lead < 0x80 ? 1 : lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 0;
    if (length == 0) return false;
    for (size_t n = 1; n < length; ++n) {
      if ((at(n) & 0xC0) != 0x80) return false;
    }
    const unsigned second = at(1);
    if ((lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F) || (lead == 0xF0 && second < 0x90) ||
        (lead == 0xF4 && second > 0x8F)) {
      return false;
    }
    i += length;
  }
  return true;
}

std::string ToUtf8(absl::string_view text) { return IsUtf8(text) ? std::string(text) : absl::CHexEscape(text); }

std::string ToPlainText(absl::string_view text) {
  std::string utf8 = ToUtf8(text);
  const bool plain =
      std::none_of(utf8.begin(), utf8.end(), [](char c) { return absl::ascii_iscntrl(static_cast<unsigned char>(c)); });
  return plain ? utf8 : absl::Utf8SafeCHexEscape(utf8);
}

std::string Shortened(absl::string_view text, size_t most) {
  if (text.size() <= most) return std::string(text);
  size_t end = most;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return absl::StrCat(text.substr(0, end), "...");
}

}  // namespace leadership_broker::config
