#include "tests/control_plane/chaos/byte_pipe.h"

#include <errno.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>

namespace leadership_broker::chaos {
namespace {

// Small enough for a slow network to be slow within one request.
constexpr size_t kPiece = 4096;

}  // namespace

absl::Time BytePipe::Due() const {
  if (!chunks_.empty()) return std::max(chunks_.front().due, not_before_);
  return end_read_ && !end_written_ ? absl::InfinitePast() : absl::InfiniteFuture();
}

bool BytePipe::ReadFrom(int fd, absl::Time due) {
  std::array<char, 16384> buffer;
  const ssize_t count = recv(fd, buffer.data(), buffer.size(), 0);
  if (count < 0) return errno == EAGAIN || errno == EINTR;
  if (count == 0) {
    end_read_ = true;
    return true;
  }
  chunks_.push_back({std::string(buffer.data(), static_cast<size_t>(count)), due});
  held_ += static_cast<size_t>(count);
  *bytes_ += static_cast<uint64_t>(count);
  return true;
}

bool BytePipe::WriteTo(int fd, absl::Time now, size_t bytes_per_second) {
  while (!chunks_.empty() && Due() <= now) {
    std::string& bytes = chunks_.front().bytes;
    const size_t piece = bytes_per_second == 0 ? bytes.size() : std::min(bytes.size(), kPiece);
    const ssize_t count = send(fd, bytes.data(), piece, MSG_NOSIGNAL);
    if (count < 0) return errno == EAGAIN || errno == EINTR;
    held_ -= static_cast<size_t>(count);
    if (bytes_per_second > 0) {
      not_before_ = now + absl::Seconds(static_cast<double>(count) / static_cast<double>(bytes_per_second));
    }
    bytes.erase(0, static_cast<size_t>(count));
    if (bytes.empty()) chunks_.pop_front();
  }
  if (chunks_.empty() && end_read_ && !end_written_) {
    end_written_ = true;
    shutdown(fd, SHUT_WR);
  }
  return true;
}

}  // namespace leadership_broker::chaos
