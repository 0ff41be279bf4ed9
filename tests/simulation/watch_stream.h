// One watch of one object: a place in the store's history, and who is told.
#ifndef LEADERSHIP_BROKER_TESTS_SIMULATION_WATCH_STREAM_H_
#define LEADERSHIP_BROKER_TESTS_SIMULATION_WATCH_STREAM_H_

#include <cstdint>
#include <functional>
#include <string>

#include "server/kube/api.h"
#include "tests/simulation/store.h"

namespace leadership_broker::simulation {

class WatchStream {
 public:
  // Which of the two kinds is watched is told by the observer that is not null.
  WatchStream(std::string object, uint64_t from, kube::WatchObserver<kube::ConfigMap>* locks,
              kube::WatchObserver<kube::Pod>* pods)
      : name(std::move(object)), from_(from), locks_(locks), pods_(pods) {}

  bool of_locks() const { return locks_ != nullptr; }
  uint64_t from() const { return from_; }
  std::string Label() const { return (of_locks() ? "configmap " : "pod ") + name; }

  // The next change that concerns it; null when it has come to the end. Skips what does not.
  const Change* Next(const Store& store) {
    const auto& changes = store.changes();
    for (; next_ < changes.size(); ++next_) {
      const Change& change = changes[next_];
      if (change.revision > from_ && change.name == name && (change.lock != nullptr) == of_locks()) return &change;
    }
    return nullptr;
  }

  void Open() {
    opened = true;
    if (of_locks()) locks_->OnOpen();
    if (!of_locks()) pods_->OnOpen();
  }
  void Tell(const Change& change) {
    ++next_;
    if (of_locks()) return locks_->OnEvent(change.kind, *change.lock);
    pods_->OnEvent(change.kind, *change.pod);
  }
  void Bookmark(const std::string& revision) {
    if (of_locks()) return locks_->OnBookmark(revision);
    pods_->OnBookmark(revision);
  }
  void End(const kube::Outcome& outcome) {
    if (of_locks()) return locks_->OnEnd(outcome);
    pods_->OnEnd(outcome);
  }

  const std::string name;
  bool opened = false;
  // The last bookmark that was sent.
  uint64_t bookmarked = 0;

 private:
  const uint64_t from_;
  size_t next_ = 0;
  kube::WatchObserver<kube::ConfigMap>* const locks_;
  kube::WatchObserver<kube::Pod>* const pods_;
};

}  // namespace leadership_broker::simulation

#endif  // LEADERSHIP_BROKER_TESTS_SIMULATION_WATCH_STREAM_H_
