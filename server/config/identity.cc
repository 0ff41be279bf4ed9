#include "server/config/identity.h"

#include <memory>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

#include "server/config/names.h"
#include "server/kube/credentials.h"
#include "server/kube/read_file.h"
#include "server/kube/token_claims.h"
#include "server/kubeconfig/load.h"

namespace leadership_broker::config {
namespace {

// A value and where it came from; empty when there is none.
struct Given {
  std::string value;
  std::string origin;
};

Given FirstOf(const std::vector<Given>& candidates) {
  for (const Given& candidate : candidates) {
    if (!candidate.value.empty()) return candidate;
  }
  return {};
}

std::string FileIn(const Config& config, absl::string_view name) {
  return absl::StrCat(absl::StripSuffix(config.service_account_dir, "/"), "/", name);
}

// The value, or the token's where none was given.
absl::StatusOr<std::string> Reconcile(absl::string_view what, const Given& given, const std::string& claim) {
  if (given.value.empty()) return claim;
  if (claim.empty() || claim == given.value) return given.value;
  return absl::InvalidArgumentError(absl::StrCat("the ", what, " is \"", given.value, "\" by ", given.origin,
                                                 ", but \"", claim,
                                                 "\" by the ServiceAccount token: correct or remove the former"));
}

absl::Status Check(const Given& given, bool good, absl::string_view rule) {
  if (given.value.empty() || good) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(given.origin, " is \"", given.value, "\", which is no ", rule));
}

// Which files --kubeconfig names, or --context means.
absl::StatusOr<std::string> KubeconfigFiles(const Config& config, const Environment& environment) {
  if (!config.kubeconfig.empty()) return config.kubeconfig;
  if (const std::string list = environment("KUBECONFIG"); !list.empty()) return list;
  if (const std::string home = environment("HOME"); !home.empty()) return absl::StrCat(home, "/.kube/config");
  return absl::InvalidArgumentError("--context needs a kubeconfig: name its file with --kubeconfig");
}

absl::StatusOr<Identity> IdentityByKubeconfig(const Config& config, const Environment& environment,
                                              const Given& pod_name, const Given& pod_uid) {
  const absl::StatusOr<std::string> files = KubeconfigFiles(config, environment);
  if (!files.ok()) return files.status();
  const absl::StatusOr<kubeconfig::Kubeconfig> all = kubeconfig::Load(*files);
  if (!all.ok()) return absl::Status(all.status().code(), absl::StrCat("kubeconfig: ", all.status().message()));
  absl::StatusOr<kubeconfig::Access> access = kubeconfig::Choose(*all, config.context);
  if (!access.ok()) return access.status();

  const Given namespace_name =
      FirstOf({{config.namespace_name, "--namespace"},
               {access->namespace_name, absl::StrCat("the namespace of the context \"", access->context, "\"")}});
  absl::Status status = Check(namespace_name, IsDns1123Label(namespace_name.value), "name of a namespace");
  if (!status.ok()) return status;
  if (pod_name.value.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("with a kubeconfig it is not known which pod this is: name one that is there, in the namespace ",
                     namespace_name.value, ", with --pod-name (or POD_NAME)"));
  }
  Identity identity;
  identity.namespace_name = namespace_name.value;
  identity.pod_name = pod_name.value;
  identity.pod_uid = pod_uid.value;
  identity.api_server_url = access->cluster.server;
  identity.access = std::make_shared<const kubeconfig::Access>(*std::move(access));
  return identity;
}

}  // namespace

