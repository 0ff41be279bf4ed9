// The thread on which everything about elections happens: it runs what other threads post, the timers that are due,
// and, inside its Waiter, the answers of the API server.
#ifndef LEADERSHIP_BROKER_LOOP_EVENT_LOOP_H_
#define LEADERSHIP_BROKER_LOOP_EVENT_LOOP_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <random>
#include <utility>
#include <vector>

#include "server/loop/mutex.h"
#include "server/loop/scheduler.h"
#include "server/loop/waiter.h"

namespace leadership_broker::loop {

// CLOCK_BOOTTIME and CLOCK_REALTIME.
Instant SystemNow();

class EventLoop : public Scheduler {
 public:
  // A turn comes this often at least: LastTurn() then tells a loop that hangs from one with nothing to do, and a timer
  // is late by no more than this when the machine was suspended, which no Waiter's own clock counts.
  static constexpr absl::Duration kLongestWait = absl::Seconds(1);

  // `waiter` must outlive the loop. `clock` may be called by any thread.
  explicit EventLoop(Waiter* waiter, std::function<Instant()> clock = &SystemNow);
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  // Makes the calling thread the loop's thread until Stop(). What was posted before Stop() still runs; timers do not.
  void Run();

  // Any thread, any time; also before Run(), which then returns at once. For good.
  void Stop() EXCLUDES(mutex_);

  // Runs `task` on the loop's thread, in the order of posting. After Stop() it is dropped. Any thread.
  void Post(std::function<void()> task) EXCLUDES(mutex_);

  // When the loop last began a turn, by the boot clock; its construction before the first. Any thread.
  absl::Duration LastTurn() const;

  // Scheduler. Timers that are due run in the order of their times, those of one time in the order of their making.
  // Handles must not outlive the loop. After() and Random() may be called before Run() by the thread that will call it.
  Instant Now() const override;
  Handle After(absl::Duration delay, std::function<void()> callback) override;
  double Random() override;

 private:
  class Timer;
  // The time it is due by the boot clock, and a number that rises.
  using TimerKey = std::pair<absl::Duration, uint64_t>;

  void MarkTurn();
  void RunDueTimers();
  absl::Duration TimeToWait() const;

  Waiter* const waiter_;
  const std::function<Instant()> clock_;
  std::atomic<int64_t> last_turn_nanoseconds_;

  // The loop's thread's own.
  std::map<TimerKey, std::function<void()>> timers_;
  uint64_t timers_made_ = 0;
  std::mt19937_64 random_;

  Mutex mutex_;
  std::vector<std::function<void()>> posted_ GUARDED_BY(mutex_);
  bool stopped_ GUARDED_BY(mutex_) = false;
};

}  // namespace leadership_broker::loop

#endif  // LEADERSHIP_BROKER_LOOP_EVENT_LOOP_H_
