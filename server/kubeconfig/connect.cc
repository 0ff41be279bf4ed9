#include "server/kubeconfig/connect.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"

#include "server/config/logging.h"
#include "server/kube/read_file.h"
#include "server/kubeconfig/fixed_credentials.h"
#include "server/kubeconfig/pem.h"
#include "server/kubeconfig/plugin_credentials.h"
#include "server/kubeconfig/plugin_runner.h"

namespace leadership_broker::kubeconfig {
namespace {

absl::Status CheckAuthority(const Cluster& cluster) {
  if (!cluster.ca_data.empty()) {
    return CheckCertificatePem(cluster.ca_data, absl::StrCat(cluster.where, ", certificate-authority-data"));
  }
  if (cluster.ca_file.empty()) return absl::OkStatus();
  const absl::StatusOr<std::string> pem = kube::ReadFile(cluster.ca_file);
  if (!pem.ok()) return absl::Status(pem.status().code(), absl::StrCat(cluster.where, ": ", pem.status().message()));
  return CheckCertificatePem(*pem, absl::StrCat(cluster.where, ": ", cluster.ca_file));
}

}  // namespace

absl::StatusOr<kube::CurlTransport::Options> TransportOptions(const Access& access) {
  const Cluster& cluster = access.cluster;
  if (absl::Status status = CheckAuthority(cluster); !status.ok()) return status;
  if (cluster.insecure) {
    config::Log(
        config::LogLevel::kWarning,
        "insecure-skip-tls-verify: whoever answers at the API server's address is trusted, and is sent our token",
        {{"server", cluster.server}});
  }
  kube::CurlTransport::Options options;
  options.url = cluster.server;
  options.ca_file = cluster.ca_file;
  options.ca_data = cluster.ca_data;
  options.insecure = cluster.insecure;
  options.tls_server_name = cluster.tls_server_name;
  options.proxy_url = cluster.proxy_url;
  return options;
}

absl::StatusOr<std::unique_ptr<kube::Authenticator>> MakeAuthenticator(
    const Access& access, loop::Scheduler* scheduler, std::function<void(std::function<void()>)> post) {
  if (access.user.exec.has_value()) {
    const std::string& plugin = access.user.exec->command;
    return std::make_unique<PluginCredentials>(std::make_unique<PluginThread>(access, std::move(post)),
                                               ImpersonationHeaders(access.user), scheduler,
                                               [plugin](config::LogLevel level, const std::string& message) {
                                                 config::Log(level, message, {{"plugin", plugin}});
                                               });
  }
  auto fixed = FixedCredentials::Open(
      access.user, [](const std::string& message) { config::Log(config::LogLevel::kWarning, message); });
  if (!fixed.ok()) return fixed.status();
  return *std::move(fixed);
}

}  // namespace leadership_broker::kubeconfig
