// The API server's store, as the simulation has it: linearizable, with one revision counter over locks, pods and nodes
// and the whole history of changes, from which each watch is served at its own pace.
#ifndef LEADERSHIP_BROKER_TESTS_SIMULATION_STORE_H_
#define LEADERSHIP_BROKER_TESTS_SIMULATION_STORE_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"

#include "server/kube/api.h"

namespace leadership_broker::simulation {

inline constexpr char kNamespace[] = "ns";
inline constexpr char kLock[] = "lock";
inline constexpr char kCandidateLabel[] = "leadership-broker/lock";

using LockPtr = std::shared_ptr<const kube::ConfigMap>;
using PodPtr = std::shared_ptr<const kube::Pod>;
using NodePtr = std::shared_ptr<const kube::Node>;

// One change. `lock`, `pod` or `node` is the object as the watch events show it, also for a deletion.
struct Change {
  uint64_t revision;
  kube::WatchEventKind kind;
  std::string name;
  LockPtr lock = nullptr;
  PodPtr pod = nullptr;
  NodePtr node = nullptr;
};

class Store {
 public:
  // `on_change` is called after every change.
  explicit Store(std::function<void(const Change&)> on_change) : on_change_(std::move(on_change)) {}

  uint64_t revision() const { return revision_; }
  const std::vector<Change>& changes() const { return changes_; }
  // Watches from before this revision are answered 410.
  uint64_t compacted() const { return compacted_; }
  void Compact() { compacted_ = revision_; }

  // Null when there is none.
  LockPtr lock() const { return lock_; }
  PodPtr pod(const std::string& name) const;
  PodPtr PodOf(const std::string& uid) const;
  const std::map<std::string, PodPtr>& pods() const { return pods_; }
  NodePtr node(const std::string& name) const;

  // As the API: with the status that the broker's API client makes of the server's answer.
  kube::WriteAnswer CreateLock(const kube::ConfigMap& lock, absl::Time now);
  kube::WriteAnswer DeleteLock(const kube::Precondition& precondition);
  kube::WriteAnswer AnnotateLock(const kube::Precondition& precondition, const std::string& annotation,
                                 const std::string& value);

  // What people, kubelets and the collector do.
  void PutLock(kube::ConfigMap lock);
  void RemoveLock();
  void PutPod(kube::Pod pod);
  void RemovePod(const std::string& name);
  void PutNode(kube::Node node);

  // Everything is again as it was at `revision`, the revision itself too. Watches have to be ended by the caller.
  void RestoreTo(uint64_t revision);

 private:
  kube::Outcome Check(const kube::Precondition& precondition) const;
  void Record(Change change);

  const std::function<void(const Change&)> on_change_;
  uint64_t revision_ = 100;
  uint64_t compacted_ = 0;
  int locks_made_ = 0;
  LockPtr lock_;
  std::map<std::string, PodPtr> pods_;
  std::map<std::string, NodePtr> nodes_;
  std::vector<Change> changes_;
};

}  // namespace leadership_broker::simulation

#endif  // LEADERSHIP_BROKER_TESTS_SIMULATION_STORE_H_
