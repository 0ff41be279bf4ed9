// Keeps other threads from following one that works through something long, but for a moment now and then.
#ifndef LEADERSHIP_BROKER_STATUS_TURNSTILE_H_
#define LEADERSHIP_BROKER_STATUS_TURNSTILE_H_

#include <atomic>

#include "server/loop/mutex.h"

namespace leadership_broker::status {

// One thread closes and opens it in turns; any thread passes.
class Turnstile {
 public:
  Turnstile() = default;
  Turnstile(const Turnstile&) = delete;
  Turnstile& operator=(const Turnstile&) = delete;

  // Waits while it is closed. Not by the thread that has closed it.
  void Pass() EXCLUDES(mutex_);

  // Lets those through first who waited when it was opened, so that nobody waits through more than two closings.
  void Close() EXCLUDES(mutex_);
  void Open() EXCLUDES(mutex_);

 private:
  loop::Mutex mutex_;
  loop::CondVar changed_;
  // Changed under mutex_.
  std::atomic<bool> closed_{false};
  int waiting_ GUARDED_BY(mutex_) = 0;
};

}  // namespace leadership_broker::status

#endif  // LEADERSHIP_BROKER_STATUS_TURNSTILE_H_
