#include "tests/fake_kube_apiserver/timers.h"

#include <utility>

namespace leadership_broker::testing::fake {

Timers::Timers() : thread_([this] { Run(); }) {}

Timers::~Timers() {
  {
    const std::lock_guard<std::mutex> lock(mu_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void Timers::At(Clock::time_point time, std::function<void()> callback) {
  {
    const std::lock_guard<std::mutex> lock(mu_);
    callbacks_.emplace(time, std::move(callback));
  }
  changed_.notify_all();
}

void Timers::Run() {
  std::unique_lock<std::mutex> lock(mu_);
  while (!stopping_) {
    if (callbacks_.empty()) {
      changed_.wait(lock);
      continue;
    }
    const Clock::time_point next = callbacks_.begin()->first;
    if (Clock::now() < next) {
      changed_.wait_until(lock, next);
      continue;
    }
    const std::function<void()> callback = std::move(callbacks_.begin()->second);
    callbacks_.erase(callbacks_.begin());
    lock.unlock();
    callback();
    lock.lock();
  }
}

}  // namespace leadership_broker::testing::fake
