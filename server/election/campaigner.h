// Stands for one lock: carries out what its Election decides, and turns the answers into events.
//
// All on the loop's thread. The one way through: reflector → event → Election::Step → action → Api → answer → event;
// what is told goes to the Audience.
#ifndef LEADERSHIP_BROKER_ELECTION_CAMPAIGNER_H_
#define LEADERSHIP_BROKER_ELECTION_CAMPAIGNER_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "server/election/election.h"
#include "server/kube/reflector.h"

namespace leadership_broker::election {

// Who is told.
class Audience {
 public:
  virtual ~Audience() = default;
  virtual void Publish(status::SnapshotPtr snapshot) = 0;
  virtual void Warn(const std::string& message) = 0;
  // Something was done that no snapshot tells of.
  virtual void Happened(const election::Happened&) {}
};

class Campaigner : private kube::ReflectorObserver<kube::ConfigMap> {
 public:
  // Publishes the initial state at once; nothing is sent before Start. `read_own_pod` asks for an OwnPodSeen by an
  // uncached read; it is not called before Start. All pointers must outlive it.
  Campaigner(kube::Api* api, loop::Scheduler* scheduler, Audience* audience, Options options,
             std::function<void()> read_own_pod);
  ~Campaigner() override;

  void Start();

  // What is learned of this broker's own pod, by whoever watches it for all locks, and how that goes.
  void OwnPodSeen(const std::optional<kube::Pod>& pod, std::optional<absl::Duration> read_sent) {
    Step(election::OwnPodSeen{pod, read_sent});
  }
  void OwnPodHeard(kube::ReflectorRequest request, const kube::Outcome& outcome);
  void OwnPodAnswered(const kube::Outcome& outcome) { Step(election::OwnPodAnswered{outcome}); }

  // With --campaign=on-request: whether somebody waits in Become.
  void SetRequested(bool waiting) { Step(Requested{waiting}); }

 private:
  class PodTracker;
  class NodeTracker;

  void OnSynced(kube::ObjectRead<kube::ConfigMap> read, bool polling) override;
  void OnEvent(kube::WatchEventKind kind, kube::ConfigMap lock) override;
  void OnBookmark(const std::string& resource_version) override;
  void OnRead(kube::ObjectRead<kube::ConfigMap> read) override;
  void OnRequest(kube::ReflectorRequest request, const kube::Outcome& outcome) override;
  void OnBroken() override;
  void OnRestored() override;

  void Step(const Event& event);
  void Do(const Publish& action);
  void Do(const CreateLock& action);
  void Do(const ReadTheLock& action);
  void Do(const ReadOwnPod& action);
  void Do(const DeleteLock& action);
  void Do(const ReleaseLock& action);
  void Do(const ReadNode& action);
  void Do(const ReadPod& action);
  void Do(const DeleteHolder& action);
  void Do(const ListCandidates& action);
  void Do(const Warn& action);
  void Do(const Happened& action);
  void Track();
  void TrackNode();
  void SweepSoon();
  void Schedule();

  kube::Api* const api_;
  loop::Scheduler* const scheduler_;
  Audience* const audience_;
  const std::function<void()> read_own_pod_;
  const std::string namespace_name_;
  const std::string lock_name_;
  Election election_;

  std::unique_ptr<kube::Reflector<kube::ConfigMap>> lock_;
  std::map<std::string, std::unique_ptr<PodTracker>> tracked_;  // by UID
  std::unique_ptr<NodeTracker> node_;
  std::vector<std::unique_ptr<loop::Pending>> untracked_;  // ended in their own callbacks
  loop::Handle sweep_;
  loop::Handle tick_;
  absl::Duration tick_at_ = absl::InfiniteDuration();
  // One request of a kind at a time; the election sees to that.
  loop::Handle create_;
  loop::Handle removal_;
  loop::Handle candidates_;
};

}  // namespace leadership_broker::election

#endif  // LEADERSHIP_BROKER_ELECTION_CAMPAIGNER_H_
