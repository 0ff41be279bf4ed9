// The last changes of each lock that a person would want to know of, since the broker started.
#ifndef LEADERSHIP_BROKER_STATUS_HISTORY_H_
#define LEADERSHIP_BROKER_STATUS_HISTORY_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/time/time.h"

#include "server/loop/mutex.h"
#include "server/status/hub.h"
#include "server/status/observer.h"

namespace leadership_broker::status {

// Any thread.
class History : public Observer {
 public:
  // How many are kept for each lock.
  static constexpr size_t kKept = 50;

  struct Entry {
    // By the wall clock.
    absl::Time at;
    SnapshotPtr told;
  };

  explicit History(std::function<absl::Time()> wall_clock) : wall_clock_(std::move(wall_clock)) {}

  // Of a snapshot that is known already, by its revision, nothing is kept. So whoever has been told one before the
  // observers are may show it here first, and then finds it in.
  void Told(const SnapshotPtr& snapshot) override EXCLUDES(mutex_);

  // The oldest first.
  std::vector<Entry> Of(const std::string& lock) const EXCLUDES(mutex_);

 private:
  struct Kept {
    std::deque<Entry> entries;
    uint64_t revision = 0;
  };

  const std::function<absl::Time()> wall_clock_;
  mutable loop::Mutex mutex_;
  std::map<std::string, Kept> locks_ GUARDED_BY(mutex_);
};

}  // namespace leadership_broker::status

#endif  // LEADERSHIP_BROKER_STATUS_HISTORY_H_
