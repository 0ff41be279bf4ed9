// Reads a fuzzer's input as a script: lines of text, of which each is one thing that happens. Every input is a script,
// a line with a letter added or lost changes no other, and a person can read and write them.
#ifndef LEADERSHIP_BROKER_TESTS_FUZZ_SCRIPT_H_
#define LEADERSHIP_BROKER_TESTS_FUZZ_SCRIPT_H_

#include <cstddef>
#include <vector>

#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

namespace leadership_broker::fuzz {

// One line, read from left to right. What a line is too short for is 0 or empty.
class Line {
 public:
  explicit Line(absl::string_view text) : text_(text) {}

  char Letter() {
    if (text_.empty()) return '\0';
    const char letter = text_.front();
    text_.remove_prefix(1);
    return letter;
  }

  // One of so many, by the next letter: 0 to 9, then a to z, then whatever comes.
  size_t Choice(size_t count) {
    const char letter = Letter();
    if (letter == '\0') return 0;
    const char base = letter >= 'a' ? 'a' - 10 : '0';
    return static_cast<unsigned char>(letter - base) % count;
  }
  bool Flag() { return Choice(2) == 1; }

  absl::string_view Rest() const { return text_; }

 private:
  absl::string_view text_;
};

// No input is worth more lines than this.
constexpr size_t kMostLines = 100;

inline std::vector<Line> Lines(absl::string_view input) {
  std::vector<Line> lines;
  for (absl::string_view text : absl::StrSplit(input, '\n')) {
    if (lines.size() == kMostLines) break;
    lines.emplace_back(text);
  }
  return lines;
}

}  // namespace leadership_broker::fuzz

#endif  // LEADERSHIP_BROKER_TESTS_FUZZ_SCRIPT_H_
