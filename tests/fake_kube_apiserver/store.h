// The stand-in's etcd and registry in one: every object, one revision counter over all of them, the recent history, and
// the watches.
//
// Thread-safe. Every write is one step: stored, given its revision, and offered to the watches before the call returns.
#ifndef LEADERSHIP_BROKER_TESTS_FAKE_KUBE_APISERVER_STORE_H_
#define LEADERSHIP_BROKER_TESTS_FAKE_KUBE_APISERVER_STORE_H_

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "nlohmann/json.hpp"

#include "tests/fake_kube_apiserver/api_result.h"
#include "tests/fake_kube_apiserver/deletion.h"
#include "tests/fake_kube_apiserver/object_rules.h"
#include "tests/fake_kube_apiserver/resource.h"
#include "tests/fake_kube_apiserver/selector.h"
#include "tests/fake_kube_apiserver/watcher.h"

namespace leadership_broker::testing::fake {

// `namespace_name` is empty for a cluster-scoped kind.
struct ObjectKey {
  const Resource* resource;
  std::string namespace_name;
  std::string name;
};

class Store {
 public:
  // Keeps the last `history_length` changes for watches that begin later, and for RestoreTo.
  explicit Store(size_t history_length);
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  // As the API: the body is the object, or a Status.
  ApiResult Create(const Resource& resource, const std::string& namespace_name, json object);
  ApiResult Get(const ObjectKey& key) const;
  ApiResult Update(const ObjectKey& key, Part part, json object);
  // A JSON merge patch (RFC 7386).
  ApiResult Patch(const ObjectKey& key, Part part, const json& patch);
  ApiResult Delete(const ObjectKey& key, const DeleteOptions& options);
  // `namespace_name` empty: all of them. The body is a list with the store's revision.
  ApiResult List(const Resource& resource, const std::string& namespace_name, const Selector& selector) const;

  // Begins a watch. With `from`, of what happened after that revision; without, of what is there now, as ADDED, and
  // everything after. nullptr, and in *failure a Status 410, when history does not reach back to `from`. `wake`: see
  // Watcher.
  std::shared_ptr<Watcher> Watch(const Resource& resource, const std::string& namespace_name, const Selector& selector,
                                 std::optional<int64_t> from, std::function<void()> wake, ApiResult* failure);

  struct Taken {
    std::vector<Watcher::Event> events;
    // Set when nothing waits any more: the watch has seen everything up to here.
    std::optional<int64_t> seen_up_to;
    // When the next event may be taken.
    std::optional<Clock::time_point> next_event;
    // The watch will see no more.
    bool ended = false;
  };
  // Takes the events that happened no later than `until`.
  Taken Take(Watcher& watcher, Clock::time_point until);

  int64_t revision() const;
  // Every object, for the collector; consistent.
  std::vector<std::pair<ObjectKey, ObjectPointer>> All() const;

  // Forgets the history, as etcd's compaction and a restart of the API server do: a watch from before now is answered
  // 410. Watches under way go on.
  void Compact();
  // Goes back to an earlier state and counts on from its revision, as an etcd restored from a backup without
  // --bump-revision. Ends every watch. False when the history does not reach back so far.
  bool RestoreTo(int64_t revision);

  // Calls `on_change` after every change, under the store's lock: it must not call the store. Before the store is used.
  void OnChange(std::function<void()> on_change) { on_change_ = std::move(on_change); }

 private:
  using NameInNamespace = std::pair<std::string, std::string>;
  using Objects = std::map<NameInNamespace, ObjectPointer>;

  // The rest is called with mu_ held.
  ObjectPointer Find(const ObjectKey& key) const;
  std::optional<ApiResult> Admit(const Resource& resource, const std::string& namespace_name, const json& object) const;
  ApiResult Replace(const ObjectKey& key, Part part, Method method, json object);
  // Writes `object` (null: removes it) at the next revision and returns the state that this made.
  ObjectPointer Commit(const ObjectKey& key, ObjectPointer before, json object);
  ObjectPointer Remove(const ObjectKey& key, const ObjectPointer& before);
  void Publish(Change change);
  void RemoveNamespaceContent(const std::string& namespace_name);

  const size_t history_length_;
  std::function<void()> on_change_ = [] {};

  mutable std::mutex mu_;
  // Guarded by mu_:
  int64_t revision_ = 1;
  // History holds every change after this revision.
  int64_t forgotten_ = 1;
  std::deque<Change> history_;
  std::map<const Resource*, Objects> objects_;
  std::vector<std::weak_ptr<Watcher>> watchers_;
};

}  // namespace leadership_broker::testing::fake

#endif  // LEADERSHIP_BROKER_TESTS_FAKE_KUBE_APISERVER_STORE_H_
