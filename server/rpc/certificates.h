// What the server shows its clients, and whom it lets in: PEM texts, and whether they are good for TLS.
//
// Pure functions of OpenSSL; any thread.
#ifndef LEADERSHIP_BROKER_RPC_CERTIFICATES_H_
#define LEADERSHIP_BROKER_RPC_CERTIFICATES_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "server/config/config.h"

namespace leadership_broker::rpc {

struct Certificates {
  // The server's own, and after it whatever signed it.
  std::string certificate;
  std::string key;
  std::string client_ca;

  bool operator==(const Certificates& other) const {
    return certificate == other.certificate && key == other.key && client_ca == other.client_ca;
  }
};

// When the server's certificate ends. The error names the flag and the file at fault, and what is wrong with it: gRPC
// would accept none of what this refuses, and say less.
absl::StatusOr<absl::Time> CheckCertificates(const Certificates& certificates, const config::TlsFiles& files);

}  // namespace leadership_broker::rpc

#endif  // LEADERSHIP_BROKER_RPC_CERTIFICATES_H_
