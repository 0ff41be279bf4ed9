// A certificate authority and a server certificate, made on the spot.
#ifndef LEADERSHIP_BROKER_TESTS_FAKE_KUBE_APISERVER_CERTIFICATES_H_
#define LEADERSHIP_BROKER_TESTS_FAKE_KUBE_APISERVER_CERTIFICATES_H_

#include <string>

#include "absl/status/statusor.h"

namespace leadership_broker::testing::fake {

// All PEM.
struct Certificates {
  std::string ca;
  // For 127.0.0.1, ::1, localhost and kubernetes.default.svc.
  std::string server;
  std::string server_key;
};

absl::StatusOr<Certificates> MakeCertificates();

}  // namespace leadership_broker::testing::fake

#endif  // LEADERSHIP_BROKER_TESTS_FAKE_KUBE_APISERVER_CERTIFICATES_H_
