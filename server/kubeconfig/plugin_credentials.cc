#include "server/kubeconfig/plugin_credentials.h"

#include <algorithm>
#include <utility>

namespace leadership_broker::kubeconfig {

// Somebody who waits for the run under way, or for being told that there is none.
class PluginCredentials::Waiter : public loop::Pending {
 public:
  Waiter(PluginCredentials* owner, std::function<void(const absl::Status&)> callback)
      : owner_(owner), callback_(std::move(callback)) {
    owner_->waiters_.push_back(this);
  }
  ~Waiter() override { owner_->waiters_.remove(this); }

  // By a timer, so that it may destroy itself or others when it is told. Once.
  void TellSoon(const absl::Status& status) {
    if (callback_ == nullptr) return;
    timer_ = owner_->scheduler_->After(absl::ZeroDuration(), [this, status] {
      const auto callback = std::exchange(callback_, nullptr);
      callback(status);
    });
  }

 private:
  PluginCredentials* const owner_;
  std::function<void(const absl::Status&)> callback_;
  loop::Handle timer_;
};

PluginCredentials::PluginCredentials(std::unique_ptr<PluginRunner> runner, std::vector<std::string> headers,
                                     loop::Scheduler* scheduler, Log log)
    : scheduler_(scheduler), headers_(std::move(headers)), log_(std::move(log)), runner_(std::move(runner)) {}

PluginCredentials::~PluginCredentials() = default;

const kube::Proof* PluginCredentials::Current(const loop::Instant& now) {
  if (has_proof_ && now.wall >= expires_) has_proof_ = false;
  if (!has_proof_ || now.wall >= renew_at_) RunIfAllowed(now);
  return has_proof_ ? &proof_ : nullptr;
}

loop::Handle PluginCredentials::Await(std::function<void(const absl::Status&)> callback) {
  auto waiter = std::make_unique<Waiter>(this, std::move(callback));
  if (!running_) waiter->TellSoon(last_failure_);
  return waiter;
}

bool PluginCredentials::Renew(const loop::Instant& now, const kube::Proof& refused) {
  if (!has_proof_ || refused.token != proof_.token || refused.certificate != proof_.certificate) return false;
  has_proof_ = false;
  last_failure_ = absl::UnavailableError("the API server refused what the plugin gave, and it is not yet run again");
  RunIfAllowed(now);
  return false;
}

void PluginCredentials::RunIfAllowed(const loop::Instant& now) {
  if (running_ || now.boot < next_run_) return;
  running_ = true;
  runner_->Start([this](absl::StatusOr<PluginAnswer> answer) { OnAnswer(std::move(answer)); });
}

void PluginCredentials::OnAnswer(absl::StatusOr<PluginAnswer> answer) {
  running_ = false;
  const loop::Instant now = scheduler_->Now();
  absl::Status status = answer.status();
  if (answer.ok()) {
    for (const std::string& line : answer->said) log_(config::LogLevel::kInfo, line);
    if (answer->expires <= now.wall) status = absl::UnavailableError("the plugin gave what has expired already");
  }
  failures_ = status.ok() ? 0 : std::min(failures_ + 1, 30);
  next_run_ = now.boot + std::min(kLeastPause * (int64_t{1} << std::max(failures_ - 1, 0)), kGreatestPause);
  if (status.ok()) {
    has_proof_ = true;
    proof_ = {std::move(answer->token), headers_, std::move(answer->certificate)};
    expires_ = answer->expires;
    renew_at_ = expires_ - std::min(kAhead, (expires_ - now.wall) / 10);
  } else {
    // Once for each spell of it: those who wait say it too, in a lock's reason.
    if (failures_ == 1) log_(config::LogLevel::kWarning, std::string(status.message()));
    last_failure_ = status;
  }
  for (Waiter* const waiter : waiters_) waiter->TellSoon(status);
}

}  // namespace leadership_broker::kubeconfig
