// Who we are: which pod, in which cluster, from the settings, the environment and the ServiceAccount's files.
#ifndef LEADERSHIP_BROKER_CONFIG_IDENTITY_H_
#define LEADERSHIP_BROKER_CONFIG_IDENTITY_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"

#include "server/config/config.h"
#include "server/config/environment.h"
#include "server/kubeconfig/access.h"

namespace leadership_broker::config {

struct Identity {
  // Not in a cluster at all: there is nobody to elect against. Only names that were given are set then.
  bool outside_cluster = false;
  std::string namespace_name;
  std::string pod_name;
  // R1: what identifies us. Empty when neither given nor claimed by the token; it then has to be looked up by name.
  std::string pod_uid;
  // Empty when the token does not say.
  std::string node_name;
  // "https://10.0.0.1:443"; empty outside a cluster.
  std::string api_server_url;
  // The cluster is that of a kubeconfig; else null.
  std::shared_ptr<const kubeconfig::Access> access;
};

// A setting wins over its variable (POD_NAME, POD_UID) or file (namespace); the token's claims fill what is missing,
// and contradict nothing: a difference is an error that names both values. Outside a cluster is where there is no
// KUBERNETES_SERVICE_HOST, no token file, no pod UID and no kubeconfig, all four; with --election=required that is an
// error, and in a cluster a missing token always is.
//
// With --kubeconfig or --context none of these files is looked at, nor any variable but POD_NAME and POD_UID, nor what
// a token claims: the namespace is --namespace, or the context's, and the pod has to be named.
//
// The error's message says what is wrong and what to do; the process then ends with kConfigurationError. Reads files.
absl::StatusOr<Identity> ResolveIdentity(const Config& config, const Environment& environment);

}  // namespace leadership_broker::config

#endif  // LEADERSHIP_BROKER_CONFIG_IDENTITY_H_
