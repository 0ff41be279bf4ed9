// CLOCK_BOOTTIME: it goes on while the machine is suspended, as the broker's does (R9), and nobody sets it.
#ifndef LEADERSHIP_CLIENT_BOOT_CLOCK_H_
#define LEADERSHIP_CLIENT_BOOT_CLOCK_H_

#include <time.h>

#include "absl/time/time.h"

namespace leadership::internal {

// Since the machine started. Any thread.
inline absl::Duration BootTime() {
  timespec now;
  clock_gettime(CLOCK_BOOTTIME, &now);
  return absl::DurationFromTimespec(now);
}

}  // namespace leadership::internal

#endif  // LEADERSHIP_CLIENT_BOOT_CLOCK_H_
