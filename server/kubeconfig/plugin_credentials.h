// A user of a kubeconfig that a plugin vouches for.
#ifndef LEADERSHIP_BROKER_KUBECONFIG_PLUGIN_CREDENTIALS_H_
#define LEADERSHIP_BROKER_KUBECONFIG_PLUGIN_CREDENTIALS_H_

#include <functional>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"

#include "server/config/log_line.h"
#include "server/kube/authenticator.h"
#include "server/kubeconfig/plugin_runner.h"

namespace leadership_broker::kubeconfig {

// The plugin is run at the first need, when what it gave has expired or was refused, and shortly before it expires:
// then the requests go on with what there is. The loop's thread.
class PluginCredentials : public kube::Authenticator {
 public:
  // So long before it expires it is renewed; less when it does not live that long (a tenth of its life).
  static constexpr absl::Duration kAhead = absl::Minutes(1);
  // Between one run's end and the next run; doubled, up to the greatest, with every run in a row that failed.
  static constexpr absl::Duration kLeastPause = absl::Seconds(2);
  static constexpr absl::Duration kGreatestPause = absl::Minutes(1);

  using Log = std::function<void(config::LogLevel, const std::string&)>;

  // `headers` go with every request. `scheduler` must outlive this, and this every handle.
  PluginCredentials(std::unique_ptr<PluginRunner> runner, std::vector<std::string> headers, loop::Scheduler* scheduler,
                    Log log);
  ~PluginCredentials() override;

  const kube::Proof* Current(const loop::Instant& now) override;
  loop::Handle Await(std::function<void(const absl::Status&)> callback) override;
  // Never true: the answer takes its time. Current() gives null until it is there.
  bool Renew(const loop::Instant& now, const kube::Proof& refused) override;

 private:
  class Waiter;

  void RunIfAllowed(const loop::Instant& now);
  void OnAnswer(absl::StatusOr<PluginAnswer> answer);

  loop::Scheduler* const scheduler_;
  const std::vector<std::string> headers_;
  const Log log_;
  std::list<Waiter*> waiters_;

  bool has_proof_ = false;
  kube::Proof proof_;
  absl::Time expires_;
  absl::Time renew_at_;

  bool running_ = false;
  int failures_ = 0;
  absl::Duration next_run_ = -absl::InfiniteDuration();
  absl::Status last_failure_ = absl::UnavailableError("the plugin is run again in a moment");
  // The last one: its end ends the plugin, whose callback finds the others still there.
  std::unique_ptr<PluginRunner> runner_;
};

}  // namespace leadership_broker::kubeconfig

#endif  // LEADERSHIP_BROKER_KUBECONFIG_PLUGIN_CREDENTIALS_H_
