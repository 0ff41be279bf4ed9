// One thread that calls many callbacks, each after the time it asked for itself: the streams' heartbeats. It starts
// with the first.
#ifndef LEADERSHIP_BROKER_RPC_HEARTBEAT_TIMER_H_
#define LEADERSHIP_BROKER_RPC_HEARTBEAT_TIMER_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <thread>
#include <utility>

#include "absl/time/time.h"

#include "server/loop/mutex.h"

namespace leadership_broker::rpc {

// Any thread.
class HeartbeatTimer {
 public:
  class Beat;

  HeartbeatTimer() = default;
  // All beats must have ended.
  ~HeartbeatTimer();
  HeartbeatTimer(const HeartbeatTimer&) = delete;
  HeartbeatTimer& operator=(const HeartbeatTimer&) = delete;

  // The monotonic clock.
  static absl::Duration Now();

  // Calls `tick` on the timer's thread, first after `delay`, then each time after what it returned last. (What is
  // longer than a day is cut to a day.) It must not block.
  [[nodiscard]] std::unique_ptr<Beat> Start(absl::Duration delay, std::function<absl::Duration()> tick)
      EXCLUDES(mutex_);

 private:
  struct Entry;
  // When, on the monotonic clock, and a number that tells entries of the same moment apart.
  using Key = std::pair<absl::Duration, uint64_t>;

  void Run() EXCLUDES(mutex_);
  void Schedule(const std::shared_ptr<Entry>& entry) REQUIRES(mutex_);
  void End(Entry& entry) EXCLUDES(mutex_);

  loop::Mutex mutex_;
  loop::CondVar changed_;
  bool stopping_ GUARDED_BY(mutex_) = false;
  uint64_t next_number_ GUARDED_BY(mutex_) = 0;
  std::map<Key, std::shared_ptr<Entry>> due_ GUARDED_BY(mutex_);
  std::thread thread_ GUARDED_BY(mutex_);
};

// Ends with its destruction, which waits for a running tick unless it happens inside that tick.
class HeartbeatTimer::Beat {
 public:
  ~Beat() { timer_->End(*entry_); }
  Beat(const Beat&) = delete;
  Beat& operator=(const Beat&) = delete;

 private:
  friend class HeartbeatTimer;
  Beat(HeartbeatTimer* timer, std::shared_ptr<Entry> entry) : timer_(timer), entry_(std::move(entry)) {}

  HeartbeatTimer* const timer_;
  const std::shared_ptr<Entry> entry_;
};

}  // namespace leadership_broker::rpc

#endif  // LEADERSHIP_BROKER_RPC_HEARTBEAT_TIMER_H_
