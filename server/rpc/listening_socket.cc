#include "server/rpc/listening_socket.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>

#include "absl/status/status.h"

namespace leadership_broker::rpc {
namespace {

// For files made while it lives: readable and writable by owner and group alone.
class GroupUmask {
 public:
  GroupUmask() : before_(umask(0117)) {}
  ~GroupUmask() { umask(before_); }

 private:
  const mode_t before_;
};

// Who goes from elsewhere without a word, with his machine or the way to it, would keep his streams for ever. The other
// kernel answers these, so a client that is stopped or slow is not meant. Connections inherit it.
void NoticeWhoIsGone(int file) {
  const int on = 1;
  const int idle_seconds = 60;
  const int interval_seconds = 15;
  const int probes = 4;
  const unsigned unacknowledged_ms = 120 * 1000;
  setsockopt(file, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
  setsockopt(file, IPPROTO_TCP, TCP_KEEPIDLE, &idle_seconds, sizeof(idle_seconds));
  setsockopt(file, IPPROTO_TCP, TCP_KEEPINTVL, &interval_seconds, sizeof(interval_seconds));
  setsockopt(file, IPPROTO_TCP, TCP_KEEPCNT, &probes, sizeof(probes));
  setsockopt(file, IPPROTO_TCP, TCP_USER_TIMEOUT, &unacknowledged_ms, sizeof(unacknowledged_ms));
}

bool BindAndListen(int file, const config::Address& address) {
  const config::SocketAddress name = ToSocketAddress(address);
  if (address.is_unix()) {
    const GroupUmask guard;
    if (bind(file, reinterpret_cast<const sockaddr*>(&name.storage), name.length) != 0) return false;
  } else {
    const int on = 1;
    // Connections of an earlier broker that linger are no obstacle.
    setsockopt(file, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    // Connections inherit it: a message is not kept back for the acknowledgement of the one before.
    setsockopt(file, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    if (!IsLoopback(address)) NoticeWhoIsGone(file);
    if (bind(file, reinterpret_cast<const sockaddr*>(&name.storage), name.length) != 0) return false;
  }
  return listen(file, SOMAXCONN) == 0;
}

}  // namespace

absl::StatusOr<ListeningSocket> ListeningSocket::Open(const config::Address& address) {
  const int family = ToSocketAddress(address).storage.ss_family;
  const int file = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (file < 0 || !BindAndListen(file, address)) {
    const int error = errno;
    if (file >= 0) close(file);
    return absl::ErrnoToStatus(error, std::strerror(error));
  }
  return ListeningSocket(address, file);
}

ListeningSocket::~ListeningSocket() {
  if (file_ < 0) return;
  close(file_);
  if (address_.is_unix()) unlink(address_.path.c_str());
}

std::string ListeningSocket::Text() const {
  if (address_.is_unix()) return address_.text;
  return config::JoinHostPort(address_.host, config::BoundPort(file_));
}

}  // namespace leadership_broker::rpc
