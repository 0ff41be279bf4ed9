// One election under a test's hand: events go in by short names, and what came out is asked for by what it means.
#ifndef LEADERSHIP_BROKER_TESTS_UNIT_ELECTION_CANDIDATE_H_
#define LEADERSHIP_BROKER_TESTS_UNIT_ELECTION_CANDIDATE_H_

#include <optional>
#include <string>
#include <vector>

#include "server/election/election.h"

namespace leadership_broker::testing {

using leadership::v1::Leadership;

// ---- Objects, as the API server would show them.
kube::ConfigMap LockOf(const std::string& pod, const std::string& lock_uid, int resource_version);
kube::Pod PodOf(const std::string& pod);  // bound to a node, running; its UID is "<pod>-uid"
kube::Pod Terminating(kube::Pod pod, int deletion_timestamp = 130, int grace_seconds = 30);
kube::Pod Ended(kube::Pod pod, const std::string& phase = "Failed");
kube::Pod WithCandidateLabel(kube::Pod pod, const std::string& lock = "lock");
kube::Outcome Failure(absl::StatusCode code, const std::string& message = "refused");

class Candidate {
 public:
  explicit Candidate(election::Options options = {}, const std::string& pod = "me");

  // ---- What happens.
  void Step(const election::Event& event);
  void Advance(absl::Duration by);
  void Sync(std::optional<kube::ConfigMap> lock, int resource_version);
  void Added(kube::ConfigMap lock) { Step(election::LockWatched{kube::WatchEventKind::kAdded, std::move(lock)}); }
  void Modified(kube::ConfigMap lock) { Step(election::LockWatched{kube::WatchEventKind::kModified, std::move(lock)}); }
  void Deleted(kube::ConfigMap lock, int resource_version);
  void Read(std::optional<kube::ConfigMap> lock, int resource_version);
  void OwnPod(std::optional<kube::Pod> pod) { Step(election::OwnPodSeen{std::move(pod)}); }
  // As the answer to a read that is sent now.
  void OwnPodRead(std::optional<kube::Pod> pod) { Step(election::OwnPodSeen{std::move(pod), now.boot}); }
  void OtherPod(const std::string& pod, std::optional<kube::Pod> seen) {
    Step(election::PodSeen{pod + "-uid", std::move(seen)});
  }
  void Candidates(std::vector<kube::Pod> pods, absl::Time server_time = absl::FromUnixSeconds(100));
  void Created(kube::ConfigMap lock);
  void CreateFailed(kube::Outcome outcome);

  // ---- Whole stretches, asserted on the way.
  // From the start to a candidate that knows that there is no lock and has sent its create.
  void StandForFreeLock();
  // From there to leading with lock "L1" at resource version 11.
  void WinFreeLock();
  // From the start to a standby behind `pod`, which holds lock "L1" at resource version 5.
  void FollowLeader(const std::string& pod);

  // ---- What came of the last step.
  template <typename Wanted>
  const Wanted* Did() const {
    for (const election::Action& action : actions) {
      if (const auto* wanted = std::get_if<Wanted>(&action)) return wanted;
    }
    return nullptr;
  }
  bool Creates() const { return Did<election::CreateLock>() != nullptr; }
  // Where the first action of a kind stands in the order of actions; -1 when there is none.
  template <typename Wanted>
  int Position() const {
    for (size_t i = 0; i < actions.size(); ++i) {
      if (std::holds_alternative<Wanted>(actions[i])) return static_cast<int>(i);
    }
    return -1;
  }
  // All that was told in the last step.
  std::vector<status::SnapshotPtr> Told() const;
  // The state as it was told last.
  const Leadership& Says() const { return latest->leadership; }
  Leadership::State State() const { return Says().state(); }
  Leadership::Reason Reason() const { return Says().reason(); }

  election::Election election;
  loop::Instant now{absl::Seconds(1000), absl::FromUnixSeconds(100)};
  std::vector<election::Action> actions;
  status::SnapshotPtr latest;
};

}  // namespace leadership_broker::testing

#endif  // LEADERSHIP_BROKER_TESTS_UNIT_ELECTION_CANDIDATE_H_
