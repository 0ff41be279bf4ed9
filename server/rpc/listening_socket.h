// A socket that listens on one address, and is closed, and its file removed, with this object.
#ifndef LEADERSHIP_BROKER_RPC_LISTENING_SOCKET_H_
#define LEADERSHIP_BROKER_RPC_LISTENING_SOCKET_H_

#include <string>
#include <utility>

#include "absl/status/statusor.h"

#include "server/config/address.h"

namespace leadership_broker::rpc {

// Non-blocking. Not thread-safe.
class ListeningSocket {
 public:
  // Nothing may be at the path of a Unix socket (SocketLock sees to that), which is made with mode 0660: changes the
  // process's umask for a moment, so that nobody finds it more open than that. The error is what the kernel said.
  static absl::StatusOr<ListeningSocket> Open(const config::Address& address);

  ListeningSocket(ListeningSocket&& other) noexcept
      : address_(std::move(other.address_)), file_(std::exchange(other.file_, -1)) {}
  ListeningSocket& operator=(ListeningSocket&&) = delete;
  ~ListeningSocket();

  int file() const { return file_; }
  // Where it listens, with the port that was chosen for port 0: "127.0.0.1:8642", "unix:/path".
  std::string Text() const;

 private:
  ListeningSocket(config::Address address, int file) : address_(std::move(address)), file_(file) {}

  config::Address address_;
  int file_;
};

}  // namespace leadership_broker::rpc

#endif  // LEADERSHIP_BROKER_RPC_LISTENING_SOCKET_H_
