// A Scheduler whose time the test moves.
#ifndef LEADERSHIP_BROKER_TESTS_UNIT_KUBE_MANUAL_SCHEDULER_H_
#define LEADERSHIP_BROKER_TESTS_UNIT_KUBE_MANUAL_SCHEDULER_H_

#include <algorithm>
#include <functional>
#include <list>
#include <memory>
#include <utility>

#include "absl/time/time.h"

#include "server/loop/scheduler.h"

namespace leadership_broker::testing {

class ManualScheduler : public loop::Scheduler {
 public:
  loop::Instant Now() const override { return now; }

  loop::Handle After(absl::Duration delay, std::function<void()> callback) override {
    auto timer = std::make_unique<Timer>(this, now.boot + delay, std::move(callback));
    timers_.push_back(timer.get());
    return timer;
  }

  double Random() override { return 0.5; }

  // Lets the time go by at once, then runs what is due, in the order of making.
  void Advance(absl::Duration duration) {
    now.boot += duration;
    now.wall += duration;
    while (true) {
      const auto due =
          std::find_if(timers_.begin(), timers_.end(), [this](const Timer* t) { return t->due <= now.boot; });
      if (due == timers_.end()) return;
      const auto callback = std::move((*due)->callback);
      timers_.erase(due);
      callback();
    }
  }

  loop::Instant now{absl::Hours(1), absl::FromUnixSeconds(1'800'000'000)};

 private:
  struct Timer : loop::Pending {
    Timer(ManualScheduler* o, absl::Duration d, std::function<void()> c) : owner(o), due(d), callback(std::move(c)) {}
    ~Timer() override { owner->timers_.remove(this); }
    ManualScheduler* owner;
    absl::Duration due;
    std::function<void()> callback;
  };

  std::list<Timer*> timers_;
};

}  // namespace leadership_broker::testing

#endif  // LEADERSHIP_BROKER_TESTS_UNIT_KUBE_MANUAL_SCHEDULER_H_
