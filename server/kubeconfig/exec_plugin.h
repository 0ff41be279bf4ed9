// What a credential plugin is told, and what its answer comes to.
#ifndef LEADERSHIP_BROKER_KUBECONFIG_EXEC_PLUGIN_H_
#define LEADERSHIP_BROKER_KUBECONFIG_EXEC_PLUGIN_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "server/kube/transport.h"
#include "server/kubeconfig/access.h"
#include "server/process/program.h"

namespace leadership_broker::kubeconfig {

// A token, or a certificate, or both.
struct PluginAnswer {
  std::string token;
  std::shared_ptr<const kube::ClientCertificate> certificate;
  // By the wall clock; InfiniteFuture when the plugin does not say.
  absl::Time expires = absl::InfiniteFuture();
  // What it wrote to its standard error: a few lines at most, each fit to be shown.
  std::vector<std::string> said;
};

// How to run the plugin of `access`, which has one. Reads the CA's file, when the plugin wants to know the cluster.
absl::StatusOr<process::Program> PluginProgram(const Access& access);

// The error is one line with what the plugin wrote to its standard error, and nothing that it wrote to its output.
absl::StatusOr<PluginAnswer> ReadPluginAnswer(const Access& access,
                                              const absl::StatusOr<process::ProgramResult>& result);

}  // namespace leadership_broker::kubeconfig

#endif  // LEADERSHIP_BROKER_KUBECONFIG_EXEC_PLUGIN_H_
