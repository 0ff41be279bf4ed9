// Lines out of any pieces, with a limit that an input can reach: against a splitter that sees the whole text at once.
//
// Input: a line whose first byte is the limit and whose others are piece sizes (pieces.h), then the text.
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

#include "server/kube/line_splitter.h"
#include "tests/fuzz/check.h"
#include "tests/fuzz/pieces.h"

namespace leadership_broker::fuzz {
namespace {

constexpr char kTooLong[] = "(too long)";
constexpr char kRest[] = "(rest)";

std::vector<std::string> Expected(size_t limit, absl::string_view text) {
  std::vector<std::string> lines;
  const std::vector<absl::string_view> all = absl::StrSplit(text, '\n');
  for (size_t i = 0; i < all.size(); ++i) {
    const absl::string_view stripped = absl::StripAsciiWhitespace(all[i]);
    if (all[i].size() > limit) {
      lines.push_back(kTooLong);
      break;
    }
    if (stripped.empty()) continue;
    lines.push_back(i + 1 < all.size() ? std::string(stripped) : kRest);
  }
  return lines;
}

std::vector<std::string> Read(size_t limit, const std::vector<absl::string_view>& pieces) {
  kube::LineSplitter splitter(limit);
  std::vector<std::string> lines;
  bool failed = false;
  for (const absl::string_view piece : pieces) {
    splitter.Feed(std::string(piece));
    while (true) {
      const auto line = splitter.Next();
      Check(line.ok() || absl::IsDataLoss(line.status()), "too long a line is DATA_LOSS");
      Check(!failed || !line.ok(), "after an error there is nothing but errors");
      if (!line.ok()) {
        if (!failed) lines.push_back(kTooLong);
        failed = true;
        break;
      }
      if (!line->has_value()) break;
      lines.push_back(std::string(**line));
    }
  }
  if (!failed && splitter.HasRest()) lines.push_back(kRest);
  return lines;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const FirstLine input = SplitFirstLine({reinterpret_cast<const char*>(data), size});
  if (input.line.empty()) return 0;
  const size_t limit = static_cast<unsigned char>(input.line[0]);
  const std::vector<std::string> expected = Expected(limit, input.rest);
  const std::vector<std::string> read = Read(limit, Pieces(input.line.substr(1), input.rest));
  Check(read == expected, "the lines are those of the whole text",
        absl::StrJoin(read, "\n") + "\n  expected: " + absl::StrJoin(expected, "\n"));
  return 0;
}

}  // namespace leadership_broker::fuzz
