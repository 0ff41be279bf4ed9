#include "tests/component/raw_connection.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <utility>

#include "absl/time/clock.h"

namespace leadership_broker::testing {
namespace {

// Whether there is something to read, or the end, before `deadline`.
bool WaitReadable(int fd, absl::Time deadline) {
  pollfd waiting = {fd, POLLIN, 0};
  const absl::Duration rest = std::max(deadline - absl::Now(), absl::ZeroDuration());
  return poll(&waiting, 1, static_cast<int>(absl::ToInt64Milliseconds(rest)) + 1) > 0;
}

}  // namespace

RawConnection::RawConnection(int port, std::optional<int> receive_buffer)
    : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  if (receive_buffer.has_value()) setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &*receive_buffer, sizeof(*receive_buffer));
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0) return;
  close(fd_);
  fd_ = -1;
}

RawConnection::~RawConnection() {
  if (fd_ >= 0) close(fd_);
}

void RawConnection::SetPatience(absl::Duration limit) {
  const timeval time = absl::ToTimeval(limit);
  setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof(time));
}

bool RawConnection::Send(absl::string_view bytes) {
  return send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
}

std::string RawConnection::Receive(size_t at_least, absl::Duration limit) {
  const absl::Time deadline = absl::Now() + limit;
  std::string received;
  char buffer[16 * 1024];
  while (received.size() < at_least && WaitReadable(fd_, deadline)) {
    const ssize_t count = recv(fd_, buffer, sizeof(buffer), 0);
    if (count <= 0) break;
    received.append(buffer, static_cast<size_t>(count));
  }
  return received;
}

bool RawConnection::WaitClosed(absl::Duration limit) {
  const absl::Time deadline = absl::Now() + limit;
  char buffer[16 * 1024];
  while (WaitReadable(fd_, deadline)) {
    if (recv(fd_, buffer, sizeof(buffer), 0) <= 0) return true;
  }
  return false;
}

void RawConnection::Vanish() {
  const linger at_once = {1, 0};
  setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
  close(std::exchange(fd_, -1));
}

}  // namespace leadership_broker::testing
