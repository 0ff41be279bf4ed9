// The connection to the broker.
//
// Any thread.
#ifndef LEADERSHIP_CLIENT_CHANNEL_H_
#define LEADERSHIP_CLIENT_CHANNEL_H_

#include <memory>
#include <string>

#include "grpcpp/channel.h"

namespace leadership::internal {

// Never through an HTTP proxy; tries again about twice a second (gRPC's own back-off grows to two minutes, for which a
// broker that starts after its app would go unnoticed); and pings while calls wait, so that a call does not wait for
// ever on a broker that hangs. `target` is GrpcTarget's.
std::shared_ptr<grpc::Channel> NewChannel(const std::string& target);

}  // namespace leadership::internal

#endif  // LEADERSHIP_CLIENT_CHANNEL_H_
