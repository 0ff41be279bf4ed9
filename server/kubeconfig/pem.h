// Certificates and keys as they are written down.
#ifndef LEADERSHIP_BROKER_KUBECONFIG_PEM_H_
#define LEADERSHIP_BROKER_KUBECONFIG_PEM_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "server/kube/transport.h"

namespace leadership_broker::kubeconfig {

// `name` is what to call it in the error: a file, or a field.
absl::Status CheckCertificatePem(absl::string_view pem, absl::string_view name);

// Both, as far as can be seen without a handshake. A key with a passphrase is refused: there is nobody to ask for it.
absl::StatusOr<std::shared_ptr<const kube::ClientCertificate>> MakeClientCertificate(std::string certificate,
                                                                                     absl::string_view certificate_name,
                                                                                     std::string key,
                                                                                     absl::string_view key_name);

}  // namespace leadership_broker::kubeconfig

#endif  // LEADERSHIP_BROKER_KUBECONFIG_PEM_H_