absl::StatusOr<Identity> ResolveIdentity(const Config& config, const Environment& environment) {
  const Given pod_name = FirstOf({{config.pod_name, "--pod-name"}, {environment("POD_NAME"), "POD_NAME"}});
  const Given pod_uid = FirstOf({{config.pod_uid, "--pod-uid"}, {environment("POD_UID"), "POD_UID"}});
  absl::Status status = Check(pod_name, IsDns1123Subdomain(pod_name.value), "name of a Pod");
  status.Update(Check(pod_uid, IsUid(pod_uid.value), "UID"));
  if (!status.ok()) return status;

  if (!config.kubeconfig.empty() || !config.context.empty()) {
    return IdentityByKubeconfig(config, environment, pod_name, pod_uid);
  }

  const std::string host = environment("KUBERNETES_SERVICE_HOST");
  const std::string token_file = FileIn(config, "token");
  const bool has_token = !absl::IsNotFound(kube::ReadFile(token_file).status());
  Identity identity;
  if (!has_token && host.empty() && pod_uid.value.empty()) {
    if (config.election == Election::kRequired) {
      return absl::InvalidArgumentError(absl::StrCat(
          "--election=required, but this is no pod of a cluster: no KUBERNETES_SERVICE_HOST, no ", token_file,
          " and no POD_UID; run it in a pod, or with --kubeconfig, or with --election=auto to lead without an "
          "election"));
    }
    identity.outside_cluster = true;
    identity.namespace_name = config.namespace_name;
    identity.pod_name = pod_name.value;
    return identity;
  }
  if (!has_token) {
    return absl::InvalidArgumentError(
        absl::StrCat("this is a pod of a cluster (", host.empty() ? pod_uid.origin : "KUBERNETES_SERVICE_HOST",
                     " is set), but there is no ", token_file,
                     ": let the pod have its ServiceAccount token (automountServiceAccountToken: true, or a projected "
                     "volume mounted into "
                     "this container), or name its directory with --service-account-dir"));
  }

  absl::StatusOr<std::string> url = kube::InClusterUrl(host, environment("KUBERNETES_SERVICE_PORT"));
  if (!url.ok()) return url.status();
  identity.api_server_url = *std::move(url);
  const auto credentials = kube::Credentials::FromDirectory(config.service_account_dir, [](const std::string&) {});
  if (!credentials.ok()) return credentials.status();
  // A token that is no JWT may still be good to the API server; it claims nothing.
  const kube::TokenClaims claims =
      kube::ParseTokenClaims((*credentials)->Token(absl::ZeroDuration())).value_or(kube::TokenClaims());
  const kube::TokenClaims::Kubernetes& claimed = claims.kubernetes();

  // They become part of requests and of what people are shown.
  const auto check_claim = [&status](absl::string_view what, const std::string& claim, bool good,
                                     absl::string_view rule) {
    status.Update(Check({claim, absl::StrCat("the ", what, " in the ServiceAccount token")}, good, rule));
  };
  check_claim("namespace", claimed.namespace_(), IsDns1123Label(claimed.namespace_()), "name of a namespace");
  check_claim("pod's name", claimed.pod().name(), IsDns1123Subdomain(claimed.pod().name()), "name of a Pod");
  check_claim("pod's UID", claimed.pod().uid(), IsUid(claimed.pod().uid()), "UID");
  check_claim("node's name", claimed.node().name(), IsDns1123Subdomain(claimed.node().name()), "name of a Node");
  if (!status.ok()) return status;

  const std::string namespace_file = FileIn(config, "namespace");
  const std::string from_file(absl::StripAsciiWhitespace(kube::ReadFile(namespace_file).value_or("")));
  const Given namespace_name =
      FirstOf({{config.namespace_name, "--namespace"}, {from_file, absl::StrCat("the file ", namespace_file)}});
  status = Check(namespace_name, IsDns1123Label(namespace_name.value), "name of a namespace");
  if (!status.ok()) return status;

  const auto settle = [&status](absl::string_view what, const Given& given, const std::string& claim,
                                std::string* result) {
    absl::StatusOr<std::string> value = Reconcile(what, given, claim);
    if (value.ok()) *result = *value;
    status.Update(value.status());
  };
  settle("namespace", namespace_name, claimed.namespace_(), &identity.namespace_name);
  settle("pod's name", pod_name, claimed.pod().name(), &identity.pod_name);
  settle("pod's UID", pod_uid, claimed.pod().uid(), &identity.pod_uid);
  if (!status.ok()) return status;
  identity.node_name = claimed.node().name();

  if (identity.namespace_name.empty()) {
    return absl::InvalidArgumentError(absl::StrCat("the namespace is not known: neither ", namespace_file,
                                                   " nor the token says it; give --namespace"));
  }
  if (identity.pod_name.empty()) {
    return absl::InvalidArgumentError(
        "this pod's name is not known, and the token is bound to no pod: set POD_NAME (and POD_UID) from the downward "
        "API "
        "(fieldRef metadata.name and metadata.uid), or give --pod-name");
  }
  return identity;
}

}  // namespace leadership_broker::config
