// What the event loop sleeps in. The API client's transport is one, so that answers are read on the loop's thread the
// moment they come; tests use a condition variable.
#ifndef LEADERSHIP_BROKER_LOOP_WAITER_H_
#define LEADERSHIP_BROKER_LOOP_WAITER_H_

#include "absl/time/time.h"

namespace leadership_broker::loop {

class Waiter {
 public:
  virtual ~Waiter() = default;

  // Returns after `max` at the latest, or when woken, or when there was something to do, which it has then done:
  // callbacks run inside it. Loop's thread only.
  virtual void Wait(absl::Duration max) = 0;

  // Ends the Wait under way, or else the next one at its start. Any thread.
  virtual void Wake() = 0;
};

}  // namespace leadership_broker::loop

#endif  // LEADERSHIP_BROKER_LOOP_WAITER_H_
