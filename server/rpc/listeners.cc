#include "server/rpc/listeners.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

#include "server/config/logging.h"

namespace leadership_broker::rpc {
namespace {

// The machine, or this network namespace, lacks the address or its whole family.
bool IsLacking(int error) { return error == EADDRNOTAVAIL || error == EAFNOSUPPORT; }

absl::Status CannotListen(const config::Address& address, int error) {
  const std::string reason = std::strerror(error);
  if (error == EADDRINUSE) {
    return absl::FailedPreconditionError(
        absl::StrCat(address.text, " is in use by another process: ", reason, "; choose another --listen"));
  }
  return absl::FailedPreconditionError(
      absl::StrCat("cannot listen on ", address.text, ": ", reason, "; choose another --listen"));
}

}  // namespace

int TryToListen(const config::Address& address) {
  const config::SocketAddress socket_address = ToSocketAddress(address);
  const int probe = socket(socket_address.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (probe < 0) return errno;
  // As gRPC will: connections of an earlier broker that linger are no obstacle.
  const int on = 1;
  setsockopt(probe, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  const bool listening =
      bind(probe, reinterpret_cast<const sockaddr*>(&socket_address.storage), socket_address.length) == 0 &&
      listen(probe, 1) == 0;
  const int error = listening ? 0 : errno;
  close(probe);
  return error;
}

absl::StatusOr<Listeners> Listeners::Prepare(const std::vector<config::Address>& addresses, bool is_default,
                                             const ListenProbe& probe) {
  Listeners listeners;
  for (const config::Address& address : addresses) {
    if (address.is_unix()) {
      absl::StatusOr<SocketLock> lock = SocketLock::Acquire(address.path);
      if (!lock.ok()) return lock.status();
      listeners.locks_.push_back(*std::move(lock));
    } else if (const int error = probe(address); error != 0) {
      if (!is_default || !IsLacking(error)) return CannotListen(address, error);
      config::Log(config::LogLevel::kInfo, "not listening on an address that this machine lacks",
                  {{"address", address.text}, {"error", std::strerror(error)}});
      continue;
    }
    listeners.addresses_.push_back(address);
  }
  if (listeners.addresses_.empty()) {
    return absl::FailedPreconditionError("this machine has neither 127.0.0.1 nor [::1] to listen on: give --listen");
  }
  return listeners;
}

}  // namespace leadership_broker::rpc
