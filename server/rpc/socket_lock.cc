#include "server/rpc/socket_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

#include "server/config/address.h"

namespace leadership_broker::rpc {
namespace {

constexpr const char* kElsewhere = "; choose another --listen";

absl::Status Failed(const std::string& what) { return absl::ErrnoToStatus(errno, what); }

// Whether somebody accepts connections on the socket at `path`.
bool IsServed(const std::string& path) {
  config::Address address;
  address.path = path;
  const config::SocketAddress socket_address = ToSocketAddress(address);
  const int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (probe < 0) return false;
  const int result = connect(probe, reinterpret_cast<const sockaddr*>(&socket_address.storage), socket_address.length);
  // EAGAIN: its backlog is full.
  const bool served = result == 0 || errno == EAGAIN;
  close(probe);
  return served;
}

absl::Status ClearStale(const std::string& path) {
  struct stat found;
  if (lstat(path.c_str(), &found) != 0) {
    return errno == ENOENT ? absl::OkStatus() : Failed(absl::StrCat("unix:", path, " cannot be looked at"));
  }
  if (!S_ISSOCK(found.st_mode)) {
    return absl::FailedPreconditionError(
        absl::StrCat("unix:", path, " is taken by a file that is no socket", kElsewhere));
  }
  if (IsServed(path)) {
    return absl::FailedPreconditionError(absl::StrCat("unix:", path, " is in use by another process", kElsewhere));
  }
  if (unlink(path.c_str()) != 0) return Failed(absl::StrCat("the stale socket unix:", path, " cannot be removed"));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<SocketLock> SocketLock::Acquire(const std::string& path) {
  const std::string lock_path = path + ".lock";
  const int file = open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0660);
  if (file < 0)
    return Failed(absl::StrCat("unix:", path, " needs a lock file ", lock_path, ", which cannot be opened"));
  SocketLock lock(file);
  if (flock(file, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return Failed(absl::StrCat("cannot lock ", lock_path));
    return absl::FailedPreconditionError(
        absl::StrCat("unix:", path, " is in use by another broker, which holds ", lock_path, kElsewhere));
  }
  if (absl::Status status = ClearStale(path); !status.ok()) return status;
  return lock;
}

SocketLock::~SocketLock() {
  if (file_ >= 0) close(file_);
}

}  // namespace leadership_broker::rpc
