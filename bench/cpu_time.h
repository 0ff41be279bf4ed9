// How much of the processor a process has used.
#ifndef LEADERSHIP_BROKER_BENCH_CPU_TIME_H_
#define LEADERSHIP_BROKER_BENCH_CPU_TIME_H_

#include <sys/types.h>

#include "absl/time/time.h"

namespace leadership_broker::bench {

// In user and system mode together, since its start. Zero when there is no such process.
absl::Duration CpuTimeOf(pid_t pid);

}  // namespace leadership_broker::bench

#endif  // LEADERSHIP_BROKER_BENCH_CPU_TIME_H_
