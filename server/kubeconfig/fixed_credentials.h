// A user of a kubeconfig whose token or certificate stands there, or in a file that it names.
#ifndef LEADERSHIP_BROKER_KUBECONFIG_FIXED_CREDENTIALS_H_
#define LEADERSHIP_BROKER_KUBECONFIG_FIXED_CREDENTIALS_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "server/kube/authenticator.h"
#include "server/kubeconfig/kubeconfig.h"

namespace leadership_broker::kubeconfig {

// The headers by which a user acts as another.
std::vector<std::string> ImpersonationHeaders(const User& user);

// Files are read again at their first use in every minute, and after a 401; what cannot be read leaves what was read
// before. The loop's thread.
class FixedCredentials : public kube::Authenticator {
 public:
  static constexpr absl::Duration kMaxAge = absl::Minutes(1);

  // `user` has no plugin. `warn` is told, once for each spell of it, that a file could not be read again.
  static absl::StatusOr<std::unique_ptr<FixedCredentials>> Open(const User& user,
                                                                std::function<void(const std::string&)> warn);

  // There always is one.
  const kube::Proof* Current(const loop::Instant& now) override;
  loop::Handle Await(std::function<void(const absl::Status&)>) override { return nullptr; }
  // True only when there is something new: whose token it is, and so what a refusal of it means for our pod (R9), is
  // not known.
  bool Renew(const loop::Instant& now, const kube::Proof& refused) override;

 private:
  FixedCredentials(User user, std::function<void(const std::string&)> warn)
      : user_(std::move(user)), warn_(std::move(warn)) {}

  absl::Status Read();

  const User user_;
  const std::function<void(const std::string&)> warn_;
  kube::Proof proof_;
  absl::Duration last_try_ = -absl::InfiniteDuration();
  bool warned_ = false;
};

}  // namespace leadership_broker::kubeconfig

#endif  // LEADERSHIP_BROKER_KUBECONFIG_FIXED_CREDENTIALS_H_
