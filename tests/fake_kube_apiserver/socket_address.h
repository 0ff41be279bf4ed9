// TCP listeners by "HOST:PORT", with a numeric host.
#ifndef LEADERSHIP_BROKER_TESTS_FAKE_KUBE_APISERVER_SOCKET_ADDRESS_H_
#define LEADERSHIP_BROKER_TESTS_FAKE_KUBE_APISERVER_SOCKET_ADDRESS_H_

#include <string>

#include "absl/status/statusor.h"

namespace leadership_broker::testing::fake {

// A socket bound to `address` ("127.0.0.1:0", "[::1]:6443"), not listening. Several may be bound to one address as long
// as none listens.
absl::StatusOr<int> BindSocket(const std::string& address);

// What the socket is bound to, in the same form.
absl::StatusOr<std::string> BoundAddress(int socket);

}  // namespace leadership_broker::testing::fake

#endif  // LEADERSHIP_BROKER_TESTS_FAKE_KUBE_APISERVER_SOCKET_ADDRESS_H_
