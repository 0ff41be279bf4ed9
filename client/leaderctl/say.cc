#include "client/leaderctl/say.h"

#include <limits.h>
#include <poll.h>
#include <unistd.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace leadership::leaderctl {

void Say(absl::string_view text) {
  // What a pipe that polls as writable takes without blocking.
  constexpr size_t kMost = PIPE_BUF - sizeof("leaderctl: \n");
  const std::string line = absl::StrCat("leaderctl: ", absl::StrReplaceAll(text.substr(0, kMost), {{"\n", " "}}), "\n");
  pollfd standard_error = {STDERR_FILENO, POLLOUT, 0};
  if (poll(&standard_error, 1, 0) != 1 || (standard_error.revents & POLLOUT) == 0) return;
  if (write(STDERR_FILENO, line.data(), line.size()) < 0) return;
}

}  // namespace leadership::leaderctl
