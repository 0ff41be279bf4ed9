// A place to listen: "127.0.0.1:8642", "[::1]:8642" or "unix:/path". IP addresses only: a name could mean several, or
// change.
#ifndef LEADERSHIP_BROKER_CONFIG_ADDRESS_H_
#define LEADERSHIP_BROKER_CONFIG_ADDRESS_H_

#include <sys/socket.h>

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace leadership_broker::config {

struct Address {
  // As it was written.
  std::string text;
  // A Unix socket's absolute path; empty for TCP.
  std::string path;
  // For TCP: an IP address without brackets, and a port (0: any free one).
  std::string host;
  uint16_t port = 0;

  bool is_unix() const { return !path.empty(); }
};

// INVALID_ARGUMENT saying what is wrong with `text`, which the message does not repeat.
absl::StatusOr<Address> ParseAddress(absl::string_view text);

// Whether nothing from outside the pod's network namespace can reach it: 127.0.0.0/8, ::1, a Unix socket.
bool IsLoopback(const Address& address);
// 0.0.0.0 and ::
bool IsWildcard(const Address& address);

struct SocketAddress {
  sockaddr_storage storage = {};
  socklen_t length = 0;
};
SocketAddress ToSocketAddress(const Address& address);

// The port that a TCP socket is bound to.
int BoundPort(int socket);

// "127.0.0.1:80", "[::1]:80".
std::string JoinHostPort(absl::string_view host, int port);

}  // namespace leadership_broker::config

#endif  // LEADERSHIP_BROKER_CONFIG_ADDRESS_H_
