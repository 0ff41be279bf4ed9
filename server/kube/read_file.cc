#include "server/kube/read_file.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <cstddef>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace leadership_broker::kube {
namespace {

constexpr size_t kLimit = 1 << 20;

absl::Status Failure(const std::string& path) { return absl::ErrnoToStatus(errno, absl::StrCat("cannot read ", path)); }

}  // namespace

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  // Not blocking, should somebody name a FIFO.
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) return Failure(path);
  std::string content;
  absl::Status status;
  while (true) {
    char buffer[16384];
    const ssize_t count = read(file, buffer, sizeof(buffer));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) status = Failure(path);
    if (count <= 0) break;
    content.append(buffer, static_cast<size_t>(count));
    if (content.size() > kLimit) {
      status = absl::OutOfRangeError(absl::StrCat("cannot read ", path, ": it is larger than 1 MiB"));
      break;
    }
  }
  close(file);
  if (!status.ok()) return status;
  return content;
}

}  // namespace leadership_broker::kube
