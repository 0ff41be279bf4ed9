// A TLS client that goes no further than the handshake, for what gRPC's would not do or not tell.
#ifndef LEADERSHIP_BROKER_TESTS_COMPONENT_TLS_HANDSHAKE_H_
#define LEADERSHIP_BROKER_TESTS_COMPONENT_TLS_HANDSHAKE_H_

#include <string>

#include "tests/harness/certificate_authority.h"

namespace leadership_broker::testing {

struct Handshake {
  bool done = false;
  // The common name in the server's certificate, once it has shown one.
  std::string server;
  // "TLSv1.3"
  std::string version;
  // OpenSSL's reason when it is not done.
  std::string error;
};

// With a port of 127.0.0.1, by this version and no other (TLS1_2_VERSION, …), as a client that shows `certificate` and
// looks at nothing itself.
Handshake ShakeHands(int port, int version, const IssuedCertificate& certificate);

}  // namespace leadership_broker::testing

#endif  // LEADERSHIP_BROKER_TESTS_COMPONENT_TLS_HANDSHAKE_H_
