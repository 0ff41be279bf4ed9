// Who sends a request.
#ifndef LEADERSHIP_BROKER_TESTS_FAKE_KUBE_APISERVER_IDENTITY_H_
#define LEADERSHIP_BROKER_TESTS_FAKE_KUBE_APISERVER_IDENTITY_H_

#include <string>

namespace leadership_broker::testing::fake {

struct Identity {
  // "system:anonymous", "admin", "system:serviceaccount:NAMESPACE:NAME".
  std::string user = "system:anonymous";
  // May do everything.
  bool admin = false;
  // Of a ServiceAccount; else empty.
  std::string namespace_name;
  std::string service_account;
  // The Pod that the token is bound to; else empty.
  std::string pod_name;
};

}  // namespace leadership_broker::testing::fake

#endif  // LEADERSHIP_BROKER_TESTS_FAKE_KUBE_APISERVER_IDENTITY_H_
