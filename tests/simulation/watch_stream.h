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
  // Which of the three kinds is watched is told by the observer that is not null.
  WatchStream(std::string object, uint64_t from, kube::WatchObserver<kube::ConfigMap>* locks,
              kube::WatchObserver<kube::Pod>* pods, kube::WatchObserver<kube::Node>* nodes)
      : name(std::move(object)), from_(from), locks_(locks), pods_(pods), nodes_(nodes) {}

  bool of_locks() const { return locks_ != nullptr; }
  bool of_nodes() const { return nodes_ != nullptr; }
  uint64_t from() const { return from_; }
  std::string Label() const { return (of_locks() ? "configmap " : of_nodes() ? "" : "pod ") + name; }

  // The next change that concerns it; null when it has come to the end. Skips what does not.
  const Change* Next(const Store& store) {
    const auto& changes = store.changes();
    for (; next_ < changes.size(); ++next_) {
      const Change& change = changes[next_];
      const bool of_kind = (change.lock != nullptr) == of_locks() && (change.node != nullptr) == of_nodes();
      if (change.revision > from_ && change.name == name && of_kind) return &change;
    }
    return nullptr;
  }

  void Open() {
    opened = true;
    Observe([](auto* observer) { observer->OnOpen(); });
  }
  void Tell(const Change& change) {
    ++next_;
    if (of_locks()) return locks_->OnEvent(change.kind, *change.lock);
    if (of_nodes()) return nodes_->OnEvent(change.kind, *change.node);
    pods_->OnEvent(change.kind, *change.pod);
  }
  void Bookmark(const std::string& revision) {
    Observe([&revision](auto* observer) { observer->OnBookmark(revision); });
  }
  void End(const kube::Outcome& outcome) {
    Observe([&outcome](auto* observer) { observer->OnEnd(outcome); });
  }

  const std::string name;
  bool opened = false;
  // The last bookmark that was sent.
  uint64_t bookmarked = 0;

 private:
  template <typename Call>
  void Observe(Call call) {
    if (of_locks()) return call(locks_);
    if (of_nodes()) return call(nodes_);
    call(pods_);
  }

  const uint64_t from_;
  size_t next_ = 0;
  kube::WatchObserver<kube::ConfigMap>* const locks_;
  kube::WatchObserver<kube::Pod>* const pods_;
  kube::WatchObserver<kube::Node>* const nodes_;
};

}  // namespace leadership_broker::simulation

#endif  // LEADERSHIP_BROKER_TESTS_SIMULATION_WATCH_STREAM_H_
