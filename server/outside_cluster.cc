#include "server/outside_cluster.h"

#include "absl/time/clock.h"

#include "server/announcer.h"

namespace leadership_broker {

using leadership::v1::Leadership;

void PublishOutsideCluster(const config::Identity& identity, const status::NamedHubs& hubs,
                           const std::vector<status::Observer*>& observers) {
  for (const auto& [lock, hub] : hubs) {
    auto snapshot = std::make_shared<status::Snapshot>();
    Leadership& leadership = snapshot->leadership;
    leadership.mutable_lock()->set_name(lock);
    leadership.set_state(Leadership::STATE_LEADER);
    leadership.set_reason(Leadership::REASON_OUTSIDE_CLUSTER);
    leadership.set_message("not in a cluster, so there is nobody to elect against (--election=required forbids this)");
    if (!identity.pod_name.empty()) {
      leadership.mutable_self()->set_name(identity.pod_name);
      leadership.mutable_self()->set_uid(identity.pod_uid);
      *leadership.mutable_leader() = leadership.self();
    }
    leadership.mutable_state_since()->set_seconds(absl::ToUnixSeconds(absl::Now()));
    leadership.set_revision(1);
    Announcer(lock, hub, observers, /*events=*/nullptr).Publish(std::move(snapshot));
  }
}

void NoPodToEnd::StepDown(const std::string&, Answer answer) {
  answer(absl::FailedPreconditionError("not in a cluster, so there is no pod to delete: end the app instead"));
}

}  // namespace leadership_broker
