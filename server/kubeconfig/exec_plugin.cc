#include "server/kubeconfig/exec_plugin.h"

#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

#include "server/config/plain_text.h"
#include "server/kube/json.h"
#include "server/kube/read_file.h"
#include "server/kube/token_claims.h"
#include "server/kubeconfig/exec_credential.pb.h"
#include "server/kubeconfig/pem.h"

namespace leadership_broker::kubeconfig {
namespace {

constexpr size_t kMostLines = 3;
constexpr size_t kLongestLine = 300;

absl::StatusOr<ExecCredential::Cluster> DescribeCluster(const Cluster& cluster) {
  ExecCredential::Cluster description;
  description.set_server(cluster.server);
  description.set_tls_server_name(cluster.tls_server_name);
  description.set_insecure_skip_tls_verify(cluster.insecure);
  description.set_certificate_authority_data(cluster.ca_data);
  if (!cluster.ca_file.empty()) {
    absl::StatusOr<std::string> ca = kube::ReadFile(cluster.ca_file);
    if (!ca.ok()) return absl::Status(ca.status().code(), absl::StrCat(cluster.where, ": ", ca.status().message()));
    description.set_certificate_authority_data(*std::move(ca));
  }
  description.set_proxy_url(cluster.proxy_url);
  if (cluster.plugin_config.has_value()) *description.mutable_config() = *cluster.plugin_config;
  return description;
}

std::vector<std::string> FirstLines(absl::string_view text) {
  std::vector<std::string> lines;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    line = absl::StripAsciiWhitespace(line);
    if (line.empty()) continue;
    lines.push_back(config::ToPlainText(config::Shortened(line, kLongestLine)));
    if (lines.size() == kMostLines) break;
  }
  return lines;
}

absl::Status Failure(const Access& access, absl::string_view why, absl::string_view advice) {
  return absl::UnavailableError(
      absl::StrCat("the plugin ", access.user.exec->command, " of ", access.user.where, " ", why, advice));
}

// With what the person who wrote the kubeconfig advises.
absl::Status NotRun(const Access& access, const absl::Status& status) {
  const std::vector<std::string> hint = FirstLines(access.user.exec->install_hint);
  const bool is_missing = absl::IsNotFound(status) || absl::IsPermissionDenied(status);
  if (!is_missing) return Failure(access, status.message(), "");
  return Failure(access, absl::StrCat("is not to be had: ", status.message()),
                 hint.empty() ? "; install it" : absl::StrCat("; ", hint[0]));
}

}  // namespace

absl::StatusOr<process::Program> PluginProgram(const Access& access) {
  const ExecPlugin& plugin = *access.user.exec;
  ExecCredential request;
  request.set_api_version(plugin.api_version);
  request.set_kind("ExecCredential");
  request.mutable_spec()->set_interactive(false);
  if (plugin.provide_cluster_info) {
    absl::StatusOr<ExecCredential::Cluster> cluster = DescribeCluster(access.cluster);
    if (!cluster.ok()) return cluster.status();
    *request.mutable_spec()->mutable_cluster() = *std::move(cluster);
  }
  const absl::StatusOr<std::string> info = kube::ToJson(request);
  if (!info.ok()) return info.status();

  process::Program program;
  program.arguments = {plugin.command};
  program.arguments.insert(program.arguments.end(), plugin.arguments.begin(), plugin.arguments.end());
  for (const auto& [name, value] : plugin.environment) program.environment.push_back(absl::StrCat(name, "=", value));
  program.environment.push_back(absl::StrCat("KUBERNETES_EXEC_INFO=", *info));
  return program;
}

absl::StatusOr<PluginAnswer> ReadPluginAnswer(const Access& access,
                                              const absl::StatusOr<process::ProgramResult>& result) {
  if (!result.ok()) return NotRun(access, result.status());
  PluginAnswer answer;
  answer.said = FirstLines(result->errors);
  if (result->exit_code != 0) {
    return Failure(access, absl::StrCat("ended with exit code ", result->exit_code, answer.said.empty() ? "" : ": "),
                   absl::StrJoin(answer.said, " / "));
  }
  const absl::StatusOr<ExecCredential> read = kube::FromJson<ExecCredential>(result->output);
  // What the parser says of it could quote a token.
  if (!read.ok() || read->kind() != "ExecCredential") return Failure(access, "answered with no ExecCredential", "");
  if (read->api_version() != access.user.exec->api_version) {
    return Failure(access, absl::StrCat("answered by another version than ", access.user.exec->api_version),
                   ": name the one that it speaks as apiVersion");
  }
  const ExecCredential::Status& status = read->status();
  answer.token = status.token();
  if (!answer.token.empty() && !kube::IsToken(answer.token))
    return Failure(access, "answered with a token that is none", "");
  if (!status.client_certificate_data().empty() || !status.client_key_data().empty()) {
    auto certificate = MakeClientCertificate(status.client_certificate_data(), "its clientCertificateData",
                                             status.client_key_data(), "its clientKeyData");
    if (!certificate.ok())
      return Failure(access, "answered with what is no certificate: ", certificate.status().message());
    answer.certificate = *std::move(certificate);
  } else if (answer.token.empty()) {
    return Failure(access, "answered without a token and without a certificate", "");
  }
  if (status.has_expiration_timestamp()) {
    answer.expires = absl::FromUnixSeconds(status.expiration_timestamp().seconds());
  }
  return answer;
}

}  // namespace leadership_broker::kubeconfig
