// Certificates for servers of the tests' own.
#ifndef LEADERSHIP_BROKER_TESTS_UNIT_KUBE_CERTIFICATE_H_
#define LEADERSHIP_BROKER_TESTS_UNIT_KUBE_CERTIFICATE_H_

#include <string>

namespace leadership_broker::testing {

// All in PEM.
struct ServerCertificate {
  std::string ca;
  std::string certificate;
  std::string key;
};

// A new authority and a certificate that it gave to a server at 127.0.0.1.
ServerCertificate MakeServerCertificate();

}  // namespace leadership_broker::testing

#endif  // LEADERSHIP_BROKER_TESTS_UNIT_KUBE_CERTIFICATE_H_
