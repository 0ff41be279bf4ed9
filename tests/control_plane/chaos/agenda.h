// What is to be done later: how faults end while others go on.
#ifndef LEADERSHIP_BROKER_TESTS_CONTROL_PLANE_CHAOS_AGENDA_H_
#define LEADERSHIP_BROKER_TESTS_CONTROL_PLANE_CHAOS_AGENDA_H_

#include <functional>
#include <map>
#include <utility>

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace leadership_broker::chaos {

// Not thread-safe.
class Agenda {
 public:
  void In(absl::Duration duration, std::function<void()> deed) {
    deeds_.emplace(absl::Now() + duration, std::move(deed));
  }

  void DoWhatIsDue() { DoUntil(absl::Now()); }
  // Now, whenever it was meant for, and what that adds as well.
  void DoAll() { DoUntil(absl::InfiniteFuture()); }

 private:
  void DoUntil(absl::Time time) {
    while (!deeds_.empty() && deeds_.begin()->first <= time) {
      const std::function<void()> deed = std::move(deeds_.begin()->second);
      deeds_.erase(deeds_.begin());
      deed();
    }
  }

  std::multimap<absl::Time, std::function<void()>> deeds_;
};

}  // namespace leadership_broker::chaos

#endif  // LEADERSHIP_BROKER_TESTS_CONTROL_PLANE_CHAOS_AGENDA_H_
