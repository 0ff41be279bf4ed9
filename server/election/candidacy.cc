#include "server/election/candidacy.h"

#include <utility>

namespace leadership_broker::election {

Candidacy::Candidacy(kube::Api* api, loop::Scheduler* scheduler, std::vector<Stand> stands,
                     std::function<void(const kube::Pod&)> on_own_pod)
    : api_(api),
      scheduler_(scheduler),
      namespace_name_(stands.front().options.namespace_name),
      pod_name_(stands.front().options.self.name),
      on_own_pod_(std::move(on_own_pod)) {
  for (Stand& stand : stands) {
    const std::string lock_name = stand.options.lock_name;
    campaigns_[lock_name].campaigner = std::make_unique<Campaigner>(
        api, scheduler, stand.audience, std::move(stand.options), [this] { own_pod_->Read(); });
  }
}

void Candidacy::Start() {
  for (auto& [lock_name, campaign] : campaigns_) campaign.campaigner->Start();
  own_pod_ = std::make_unique<OwnPod>(
      api_, scheduler_, namespace_name_, pod_name_,
      OwnPod::Listener{[this](const std::optional<kube::Pod>& pod, std::optional<absl::Duration> read_sent) {
                         if (pod.has_value()) on_own_pod_(*pod);
                         for (auto& [lock_name, campaign] : campaigns_) campaign.campaigner->OwnPodSeen(pod, read_sent);
                       },
                       [this](kube::ReflectorRequest request, const kube::Outcome& outcome) {
                         for (auto& [lock_name, campaign] : campaigns_) {
                           campaign.campaigner->OwnPodHeard(request, outcome);
                         }
                       }});
}

void Candidacy::CountWaiter(const std::string& lock_name, int change) {
  Campaign& campaign = campaigns_.at(lock_name);
  const bool waited = campaign.waiters > 0;
  campaign.waiters += change;
  if (waited != (campaign.waiters > 0)) campaign.campaigner->SetRequested(!waited);
}

}  // namespace leadership_broker::election
