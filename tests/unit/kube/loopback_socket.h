// Plain TCP on loopback, for servers of the tests' own.
#ifndef LEADERSHIP_BROKER_TESTS_UNIT_KUBE_LOOPBACK_SOCKET_H_
#define LEADERSHIP_BROKER_TESTS_UNIT_KUBE_LOOPBACK_SOCKET_H_

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <sys/socket.h>

#include "tests/harness/require.h"

namespace leadership_broker::testing {

inline sockaddr_in Loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<uint16_t>(port));
  return address;
}

// A listener on a free port.
inline int ListenOnLoopback(int* port) {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = Loopback(0);
  socklen_t length = sizeof(address);
  Require(listener >= 0 && bind(listener, reinterpret_cast<sockaddr*>(&address), length) == 0 &&
              listen(listener, 16) == 0 && getsockname(listener, reinterpret_cast<sockaddr*>(&address), &length) == 0,
          "no listener on loopback");
  *port = ntohs(address.sin_port);
  return listener;
}

inline int ConnectToLoopback(int port) {
  const int connection = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = Loopback(port);
  Require(connect(connection, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0,
          "nobody listens on loopback");
  return connection;
}

}  // namespace leadership_broker::testing

#endif  // LEADERSHIP_BROKER_TESTS_UNIT_KUBE_LOOPBACK_SOCKET_H_
