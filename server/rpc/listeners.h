// Prepares the addresses the gRPC server is to listen on, so that whatever is wrong with one is told in a line of its
// own; gRPC would say no more than that it did not start.
#ifndef LEADERSHIP_BROKER_RPC_LISTENERS_H_
#define LEADERSHIP_BROKER_RPC_LISTENERS_H_

#include <functional>
#include <vector>

#include "absl/status/statusor.h"

#include "server/config/address.h"
#include "server/rpc/socket_lock.h"

namespace leadership_broker::rpc {

// Tries to listen on a TCP address, and lets go of it: 0, or the errno of what failed.
using ListenProbe = std::function<int(const config::Address&)>;
int TryToListen(const config::Address& address);

// Keeps the sockets' locks as long as it lives.
class Listeners {
 public:
  // With `is_default` an address that this machine does not have,
  // IPv6 most often, is left out with a line in the log; but one must remain.
  static absl::StatusOr<Listeners> Prepare(const std::vector<config::Address>& addresses, bool is_default,
                                           const ListenProbe& probe = &TryToListen);

  // Those that can be listened on.
  const std::vector<config::Address>& addresses() const { return addresses_; }

 private:
  std::vector<config::Address> addresses_;
  std::vector<SocketLock> locks_;
};

}  // namespace leadership_broker::rpc

#endif  // LEADERSHIP_BROKER_RPC_LISTENERS_H_
