// Cuts a stream of bytes into lines, whatever pieces they come in.
#ifndef LEADERSHIP_BROKER_KUBE_LINE_SPLITTER_H_
#define LEADERSHIP_BROKER_KUBE_LINE_SPLITTER_H_

#include <cstddef>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace leadership_broker::kube {

class LineSplitter {
 public:
  explicit LineSplitter(size_t max_line) : max_line_(max_line) {}

  // Ends the life of what Next() returned.
  void Feed(absl::string_view bytes);

  // The next whole line, without white space around it and never empty; nothing when more bytes are needed. DATA_LOSS,
  // from then on always, when a line grows longer than the limit.
  absl::StatusOr<std::optional<absl::string_view>> Next();

  // Part of a line is there.
  bool HasRest() const;

 private:
  const size_t max_line_;
  std::string buffer_;
  // Lines before `begin_` have been taken; between it and `scanned_` there is no line end.
  size_t begin_ = 0;
  size_t scanned_ = 0;
};

}  // namespace leadership_broker::kube

#endif  // LEADERSHIP_BROKER_KUBE_LINE_SPLITTER_H_
