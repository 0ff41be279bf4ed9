#include "server/kubeconfig/access.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"

#include "server/kube/curl_url.h"
#include "server/kube/token_claims.h"

namespace leadership_broker::kubeconfig {
namespace {

constexpr size_t kMostNames = 10;

template <typename... Parts>
absl::Status Bad(const Parts&... parts) {
  return absl::InvalidArgumentError(absl::StrCat(parts...));
}

template <typename Entry>
std::string Names(const std::map<std::string, Entry>& entries) {
  std::vector<std::string> names;
  for (const auto& [name, entry] : entries) {
    if (names.size() == kMostNames) return absl::StrCat(absl::StrJoin(names, ", "), ", ...");
    names.push_back(name);
  }
  return names.empty() ? "none" : absl::StrJoin(names, ", ");
}

// It becomes part of an HTTP header.
bool IsOneLine(absl::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) { return absl::ascii_iscntrl(c); });
}

absl::Status CheckCluster(const Cluster& cluster) {
  if (cluster.server.empty()) return Bad(cluster.where, " names no server: give the API server's URL there");
  // It would be said in the log.
  if (absl::StrContains(cluster.server, '@')) {
    return Bad(cluster.where, ", server: there can be no user or password in the URL; give the user a token");
  }
  if (const auto peer = kube::HttpsPeer(cluster.server); !peer.ok()) {
    return Bad(cluster.where, ", server: ", peer.status().message());
  }
  if (!cluster.ca_file.empty() && !cluster.ca_data.empty()) {
    return Bad(cluster.where, " has both certificate-authority and certificate-authority-data: leave one");
  }
  if (cluster.insecure && !(cluster.ca_file.empty() && cluster.ca_data.empty())) {
    return Bad(cluster.where, " has insecure-skip-tls-verify and a certificate authority: leave one");
  }
  if (!cluster.tls_server_name.empty() && kube::WithHost(cluster.server, cluster.tls_server_name).empty()) {
    return Bad(cluster.where, ", tls-server-name: this is no name of a server");
  }
  for (const char* scheme : {"http://", "https://", "socks5://"}) {
    if (cluster.proxy_url.empty() || absl::StartsWith(cluster.proxy_url, scheme)) return absl::OkStatus();
  }
  return Bad(cluster.where, ", proxy-url: has to begin with http://, https:// or socks5://");
}

absl::Status CheckCertificate(const User& user) {
  const bool has_file = !user.certificate_file.empty();
  const bool has_key_file = !user.key_file.empty();
  const bool has_certificate = has_file || !user.certificate_data.empty();
  const bool has_key = has_key_file || !user.key_data.empty();
  if (has_file && !user.certificate_data.empty()) {
    return Bad(user.where, " has both client-certificate and client-certificate-data: leave one");
  }
  if (has_key_file && !user.key_data.empty()) {
    return Bad(user.where, " has both client-key and client-key-data: leave one");
  }
  if (has_certificate == has_key) return absl::OkStatus();
  return Bad(user.where,
             has_key ? " has a client key without its certificate" : " has a client certificate without its key");
}

absl::Status CheckUser(const User& user) {
  if (user.abandoned == "auth-provider") {
    return Bad(user.where, " has an auth-provider, which Kubernetes has given up in 1.26: use an exec plugin");
  }
  if (!user.abandoned.empty()) {
    return Bad(
        user.where, " has a ", user.abandoned,
        ", which no API server takes since Kubernetes 1.19: use a token, a client certificate or an exec plugin");
  }
  if (absl::Status status = CheckCertificate(user); !status.ok()) return status;
  const bool has_certificate = !user.certificate_file.empty() || !user.certificate_data.empty();
  const bool has_token = !user.token.empty() || !user.token_file.empty();
  if (user.exec.has_value() && (has_token || has_certificate)) {
    return Bad(user.where, " has an exec plugin and a token or certificate beside it: leave one");
  }
  if (!user.exec.has_value() && !has_token && !has_certificate) {
    return Bad(user.where, " has neither a token nor a client certificate nor an exec plugin");
  }
  if (!user.token.empty() && !kube::IsToken(user.token)) return Bad(user.where, ", token: this is none");
  if (user.as.empty() && !(user.as_uid.empty() && user.as_groups.empty() && user.as_extra.empty())) {
    return Bad(user.where, " has as-uid, as-groups or as-user-extra without as: name the user to act as");
  }
  bool one_line = IsOneLine(user.as) && IsOneLine(user.as_uid);
  for (const std::string& group : user.as_groups) one_line = one_line && IsOneLine(group);
  for (const auto& [name, values] : user.as_extra) {
    for (const std::string& value : values) one_line = one_line && !name.empty() && IsOneLine(value);
  }
  if (!one_line) return Bad(user.where, ": what it is to act as cannot be sent in a header");
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Access> Choose(const Kubeconfig& kubeconfig, const std::string& context) {
  const std::string& name = context.empty() ? kubeconfig.current_context : context;
  const std::string those = absl::StrCat("there are: ", Names(kubeconfig.contexts));
  if (name.empty()) return Bad("the kubeconfig has no current-context: name one with --context (", those, ")");
  const auto found = kubeconfig.contexts.find(name);
  if (found == kubeconfig.contexts.end()) return Bad("the kubeconfig has no context \"", name, "\" (", those, ")");
  const Context& chosen = found->second;
  const auto cluster = kubeconfig.clusters.find(chosen.cluster);
  if (cluster == kubeconfig.clusters.end()) {
    return Bad(chosen.where, " names the cluster \"", chosen.cluster,
               "\", which the kubeconfig does not have (there are: ", Names(kubeconfig.clusters), ")");
  }
  const auto user = kubeconfig.users.find(chosen.user);
  if (user == kubeconfig.users.end()) {
    return Bad(chosen.where, " names the user \"", chosen.user,
               "\", which the kubeconfig does not have (there are: ", Names(kubeconfig.users), ")");
  }
  absl::Status status = CheckCluster(cluster->second);
  status.Update(CheckUser(user->second));
  if (!status.ok()) return status;
  return Access{name, cluster->second, user->second, chosen.namespace_name.empty() ? "default" : chosen.namespace_name};
}

}  // namespace leadership_broker::kubeconfig
