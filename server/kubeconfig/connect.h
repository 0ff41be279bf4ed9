// From a context of a kubeconfig to what the API client is made with.
#ifndef LEADERSHIP_BROKER_KUBECONFIG_CONNECT_H_
#define LEADERSHIP_BROKER_KUBECONFIG_CONNECT_H_

#include <functional>
#include <memory>

#include "absl/status/statusor.h"

#include "server/kube/authenticator.h"
#include "server/kube/curl_transport.h"
#include "server/kubeconfig/access.h"
#include "server/loop/scheduler.h"

namespace leadership_broker::kubeconfig {

// Reads the CA's file, to say at the start what is wrong with it. Logs a warning when nothing is verified.
absl::StatusOr<kube::CurlTransport::Options> TransportOptions(const Access& access);

// Reads the files that the user names; a plugin is run at the first request. `scheduler` and `post`, which takes from
// any thread what is to be run on the loop's, must outlive what is returned. The error is one line.
absl::StatusOr<std::unique_ptr<kube::Authenticator>> MakeAuthenticator(const Access& access, loop::Scheduler* scheduler,
                                                                       std::function<void(std::function<void()>)> post);

}  // namespace leadership_broker::kubeconfig

#endif  // LEADERSHIP_BROKER_KUBECONFIG_CONNECT_H_
