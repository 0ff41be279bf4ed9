#include "server/http/listening_socket.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>

#include "absl/strings/str_cat.h"

namespace leadership_broker::http {

int ListeningSocket(const config::Address& address) {
  const config::SocketAddress socket_address = ToSocketAddress(address);
  const int listener = socket(socket_address.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (listener < 0) return -errno;
  const int on = 1;
  const int off = 0;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  // [::] is to mean IPv4 as well, whatever the machine's default.
  if (socket_address.storage.ss_family == AF_INET6) setsockopt(listener, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
  if (bind(listener, reinterpret_cast<const sockaddr*>(&socket_address.storage), socket_address.length) == 0 &&
      listen(listener, SOMAXCONN) == 0) {
    return listener;
  }
  const int error = errno;
  close(listener);
  return -error;
}

absl::Status CannotListen(const config::Address& address, int error) {
  return absl::FailedPreconditionError(
      absl::StrCat(address.text, error == EADDRINUSE ? " is in use by another process: " : ": ", std::strerror(error)));
}

}  // namespace leadership_broker::http
