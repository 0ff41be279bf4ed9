// A certificate authority of a test's own, made on the spot, and certificates that it gives to whoever asks.
#ifndef LEADERSHIP_BROKER_TESTS_HARNESS_CERTIFICATE_AUTHORITY_H_
#define LEADERSHIP_BROKER_TESTS_HARNESS_CERTIFICATE_AUTHORITY_H_

#include <memory>
#include <string>

#include "absl/time/time.h"

namespace leadership_broker::testing {

// Both in PEM.
struct IssuedCertificate {
  std::string certificate;
  std::string key;
};

// What OpenSSL refuses ends the process.
class CertificateAuthority {
 public:
  explicit CertificateAuthority(const std::string& name);
  ~CertificateAuthority();
  CertificateAuthority(const CertificateAuthority&) = delete;
  CertificateAuthority& operator=(const CertificateAuthority&) = delete;

  // Its own certificate, in PEM.
  const std::string& certificate() const { return pem_; }

  // With a new key, for a client and for a server at 127.0.0.1, or where there is a `dns_name` of that alone. Valid
  // since yesterday, until so long from now; negative: no longer.
  IssuedCertificate Issue(const std::string& name, absl::Duration valid_for = absl::Hours(24),
                          const std::string& dns_name = "") const;

 private:
  struct Own;
  const std::unique_ptr<const Own> own_;
  std::string pem_;
};

}  // namespace leadership_broker::testing

#endif  // LEADERSHIP_BROKER_TESTS_HARNESS_CERTIFICATE_AUTHORITY_H_
