#include "tests/unit/election/candidate.h"

#include <utility>

#include "gtest/gtest.h"

namespace leadership_broker::testing {
namespace {

election::Options Completed(election::Options options, const std::string& pod) {
  options.namespace_name = "ns";
  options.lock_name = "lock";
  if (options.self.name.empty()) options.self = {pod, pod + "-uid", "node"};
  return options;
}

void SetVersion(int resource_version, kube::ConfigMap* lock) {
  lock->mutable_metadata()->set_resource_version(std::to_string(resource_version));
}

}  // namespace

kube::ConfigMap LockOf(const std::string& pod, const std::string& lock_uid, int resource_version) {
  election::LockTemplate from;
  from.namespace_name = "ns";
  from.name = "lock";
  from.self = {pod, pod + "-uid", "node"};
  kube::ConfigMap lock = election::MakeLock(from);
  lock.mutable_metadata()->set_uid(lock_uid);
  lock.mutable_metadata()->mutable_creation_timestamp()->set_seconds(100);
  SetVersion(resource_version, &lock);
  return lock;
}

kube::Pod PodOf(const std::string& pod) {
  kube::Pod object;
  object.mutable_metadata()->set_name(pod);
  object.mutable_metadata()->set_uid(pod + "-uid");
  object.mutable_spec()->set_node_name("node");
  object.mutable_spec()->add_containers()->set_name("app");
  kube::Container* sidecar = object.mutable_spec()->add_init_containers();
  sidecar->set_name("broker");
  sidecar->set_restart_policy("Always");
  object.mutable_spec()->add_init_containers()->set_name("setup");
  object.mutable_status()->set_phase("Running");
  return object;
}

kube::Pod Terminating(kube::Pod pod, int deletion_timestamp, int grace_seconds) {
  pod.mutable_metadata()->mutable_deletion_timestamp()->set_seconds(deletion_timestamp);
  pod.mutable_metadata()->set_deletion_grace_period_seconds(grace_seconds);
  return pod;
}

kube::Pod Ended(kube::Pod pod, const std::string& phase) {
  pod.mutable_status()->set_phase(phase);
  kube::ContainerStatus* app = pod.mutable_status()->add_container_statuses();
  app->set_name("app");
  app->mutable_state()->mutable_terminated();
  kube::ContainerStatus* sidecar = pod.mutable_status()->add_init_container_statuses();
  sidecar->set_name("broker");
  sidecar->mutable_state()->mutable_terminated();
  return pod;
}

kube::Pod WithCandidateLabel(kube::Pod pod, const std::string& lock) {
  (*pod.mutable_metadata()->mutable_labels())[election::kCandidateLabel] = lock;
  return pod;
}

kube::Outcome Failure(absl::StatusCode code, const std::string& message) {
  kube::Outcome outcome;
  outcome.status = absl::Status(code, message);
  return outcome;
}

Candidate::Candidate(election::Options options, const std::string& pod)
    : election(Completed(std::move(options), pod), [] { return 0.5; }), latest(election.Initial(now)) {}

void Candidate::Step(const election::Event& event) {
  actions = election.Step(event, now);
  for (const status::SnapshotPtr& told : Told()) latest = told;
}

void Candidate::Advance(absl::Duration by) {
  now.boot += by;
  now.wall += by;
  Step(election::Tick{});
}

void Candidate::Sync(std::optional<kube::ConfigMap> lock, int resource_version) {
  Step(election::LockSynced{std::move(lock), std::to_string(resource_version), now.boot});
}

void Candidate::Deleted(kube::ConfigMap lock, int resource_version) {
  SetVersion(resource_version, &lock);
  Step(election::LockWatched{kube::WatchEventKind::kDeleted, std::move(lock)});
}

void Candidate::Read(std::optional<kube::ConfigMap> lock, int resource_version) {
  Step(election::LockRead{kube::Outcome{}, std::move(lock), std::to_string(resource_version), now.boot});
}

void Candidate::Candidates(std::vector<kube::Pod> pods, absl::Time server_time) {
  kube::Listing<kube::Pod> listing;
  listing.items = std::move(pods);
  listing.outcome.server_time = server_time;
  Step(election::CandidatesListed{std::move(listing)});
}

void Candidate::Created(kube::ConfigMap lock) {
  Step(election::CreateAnswered{{kube::Outcome{}, std::move(lock)}, now.boot});
}

void Candidate::CreateFailed(kube::Outcome outcome) {
  Step(election::CreateAnswered{{std::move(outcome), {}}, now.boot});
}

void Candidate::StandForFreeLock() {
  OwnPod(PodOf("me"));
  Sync(std::nullopt, 10);
  ASSERT_NE(Did<election::ListCandidates>(), nullptr);
  Candidates({});
  ASSERT_TRUE(Creates());
}

void Candidate::WinFreeLock() {
  StandForFreeLock();
  Created(LockOf("me", "L1", 11));
  Added(LockOf("me", "L1", 11));
  ASSERT_EQ(State(), Leadership::STATE_LEADER);
}

void Candidate::FollowLeader(const std::string& pod) {
  OwnPod(PodOf("me"));
  Sync(LockOf(pod, "L1", 5), 10);
  Candidates({});
  OtherPod(pod, PodOf(pod));
  ASSERT_EQ(State(), Leadership::STATE_STANDBY);
  ASSERT_EQ(Reason(), Leadership::REASON_ANOTHER_LEADS);
}

std::vector<status::SnapshotPtr> Candidate::Told() const {
  std::vector<status::SnapshotPtr> told;
  for (const election::Action& action : actions) {
    if (const auto* publish = std::get_if<election::Publish>(&action)) told.push_back(publish->snapshot);
  }
  return told;
}

}  // namespace leadership_broker::testing
