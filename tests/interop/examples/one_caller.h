// Listens where a broker will, to see that somebody calls there.
#ifndef LEADERSHIP_BROKER_TESTS_INTEROP_EXAMPLES_ONE_CALLER_H_
#define LEADERSHIP_BROKER_TESTS_INTEROP_EXAMPLES_ONE_CALLER_H_

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "absl/time/time.h"

#include "tests/harness/eventually.h"
#include "tests/harness/require.h"

namespace leadership_broker::testing {

// Not thread-safe. The port is free again when this is gone.
class OneCaller {
 public:
  explicit OneCaller(int port) : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const int on = 1;
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<uint16_t>(port));
    const bool listens = fd_ >= 0 && setsockopt(fd_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
                         bind(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0 &&
                         listen(fd_, 1) == 0;
    Require(listens, "cannot listen on 127.0.0.1:" + std::to_string(port));
  }
  ~OneCaller() { close(fd_); }
  OneCaller(const OneCaller&) = delete;
  OneCaller& operator=(const OneCaller&) = delete;

  // Waits for one, and hangs up.
  bool Comes() {
    pollfd caller{fd_, POLLIN, 0};
    if (poll(&caller, 1, static_cast<int>(absl::ToInt64Milliseconds(kPatience))) != 1) return false;
    close(accept(fd_, nullptr, nullptr));
    return true;
  }

 private:
  const int fd_;
};

}  // namespace leadership_broker::testing

#endif  // LEADERSHIP_BROKER_TESTS_INTEROP_EXAMPLES_ONE_CALLER_H_
