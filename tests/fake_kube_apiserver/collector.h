// The stand-in's garbage collector: removes objects whose owners are all gone, strips dead references where an owner
// lives, and does the work that foreground and orphan deletions ask for. An owner is known by its UID; one of another
// namespace counts as gone. A reference to a kind that the stand-in does not know keeps its object for ever.
#ifndef LEADERSHIP_BROKER_TESTS_FAKE_KUBE_APISERVER_COLLECTOR_H_
#define LEADERSHIP_BROKER_TESTS_FAKE_KUBE_APISERVER_COLLECTOR_H_

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <thread>

#include "tests/fake_kube_apiserver/store.h"

namespace leadership_broker::testing::fake {

class Collector {
 public:
  // Acts `delay` after a change that gives it something to do. The store must outlive it. Not started.
  Collector(Store& store, std::chrono::milliseconds delay);
  ~Collector();
  Collector(const Collector&) = delete;
  Collector& operator=(const Collector&) = delete;

  // Both may be called again and again, from one thread. Nothing is collected between Stop's return and Start, and
  // nothing that came up meanwhile is missed.
  void Start();
  void Stop();

  // To be called at every change of the store, by any thread. Never blocks, never calls the store.
  void Notice();

  // One pass over everything, now. For the thread that Start starts, and for tests.
  void Collect();

 private:
  // Whether each reference's owner is there. `leaving`: it waits, deleted in the foreground, for its dependents to go.
  enum class Owner { kSolid, kLeaving, kGone };
  struct Known {
    std::string namespace_name;
    bool leaving;
  };
  using Uids = std::map<std::string, Known>;

  static Owner Find(const Uids& uids, const std::string& namespace_name, const json& reference);
  void CollectDependent(const Uids& uids, const ObjectKey& key, const json& object);
  void FinishOwner(const ObjectKey& key, const json& object);
  void Run();

  Store& store_;
  const std::chrono::milliseconds delay_;
  std::thread thread_;
  std::mutex mu_;
  std::condition_variable changed_;
  // Guarded by mu_:
  bool dirty_ = true;
  bool stopping_ = false;
};

}  // namespace leadership_broker::testing::fake

#endif  // LEADERSHIP_BROKER_TESTS_FAKE_KUBE_APISERVER_COLLECTOR_H_
