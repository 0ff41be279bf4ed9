// How a process in a pod reaches the API server and says who it is: the address that Kubernetes puts into the
// environment, and the files of the ServiceAccount volume.
#ifndef LEADERSHIP_BROKER_KUBE_CREDENTIALS_H_
#define LEADERSHIP_BROKER_KUBE_CREDENTIALS_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

#include "server/kube/authenticator.h"

namespace leadership_broker::kube {

// "https://10.0.0.1:443", "https://[fd00::1]:443" from the values of KUBERNETES_SERVICE_HOST and
// KUBERNETES_SERVICE_PORT. INVALID_ARGUMENT naming the variable that is missing or wrong.
absl::StatusOr<std::string> InClusterUrl(absl::string_view host, absl::string_view port);

// The CA and the token of a ServiceAccount directory. The kubelet replaces the token long before it expires, so it is
// read again at its first use in every minute. The CA file is not kept: whoever connects reads it. Not thread-safe.
class Credentials : public Authenticator {
 public:
  static constexpr absl::Duration kMaxAge = absl::Minutes(1);

  // Reads `directory`/ca.crt and `directory`/token. The error names the file and says what can be done. `warn` is told,
  // once for each spell of it, that the token could not be read again.
  static absl::StatusOr<std::unique_ptr<Credentials>> FromDirectory(const std::string& directory,
                                                                    std::function<void(const std::string&)> warn);

  // There always is one.
  const Proof* Current(const loop::Instant& now) override;
  loop::Handle Await(std::function<void(const absl::Status&)>) override { return nullptr; }
  bool Renew(const loop::Instant& now, const Proof&) override { return Reread(now.boot); }

  const std::string& ca_file() const { return ca_file_; }

  // The token, read again when the last try was kMaxAge or longer before `now` (boot clock); the one read before when
  // that fails.
  const std::string& Token(absl::Duration now);

  // Reads the token again at once. False when that failed; the one read before is then kept.
  bool Reread(absl::Duration now);

 private:
  Credentials(std::string ca_file, std::string token_file, std::string token,
              std::function<void(const std::string&)> warn);

  const std::string ca_file_;
  const std::string token_file_;
  const std::function<void(const std::string&)> warn_;
  // The token and nothing else.
  Proof proof_;
  absl::Duration last_try_ = -absl::InfiniteDuration();
  bool warned_ = false;
};

}  // namespace leadership_broker::kube

#endif  // LEADERSHIP_BROKER_KUBE_CREDENTIALS_H_
