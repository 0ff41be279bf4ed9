#include "server/kubeconfig/pem.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace leadership_broker::kubeconfig {

absl::Status CheckCertificatePem(absl::string_view pem, absl::string_view name) {
  if (absl::StrContains(pem, "-----BEGIN CERTIFICATE-----")) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(name, " holds no certificate in PEM form"));
}

absl::StatusOr<std::shared_ptr<const kube::ClientCertificate>> MakeClientCertificate(std::string certificate,
                                                                                     absl::string_view certificate_name,
                                                                                     std::string key,
                                                                                     absl::string_view key_name) {
  if (absl::Status status = CheckCertificatePem(certificate, certificate_name); !status.ok()) return status;
  if (!absl::StrContains(key, "PRIVATE KEY-----")) {
    return absl::InvalidArgumentError(absl::StrCat(key_name, " holds no private key in PEM form"));
  }
  if (absl::StrContains(key, "ENCRYPTED")) {
    return absl::InvalidArgumentError(absl::StrCat(key_name, " has a passphrase, for which nobody can be asked here"));
  }
  return std::make_shared<const kube::ClientCertificate>(
      kube::ClientCertificate{std::move(certificate), std::move(key)});
}

}  // namespace leadership_broker::kubeconfig
