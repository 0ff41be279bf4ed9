#include "bench/cpu_time.h"

#include <time.h>

namespace leadership_broker::bench {

absl::Duration CpuTimeOf(pid_t pid) {
  clockid_t clock = 0;
  timespec time{};
  if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &time) != 0) return absl::ZeroDuration();
  return absl::DurationFromTimespec(time);
}

}  // namespace leadership_broker::bench
