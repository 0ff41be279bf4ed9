// Makes sure that one broker alone listens on a Unix socket's path, and clears away what a dead one left there. Without
// it a second server would quietly take the path over.
#ifndef LEADERSHIP_BROKER_RPC_SOCKET_LOCK_H_
#define LEADERSHIP_BROKER_RPC_SOCKET_LOCK_H_

#include <string>

#include "absl/status/statusor.h"

namespace leadership_broker::rpc {

// Holds a flock on PATH.lock, which ends with the process at the latest. The file itself stays: to remove it could
// leave two holders.
class SocketLock {
 public:
  // After it, nothing is at `path`. The error is a line that names the path.
  static absl::StatusOr<SocketLock> Acquire(const std::string& path);

  SocketLock(SocketLock&& other) noexcept : file_(other.file_) { other.file_ = -1; }
  SocketLock& operator=(SocketLock&&) = delete;
  ~SocketLock();

 private:
  explicit SocketLock(int file) : file_(file) {}
  int file_;
};

}  // namespace leadership_broker::rpc

#endif  // LEADERSHIP_BROKER_RPC_SOCKET_LOCK_H_
