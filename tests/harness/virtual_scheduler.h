// A Scheduler under a test's hand: time stands still until the test moves it.
#ifndef LEADERSHIP_BROKER_TESTS_HARNESS_VIRTUAL_SCHEDULER_H_
#define LEADERSHIP_BROKER_TESTS_HARNESS_VIRTUAL_SCHEDULER_H_

#include <algorithm>
#include <cstdint>
#include <map>
#include <utility>

#include "server/loop/scheduler.h"

namespace leadership_broker::testing {

class VirtualScheduler : public loop::Scheduler {
 public:
  loop::Instant Now() const override { return now_; }

  loop::Handle After(absl::Duration delay, std::function<void()> callback) override {
    const Key key{now_.boot + std::max(delay, absl::ZeroDuration()), ++made_};
    timers_.emplace(key, std::move(callback));
    return std::make_unique<Timer>(this, key);
  }

  double Random() override { return random; }

  // Runs what is due, in order, as time passes.
  void Advance(absl::Duration by) {
    const absl::Duration until = now_.boot + by;
    while (!timers_.empty() && timers_.begin()->first.first <= until) {
      auto node = timers_.extract(timers_.begin());
      JumpTo(std::max(now_.boot, node.key().first));
      node.mapped()();
    }
    JumpTo(until);
  }

  // It is `boot` now, and no timer has run yet: as after a SIGSTOP. Advance runs them, late.
  void JumpTo(absl::Duration boot) {
    now_.wall += boot - now_.boot;
    now_.boot = boot;
  }

  // When the next timer is due (boot clock); InfiniteDuration when there is none.
  absl::Duration Next() const { return timers_.empty() ? absl::InfiniteDuration() : timers_.begin()->first.first; }

  double random = 0;

 private:
  using Key = std::pair<absl::Duration, uint64_t>;

  class Timer : public loop::Pending {
   public:
    Timer(VirtualScheduler* scheduler, Key key) : scheduler_(scheduler), key_(key) {}
    ~Timer() override { scheduler_->timers_.erase(key_); }

   private:
    VirtualScheduler* const scheduler_;
    const Key key_;
  };

  loop::Instant now_{absl::Seconds(1000), absl::FromUnixSeconds(1'700'000'000)};
  std::map<Key, std::function<void()>> timers_;
  uint64_t made_ = 0;
};

}  // namespace leadership_broker::testing

#endif  // LEADERSHIP_BROKER_TESTS_HARNESS_VIRTUAL_SCHEDULER_H_
