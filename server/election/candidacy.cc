#include "server/election/candidacy.h"

#include <utility>

namespace leadership_broker::election {

// Between a campaigner and its audience.
class Candidacy::Listener : public Audience {
 public:
  Listener(Audience* audience, StepDown* step_down) : audience_(audience), step_down_(step_down) {}

  void Publish(status::SnapshotPtr snapshot) override {
    told_ = snapshot;
    audience_->Publish(std::move(snapshot));
    step_down_->LeadershipTold();
  }
  void Warn(const std::string& message) override { audience_->Warn(message); }
  void Happened(const election::Happened& happened) override { audience_->Happened(happened); }

  // As told last.
  const leadership::v1::Leadership& told() const { return told_->leadership; }

 private:
  Audience* const audience_;
  StepDown* const step_down_;
  status::SnapshotPtr told_;
};

Candidacy::Candidacy(kube::Api* api, loop::Scheduler* scheduler, std::vector<Stand> stands,
                     std::function<void(const kube::Pod&)> on_own_pod, absl::Duration step_down_after)
    : api_(api),
      scheduler_(scheduler),
      namespace_name_(stands.front().options.namespace_name),
      pod_name_(stands.front().options.self.name),
      on_own_pod_(std::move(on_own_pod)),
      step_down_(api, scheduler, {namespace_name_, pod_name_, step_down_after},
                 {[this] { return LeadingUid(); }, [this] { own_pod_->Read(); },
                  [audience = stands.front().audience](const std::string& message) { audience->Warn(message); },
                  [this](const kube::Outcome& outcome) { OwnPodAnswered(outcome); },
                  [audience = stands.front().audience](const Happened& happened) { audience->Happened(happened); }}) {
  for (Stand& stand : stands) {
    Campaign& campaign = campaigns_[stand.options.lock_name];
    campaign.listener = std::make_unique<Listener>(stand.audience, &step_down_);
    campaign.campaigner = std::make_unique<Campaigner>(api, scheduler, campaign.listener.get(),
                                                       std::move(stand.options), [this] { own_pod_->Read(); });
  }
}

Candidacy::~Candidacy() = default;

void Candidacy::Start() {
  for (auto& [lock_name, campaign] : campaigns_) campaign.campaigner->Start();
  own_pod_ = std::make_unique<OwnPod>(
      api_, scheduler_, namespace_name_, pod_name_,
      OwnPod::Listener{[this](const std::optional<kube::Pod>& pod, std::optional<absl::Duration> read_sent) {
                         if (pod.has_value()) on_own_pod_(*pod);
                         for (auto& [lock_name, campaign] : campaigns_) campaign.campaigner->OwnPodSeen(pod, read_sent);
                         step_down_.OwnPodSeen(pod, read_sent);
                       },
                       [this](kube::ReflectorRequest request, const kube::Outcome& outcome) {
                         for (auto& [lock_name, campaign] : campaigns_) {
                           campaign.campaigner->OwnPodHeard(request, outcome);
                         }
                       },
                       [this](const kube::Outcome& outcome) { OwnPodAnswered(outcome); },
                       [this] { step_down_.OwnPodLost(); }});
}

void Candidacy::OwnPodAnswered(const kube::Outcome& outcome) {
  for (auto& [lock_name, campaign] : campaigns_) campaign.campaigner->OwnPodAnswered(outcome);
}

void Candidacy::CountWaiter(const std::string& lock_name, int change) {
  Campaign& campaign = campaigns_.at(lock_name);
  const bool waited = campaign.waiters > 0;
  campaign.waiters += change;
  if (waited != (campaign.waiters > 0)) campaign.campaigner->SetRequested(!waited);
}

void Candidacy::AskToStepDown(const std::string& lock_name, StepDown::Answer answer) {
  step_down_.Ask(campaigns_.at(lock_name).listener->told(), std::move(answer));
}

std::string Candidacy::LeadingUid() const {
  for (const auto& [lock_name, campaign] : campaigns_) {
    const leadership::v1::Leadership& told = campaign.listener->told();
    if (told.state() == leadership::v1::Leadership::STATE_LEADER) return told.self().uid();
  }
  return "";
}

}  // namespace leadership_broker::election
