// Certificates for servers of the tests' own.
#ifndef LEADERSHIP_BROKER_TESTS_UNIT_KUBE_CERTIFICATE_H_
#define LEADERSHIP_BROKER_TESTS_UNIT_KUBE_CERTIFICATE_H_

#include <string>

#include "tests/harness/certificate_authority.h"

namespace leadership_broker::testing {

// All in PEM.
struct ServerCertificate {
  std::string ca;
  std::string certificate;
  std::string key;
};

// A new authority, of a name of its own, and a certificate that it gave to a server at 127.0.0.1.
inline ServerCertificate MakeServerCertificate() {
  static int made = 0;
  const CertificateAuthority authority("test CA " + std::to_string(++made));
  const IssuedCertificate issued = authority.Issue("test server");
  return ServerCertificate{authority.certificate(), issued.certificate, issued.key};
}

}  // namespace leadership_broker::testing

#endif  // LEADERSHIP_BROKER_TESTS_UNIT_KUBE_CERTIFICATE_H_
