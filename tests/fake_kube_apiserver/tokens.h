// Issues bearer tokens that look like a real cluster's (a JWT with the claims of KEP-1205 and KEP-4193), and knows them
// again. Their signature is noise: a token is good because it was issued here.
#ifndef LEADERSHIP_BROKER_TESTS_FAKE_KUBE_APISERVER_TOKENS_H_
#define LEADERSHIP_BROKER_TESTS_FAKE_KUBE_APISERVER_TOKENS_H_

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "nlohmann/json.hpp"

#include "tests/fake_kube_apiserver/api_result.h"
#include "tests/fake_kube_apiserver/identity.h"
#include "tests/fake_kube_apiserver/store.h"

namespace leadership_broker::testing::fake {

// Thread-safe.
class Tokens {
 public:
  // A token that was accepted stays so for `remembered_for`, whatever happens meanwhile to the Pod and ServiceAccount
  // that it is bound to, as with the real server (10 s there).
  Tokens(const Store& store, std::chrono::milliseconds remembered_for);

  const std::string& admin_token() const { return admin_token_; }

  // POST …/serviceaccounts/NAME/token: `request` is a TokenRequest, and so is the answer.
  ApiResult Issue(const std::string& namespace_name, const std::string& service_account, const json& request);

  // Whose token it is; nullopt when it is unknown, has expired, or its Pod or ServiceAccount is gone (by UID).
  std::optional<Identity> Authenticate(const std::string& token);

 private:
  struct Issued {
    Identity identity;
    absl::Time expiry;
    std::string service_account_uid;
    std::string pod_uid;  // empty: not bound to a Pod
    Clock::time_point remembered_until = Clock::time_point::min();
  };

  bool HasUid(const std::string& plural, const std::string& namespace_name, const std::string& name,
              const std::string& uid) const;

  const Store& store_;
  const std::chrono::milliseconds remembered_for_;
  const std::string admin_token_;
  std::mutex mu_;
  // Guarded by mu_.
  std::map<std::string, Issued> issued_;
};

}  // namespace leadership_broker::testing::fake

#endif  // LEADERSHIP_BROKER_TESTS_FAKE_KUBE_APISERVER_TOKENS_H_
