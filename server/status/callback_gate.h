// A callback that other threads call until its owner forbids it; from then on it is certain not to run.
#ifndef LEADERSHIP_BROKER_STATUS_CALLBACK_GATE_H_
#define LEADERSHIP_BROKER_STATUS_CALLBACK_GATE_H_

#include <functional>
#include <thread>
#include <utility>

#include "server/loop/mutex.h"

namespace leadership_broker::status {

// Any thread. Keep the gate alive while a Run is under way (the callers here share it).
class CallbackGate {
 public:
  explicit CallbackGate(std::function<void()> callback) : callback_(std::move(callback)) {}
  CallbackGate(const CallbackGate&) = delete;
  CallbackGate& operator=(const CallbackGate&) = delete;

  // Calls the callback, unless the gate is shut. The callback never runs twice at once: called while another thread is
  // in it, this returns at once, and that thread calls it once more.
  void Run() EXCLUDES(mutex_);

  // After its return the callback is not running and will not run again. Waits for a running one; but called from
  // inside the callback it returns at once, and that call is the last.
  void Shut() EXCLUDES(mutex_);

 private:
  const std::function<void()> callback_;
  loop::Mutex mutex_;
  loop::CondVar idle_;
  bool shut_ GUARDED_BY(mutex_) = false;
  bool running_ GUARDED_BY(mutex_) = false;
  bool again_ GUARDED_BY(mutex_) = false;
  std::thread::id runner_ GUARDED_BY(mutex_);
};

}  // namespace leadership_broker::status

#endif  // LEADERSHIP_BROKER_STATUS_CALLBACK_GATE_H_
