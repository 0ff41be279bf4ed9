// What says, with every request, who we are.
//
// Everything is on the loop's thread and nothing blocks: what takes its time (a plugin of a kubeconfig) is waited for.
#ifndef LEADERSHIP_BROKER_KUBE_AUTHENTICATOR_H_
#define LEADERSHIP_BROKER_KUBE_AUTHENTICATOR_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"

#include "server/kube/transport.h"
#include "server/loop/scheduler.h"

namespace leadership_broker::kube {

struct Proof {
  // Empty: none is sent.
  std::string token;
  // "Name: value"
  std::vector<std::string> headers;
  // Null: none is shown.
  std::shared_ptr<const ClientCertificate> certificate;
};

class Authenticator {
 public:
  virtual ~Authenticator() = default;

  // The newest; null when there is none at hand, which can then be waited for. Good until the next call of any method.
  virtual const Proof* Current(const loop::Instant& now) = 0;

  // Calls `callback` once, never inside this call, when there is a proof at hand, or with why there is none. To be
  // called where Current() gave null. Destroying the handle gives up the waiting.
  [[nodiscard]] virtual loop::Handle Await(std::function<void(const absl::Status&)> callback) = 0;

  // `refused` was answered 401. True when what Current() now gives was got again after that, be it the same or not.
  virtual bool Renew(const loop::Instant& now, const Proof& refused) = 0;
};

}  // namespace leadership_broker::kube

#endif  // LEADERSHIP_BROKER_KUBE_AUTHENTICATOR_H_
