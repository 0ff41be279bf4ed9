// What the election's thread gives to the code that runs on it: the time, and a way to be called later.
//
// Everything that decides takes a Scheduler by constructor, so that tests and the simulation run it under virtual time.
#ifndef LEADERSHIP_BROKER_LOOP_SCHEDULER_H_
#define LEADERSHIP_BROKER_LOOP_SCHEDULER_H_

#include <functional>
#include <memory>

#include "absl/time/time.h"

namespace leadership_broker::loop {

// One moment on two clocks.
struct Instant {
  // Time since boot, suspension included (CLOCK_BOOTTIME). For everything that is measured or waited for.
  absl::Duration boot;
  // The wall clock. For what people read, never for a decision.
  absl::Time wall;
};

// Something under way that ends when this is destroyed: a timer, a request, a watch. Destroy it on the loop's thread.
// After its destruction its callback is not called; it may be destroyed inside its own callback.
class Pending {
 public:
  virtual ~Pending() = default;
};
using Handle = std::unique_ptr<Pending>;

class Scheduler {
 public:
  virtual ~Scheduler() = default;

  virtual Instant Now() const = 0;

  // Calls `callback` once on the loop's thread, `delay` from now (at once, but never inside this call, when it is not
  // positive). Loop's thread only.
  [[nodiscard]] virtual Handle After(absl::Duration delay, std::function<void()> callback) = 0;

  // A uniform draw from [0, 1). Loop's thread only.
  virtual double Random() = 0;
};

}  // namespace leadership_broker::loop

#endif  // LEADERSHIP_BROKER_LOOP_SCHEDULER_H_
