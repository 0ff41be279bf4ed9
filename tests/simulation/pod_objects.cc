#include "tests/simulation/pod_objects.h"

#include <utility>

#include "tests/simulation/facts.h"
#include "tests/simulation/outcomes.h"

namespace leadership_broker::simulation {
namespace {

constexpr char kApp[] = "app";
constexpr char kSidecar[] = "leadership-broker";

kube::ContainerStatus* AddStatus(const char* container,
                                 google::protobuf::RepeatedPtrField<kube::ContainerStatus>* statuses) {
  kube::ContainerStatus* status = statuses->Add();
  status->set_name(container);
  return status;
}

void SetStatuses(bool running, kube::PodStatus* status) {
  status->clear_container_statuses();
  status->clear_init_container_statuses();
  for (kube::ContainerStatus* container : {AddStatus(kApp, status->mutable_container_statuses()),
                                           AddStatus(kSidecar, status->mutable_init_container_statuses())}) {
    if (running) container->mutable_state()->mutable_running();
    if (!running) container->mutable_state()->mutable_terminated();
  }
}

}  // namespace

void PodObjects::Create(const std::string& name, const std::string& uid, bool labelled) {
  kube::Pod pod;
  pod.mutable_metadata()->set_name(name);
  pod.mutable_metadata()->set_uid(uid);
  pod.mutable_metadata()->mutable_creation_timestamp()->set_seconds(absl::ToUnixSeconds(*now_));
  if (labelled) (*pod.mutable_metadata()->mutable_labels())[kCandidateLabel] = kLock;
  pod.mutable_spec()->set_node_name("node-" + uid);
  pod.mutable_spec()->add_containers()->set_name(kApp);
  kube::Container* sidecar = pod.mutable_spec()->add_init_containers();
  sidecar->set_name(kSidecar);
  sidecar->set_restart_policy("Always");
  pod.mutable_status()->set_phase("Running");
  SetStatuses(/*running=*/true, pod.mutable_status());
  store_->PutPod(std::move(pod));
}

void PodObjects::Delete(const std::string& name, int grace_seconds, Propagation propagation) {
  kube::Pod pod = *store_->pod(name);
  kube::ObjectMeta& metadata = *pod.mutable_metadata();
  if (propagation != Propagation::kBackground && !metadata.has_deletion_timestamp()) {
    awaited_[metadata.uid()] = propagation;
  }
  if (HasFinished(pod)) grace_seconds = 0;
  const bool awaited = awaited_.count(metadata.uid()) > 0;
  if (grace_seconds == 0 && !awaited) return store_->RemovePod(name);
  int64_t at = absl::ToUnixSeconds(*now_) + grace_seconds;
  if (metadata.has_deletion_timestamp()) {
    // A second deletion can only shorten the first one's grace period, counted from when that began.
    if (grace_seconds >= metadata.deletion_grace_period_seconds()) return;
    at = metadata.deletion_timestamp().seconds() - metadata.deletion_grace_period_seconds() + grace_seconds;
  }
  metadata.mutable_deletion_timestamp()->set_seconds(at);
  metadata.set_deletion_grace_period_seconds(grace_seconds);
  store_->PutPod(std::move(pod));
}

kube::WriteAnswer PodObjects::Delete(const std::string& name, const kube::Precondition& precondition) {
  const PodPtr pod = store_->pod(name);
  if (pod == nullptr) return {Failure(absl::StatusCode::kNotFound, 404), {}};
  if (!precondition.uid.empty() && precondition.uid != pod->metadata().uid()) {
    return {Failure(absl::StatusCode::kAborted, 409), {}};
  }
  Delete(name, kGraceSeconds, Propagation::kBackground);
  return {Success(200), {}};
}

Propagation PodObjects::Awaits(const std::string& uid) const {
  auto found = awaited_.find(uid);
  return found == awaited_.end() ? Propagation::kBackground : found->second;
}

void PodObjects::Finish(const std::string& uid) {
  awaited_.erase(uid);
  const PodPtr pod = store_->PodOf(uid);
  if (pod == nullptr) return;
  // A grace period of zero: the kubelet has confirmed, or nobody waits for it.
  if (pod->metadata().has_deletion_timestamp() && pod->metadata().deletion_grace_period_seconds() == 0) {
    return store_->RemovePod(pod->metadata().name());
  }
  store_->PutPod(*pod);
}

void PodObjects::ReportRunning(const std::string& name, bool app_too) {
  kube::Pod pod = *store_->pod(name);
  SetStatuses(/*running=*/true, pod.mutable_status());
  if (!app_too) {
    kube::ContainerState* const app = pod.mutable_status()->mutable_container_statuses(0)->mutable_state();
    app->clear_running();
    app->mutable_waiting()->set_reason("CrashLoopBackOff");
  }
  store_->PutPod(std::move(pod));
}

void PodObjects::ReportNoStatuses(const std::string& name) {
  kube::Pod pod = *store_->pod(name);
  pod.mutable_status()->clear_container_statuses();
  pod.mutable_status()->clear_init_container_statuses();
  store_->PutPod(std::move(pod));
}

void PodObjects::ReportPhase(const std::string& name, const std::string& phase) {
  kube::Pod pod = *store_->pod(name);
  pod.mutable_status()->set_phase(phase);
  store_->PutPod(std::move(pod));
}

void PodObjects::ReportEnded(const std::string& name, const std::string& phase) {
  kube::Pod pod = *store_->pod(name);
  pod.mutable_status()->set_phase(phase);
  SetStatuses(/*running=*/false, pod.mutable_status());
  store_->PutPod(std::move(pod));
}

}  // namespace leadership_broker::simulation
