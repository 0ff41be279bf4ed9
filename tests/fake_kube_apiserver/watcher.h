// One watch of the store: what it selects, and the events that wait to be taken.
#ifndef LEADERSHIP_BROKER_TESTS_FAKE_KUBE_APISERVER_WATCHER_H_
#define LEADERSHIP_BROKER_TESTS_FAKE_KUBE_APISERVER_WATCHER_H_

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <string>

#include "nlohmann/json.hpp"

#include "tests/fake_kube_apiserver/resource.h"
#include "tests/fake_kube_apiserver/selector.h"

namespace leadership_broker::testing::fake {

using Clock = std::chrono::steady_clock;
using ObjectPointer = std::shared_ptr<const json>;

enum class ChangeKind { kAdded, kModified, kDeleted };

// One change of the store.
struct Change {
  ChangeKind kind;
  const Resource* resource;
  std::string namespace_name;
  int64_t revision;
  // The state after it; of a deletion the last one, with the deletion's resourceVersion.
  ObjectPointer object;
  // The state before it; null for kAdded.
  ObjectPointer before;
  Clock::time_point at;
};

// Changes nothing by itself and locks nothing: the Store calls it under its own lock.
class Watcher {
 public:
  struct Event {
    ChangeKind kind;
    ObjectPointer object;
    Clock::time_point at;
  };

  // `namespace_name` empty: all. `wake` is called whenever an event comes to wait, under the Store's lock: it must not
  // call the Store.
  Watcher(const Resource& resource, std::string namespace_name, Selector selector, std::function<void()> wake)
      : resource_(&resource),
        namespace_name_(std::move(namespace_name)),
        selector_(std::move(selector)),
        wake_(std::move(wake)) {}

  // Queues what this watch sees of `change`: an object that comes to match, or ceases to, is added or deleted for it.
  // Revisions up to `after` are known to the client already.
  void Offer(const Change& change);
  // Queues an existing object, as a watch without a resourceVersion begins.
  void OfferInitial(const ObjectPointer& object);

  void set_after(int64_t revision) { after_ = revision; }
  // The store was replaced under this watch: nothing comes any more.
  void End();

  std::deque<Event>& waiting() { return waiting_; }
  bool ended() const { return ended_; }

 private:
  const Resource* const resource_;
  const std::string namespace_name_;
  const Selector selector_;
  const std::function<void()> wake_;
  int64_t after_ = 0;
  bool ended_ = false;
  std::deque<Event> waiting_;
};

}  // namespace leadership_broker::testing::fake

#endif  // LEADERSHIP_BROKER_TESTS_FAKE_KUBE_APISERVER_WATCHER_H_
