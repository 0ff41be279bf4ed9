#include "server/loop/event_loop.h"

#include <time.h>

#include <algorithm>
#include <memory>

#include "absl/time/clock.h"

namespace leadership_broker::loop {
namespace {

absl::Duration BootTime() {
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  return absl::DurationFromTimespec(now);
}

}  // namespace

Instant SystemNow() { return Instant{BootTime(), absl::Now()}; }

class EventLoop::Timer : public Pending {
 public:
  Timer(EventLoop* loop, TimerKey key) : loop_(loop), key_(key) {}
  ~Timer() override { loop_->timers_.erase(key_); }

 private:
  EventLoop* const loop_;
  const TimerKey key_;
};

EventLoop::EventLoop(Waiter* waiter, std::function<Instant()> clock)
    : waiter_(waiter), clock_(std::move(clock)), random_(std::random_device{}()) {
  MarkTurn();
}

void EventLoop::Run() {
  while (true) {
    MarkTurn();
    std::vector<std::function<void()>> tasks;
    bool stopped = false;
    {
      MutexLock lock(mutex_);
      tasks.swap(posted_);
      stopped = stopped_;
    }
    for (auto& task : tasks) task();
    if (stopped) return;
    RunDueTimers();
    waiter_->Wait(TimeToWait());
  }
}

void EventLoop::Stop() {
  {
    MutexLock lock(mutex_);
    stopped_ = true;
  }
  waiter_->Wake();
}

void EventLoop::Post(std::function<void()> task) {
  {
    MutexLock lock(mutex_);
    if (stopped_) return;
    posted_.push_back(std::move(task));
  }
  waiter_->Wake();
}

absl::Duration EventLoop::LastTurn() const { return absl::Nanoseconds(last_turn_nanoseconds_.load()); }

Instant EventLoop::Now() const { return clock_(); }

Handle EventLoop::After(absl::Duration delay, std::function<void()> callback) {
  const TimerKey key(Now().boot + std::max(delay, absl::ZeroDuration()), ++timers_made_);
  timers_.emplace(key, std::move(callback));
  return std::make_unique<Timer>(this, key);
}

double EventLoop::Random() {
  // The 53 bits that a double holds: never 1, as std::uniform_real_distribution may give by rounding.
  return static_cast<double>(random_() >> 11) * 0x1.0p-53;
}

void EventLoop::MarkTurn() { last_turn_nanoseconds_ = absl::ToInt64Nanoseconds(Now().boot); }

void EventLoop::RunDueTimers() {
  // Timers made by these callbacks wait for the next turn, so that I/O has its turn between.
  const absl::Duration now = Now().boot;
  const uint64_t newest = timers_made_;
  while (!timers_.empty() && timers_.begin()->first.first <= now && timers_.begin()->first.second <= newest) {
    auto timer = timers_.extract(timers_.begin());
    timer.mapped()();
  }
}

absl::Duration EventLoop::TimeToWait() const {
  if (timers_.empty()) return kLongestWait;
  return std::clamp(timers_.begin()->first.first - Now().boot, absl::ZeroDuration(), kLongestWait);
}

}  // namespace leadership_broker::loop
