// When processes end, to the millisecond: by the kernel, which the kubelet's whole seconds and the runtime's events are
// no match for.
#ifndef LEADERSHIP_BROKER_TESTS_E2E_END_WATCH_H_
#define LEADERSHIP_BROKER_TESTS_E2E_END_WATCH_H_

#include <sys/types.h>

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "absl/time/time.h"

namespace leadership_broker::testing {

// Thread-safe.
class EndWatch {
 public:
  EndWatch();
  ~EndWatch();
  EndWatch(const EndWatch&) = delete;
  EndWatch& operator=(const EndWatch&) = delete;

  // From now on, under a name of the caller's; again is nothing.
  void Add(const std::string& name, pid_t pid);
  // Empty while it runs, and for names that were not added.
  std::optional<absl::Time> Ended(const std::string& name) const;

 private:
  void Poll();

  mutable std::mutex mutex_;
  // Guarded by mutex_. A pidfd by name; those that have ended are in `ended_` alone.
  std::map<std::string, int> running_;
  std::map<std::string, absl::Time> ended_;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace leadership_broker::testing

#endif  // LEADERSHIP_BROKER_TESTS_E2E_END_WATCH_H_
