// What an election owes, whatever it is told: a second, simple bookkeeping beside the election's own.
//
// It knows less than the election and so forbids less. Where it says no, a rule (docs/design.md) is broken.
#ifndef LEADERSHIP_BROKER_TESTS_FUZZ_ELECTION_PROMISES_H_
#define LEADERSHIP_BROKER_TESTS_FUZZ_ELECTION_PROMISES_H_

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "server/election/election.h"

namespace leadership_broker::fuzz {

class ElectionPromises {
 public:
  ElectionPromises(const election::Options& options, status::SnapshotPtr initial);

  // Before the step: what the event shows.
  void Learn(const election::Event& event, loop::Instant now);
  // After it: what was done. Ends the process where that breaks a promise.
  void Check(const std::vector<election::Action>& actions, const election::Election& election, loop::Instant now);

  // Requests that are out; an answer may come to these alone.
  bool reading() const { return read_out_; }
  bool creating() const { return creating_; }
  bool deleting() const { return deleting_; }
  bool deleting_pod() const { return deleting_pod_; }
  bool releasing() const { return releasing_; }
  bool listing() const { return listing_; }

 private:
  void On(const election::LockSynced& event);
  void On(const election::LockWatched& event);
  void On(const election::LockBookmarked&) {}
  void On(const election::LockRead& event);
  void On(const election::LockContact& event);
  void On(const election::StoreRestored&) {}
  void On(const election::OwnPodSeen& event);
  void On(const election::PodSeen& event);
  void On(const election::NodeSeen&) {}
  void On(const election::NodeUnwatched&) {}
  void On(const election::Heard&) {}
  void On(const election::OwnPodAnswered&) {}
  void On(const election::CreateAnswered& event);
  void On(const election::DeleteAnswered&) { deleting_ = false; }
  void On(const election::ReleaseAnswered& event);
  void On(const election::HolderDeleteAnswered&) { deleting_pod_ = false; }
  void On(const election::CandidatesListed& event);
  void On(const election::Requested& event) { requested_ = event.waiting; }
  void On(const election::Tick&) {}

  void Did(const election::Publish& action);
  void Did(const election::CreateLock& action);
  void Did(const election::ReadTheLock&);
  void Did(const election::ReadOwnPod&) {}
  void Did(const election::DeleteLock& action);
  void Did(const election::ReleaseLock& action);
  void Did(const election::ReadNode&) {}
  void Did(const election::ReadPod&) {}
  void Did(const election::DeleteHolder& action);
  void Did(const election::ListCandidates&);
  void Did(const election::Warn&) {}
  void Did(const election::Happened&) {}

  void See(const election::Lock& lock) { seen_[{lock.uid, lock.resource_version}].push_back(lock); }
  // One of this UID and resourceVersion, as any event has shown it, of which `holds` is true.
  bool HasSeen(const kube::Precondition& precondition, const std::function<bool(const election::Lock&)>& holds) const;
  void KnowByRead(const std::optional<election::Lock>& lock, uint64_t version);
  // R16a, by what the watch shows.
  void MoveHolder(const std::optional<election::Lock>& lock);
  bool IsOurs(const std::optional<election::Lock>& lock, const std::string& uid) const;
  bool SelfMayStand() const;
  bool TakesOver() const { return options_.take_over_after != absl::InfiniteDuration(); }
  void CheckLeader(const status::Snapshot& told) const;

  const election::Options options_;
  std::string self_uid_;
  loop::Instant now_;

  // What the events showed.
  std::optional<kube::Pod> own_pod_;
  std::optional<election::Lock> watched_;
  std::optional<election::Lock> read_;  // by the newest read since the watch began
  uint64_t read_version_ = 0;
  std::map<std::pair<std::string, std::string>, std::vector<election::Lock>> seen_;  // by UID and resourceVersion
  std::set<std::string> proven_;                           // UIDs of locks that are ours by R2's evidence
  std::set<std::string> ended_;                            // UIDs of pods
  using LockAndPod = std::pair<std::string, std::string>;  // by UIDs
  std::optional<LockAndPod> holder_;                       // by the watch
  std::set<std::string> predecessors_;                     // UIDs of pods that held it and may be alive
  std::set<LockAndPod> released_;                          // the mark on the lock names that pod
  bool connected_ = false;
  bool candidates_known_ = false;
  bool list_is_stale_ = false;
  bool requested_ = false;
  absl::Duration last_confirmed_ = -absl::InfiniteDuration();

  // What is out.
  bool read_out_ = false;
  bool reading_ = false;  // and no other may be sent
  bool creating_ = false;
  bool deleting_ = false;
  bool deleting_pod_ = false;
  bool releasing_ = false;
  bool listing_ = false;

  status::SnapshotPtr told_;
  std::string led_;     // the UID of the lock it led under, and has held ever since
  bool acted_ = false;  // in this step, otherwise than by a warning
};

}  // namespace leadership_broker::fuzz

#endif  // LEADERSHIP_BROKER_TESTS_FUZZ_ELECTION_PROMISES_H_
