#include "server/kube/line_splitter.h"

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace leadership_broker::kube {

void LineSplitter::Feed(absl::string_view bytes) {
  buffer_.erase(0, begin_);
  scanned_ -= begin_;
  begin_ = 0;
  buffer_.append(bytes.data(), bytes.size());
}

absl::StatusOr<std::optional<absl::string_view>> LineSplitter::Next() {
  while (true) {
    const size_t end = buffer_.find('\n', scanned_);
    const size_t length = (end == std::string::npos ? buffer_.size() : end) - begin_;
    if (length > max_line_) {
      return absl::DataLossError(absl::StrCat("a line is longer than ", max_line_, " bytes"));
    }
    if (end == std::string::npos) {
      scanned_ = buffer_.size();
      return std::nullopt;
    }
    const absl::string_view line = absl::StripAsciiWhitespace(absl::string_view(buffer_).substr(begin_, length));
    begin_ = scanned_ = end + 1;
    if (!line.empty()) return line;
  }
}

bool LineSplitter::HasRest() const {
  return !absl::StripAsciiWhitespace(absl::string_view(buffer_).substr(begin_)).empty();
}

}  // namespace leadership_broker::kube
