// Records every change of the lock and of the pods, from etcd itself: in the order of the store's revisions, and with
// no gap, whatever is done to the API server and to etcd, since nothing compacts its history.
#ifndef LEADERSHIP_BROKER_TESTS_CONTROL_PLANE_CHAOS_STORE_WATCH_H_
#define LEADERSHIP_BROKER_TESTS_CONTROL_PLANE_CHAOS_STORE_WATCH_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <thread>

#include "tests/control_plane/chaos/recorder.h"

namespace leadership_broker::chaos {

class StoreWatch {
 public:
  // Objects have to be stored as JSON. `recorder` must outlive it.
  StoreWatch(std::string etcd_url, std::string namespace_name, std::string lock, Recorder* recorder);
  ~StoreWatch();
  StoreWatch(const StoreWatch&) = delete;
  StoreWatch& operator=(const StoreWatch&) = delete;

  // Waits until the change at this revision, of some object of the namespace, has been seen, and so every one before.
  void WaitFor(uint64_t revision) const;

 private:
  void Run();
  void WatchOnce();
  void Read(const std::string& line);
  static size_t Received(char* data, size_t size, size_t count, void* self);

  const std::string url_;
  const std::string first_key_;
  const std::string last_key_;
  const std::string lock_key_;
  const std::string pods_;
  Recorder* const recorder_;
  std::atomic<uint64_t> seen_{0};
  std::atomic<bool> stop_{false};
  std::string unread_;
  std::thread thread_;
};

}  // namespace leadership_broker::chaos

#endif  // LEADERSHIP_BROKER_TESTS_CONTROL_PLANE_CHAOS_STORE_WATCH_H_
