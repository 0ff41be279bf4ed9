// The sockets that the HTTP server listens on.
#ifndef LEADERSHIP_BROKER_HTTP_LISTENING_SOCKET_H_
#define LEADERSHIP_BROKER_HTTP_LISTENING_SOCKET_H_

#include "absl/status/status.h"

#include "server/config/address.h"

namespace leadership_broker::http {

// A TCP socket that listens at this address, or minus the errno of what failed. [::] means IPv4 as well.
int ListeningSocket(const config::Address& address);
// What to tell people of such an errno.
absl::Status CannotListen(const config::Address& address, int error);

}  // namespace leadership_broker::http

#endif  // LEADERSHIP_BROKER_HTTP_LISTENING_SOCKET_H_
