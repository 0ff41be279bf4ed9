#include "server/rpc/heartbeat_timer.h"

#include <algorithm>
#include <chrono>

#include "server/status/callback_gate.h"

namespace leadership_broker::rpc {

absl::Duration HeartbeatTimer::Now() { return absl::FromChrono(std::chrono::steady_clock::now().time_since_epoch()); }

struct HeartbeatTimer::Entry {
  Entry(absl::Duration first, std::function<absl::Duration()> tick)
      : delay(first), gate([this, tick = std::move(tick)] { delay = tick(); }) {}

  // Written before the entry is scheduled first, and then by the timer's thread alone.
  absl::Duration delay;
  status::CallbackGate gate;
  // These two are guarded by the timer's mutex.
  Key key;
  bool ended = false;
};

HeartbeatTimer::~HeartbeatTimer() {
  std::thread thread;
  {
    loop::MutexLock lock(mutex_);
    stopping_ = true;
    changed_.NotifyAll();
    thread.swap(thread_);
  }
  if (thread.joinable()) thread.join();
}

std::unique_ptr<HeartbeatTimer::Beat> HeartbeatTimer::Start(absl::Duration delay,
                                                            std::function<absl::Duration()> tick) {
  auto entry = std::make_shared<Entry>(delay, std::move(tick));
  {
    loop::MutexLock lock(mutex_);
    if (!thread_.joinable()) thread_ = std::thread([this] { Run(); });
    Schedule(entry);
  }
  return std::unique_ptr<Beat>(new Beat(this, std::move(entry)));
}

void HeartbeatTimer::Schedule(const std::shared_ptr<Entry>& entry) {
  entry->key = {Now() + std::min(entry->delay, absl::Hours(24)), next_number_++};
  due_.emplace(entry->key, entry);
  if (due_.begin()->second == entry) changed_.NotifyAll();
}

void HeartbeatTimer::Run() {
  mutex_.Lock();
  while (!stopping_) {
    if (due_.empty()) {
      changed_.Wait(mutex_);
      continue;
    }
    const absl::Duration wait = due_.begin()->first.first - Now();
    if (wait > absl::ZeroDuration()) {
      changed_.WaitFor(mutex_, wait);
      continue;
    }
    const std::shared_ptr<Entry> entry = std::move(due_.begin()->second);
    due_.erase(due_.begin());
    mutex_.Unlock();
    entry->gate.Run();
    mutex_.Lock();
    if (!entry->ended) Schedule(entry);
  }
  mutex_.Unlock();
}

void HeartbeatTimer::End(Entry& entry) {
  entry.gate.Shut();
  loop::MutexLock lock(mutex_);
  entry.ended = true;
  due_.erase(entry.key);
}

}  // namespace leadership_broker::rpc
