// Cuts a fuzzer's input into the pieces that it asks for itself.
#ifndef LEADERSHIP_BROKER_TESTS_FUZZ_PIECES_H_
#define LEADERSHIP_BROKER_TESTS_FUZZ_PIECES_H_

#include <algorithm>
#include <vector>

#include "absl/strings/string_view.h"

namespace leadership_broker::fuzz {

// The input up to its first line end, and what follows.
struct FirstLine {
  absl::string_view line;
  absl::string_view rest;
};
inline FirstLine SplitFirstLine(absl::string_view input) {
  const size_t end = std::min(input.find('\n'), input.size());
  return {input.substr(0, end), input.substr(std::min(end + 1, input.size()))};
}

// `text` in pieces whose sizes are the bytes of `sizes` ('1' is 1 byte long, '2' two, 'a' 49, other characters by
// their distance from '0'), over and over.
inline std::vector<absl::string_view> Pieces(absl::string_view sizes, absl::string_view text) {
  std::vector<absl::string_view> pieces;
  for (size_t i = 0; !text.empty(); ++i) {
    const size_t size = sizes.empty() ? text.size() : static_cast<unsigned char>(sizes[i % sizes.size()] - '0');
    pieces.push_back(text.substr(0, std::max<size_t>(size, 1)));
    text.remove_prefix(pieces.back().size());
  }
  return pieces;
}

}  // namespace leadership_broker::fuzz

#endif  // LEADERSHIP_BROKER_TESTS_FUZZ_PIECES_H_
