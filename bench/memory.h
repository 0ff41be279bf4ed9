// What a process holds in memory.
#ifndef LEADERSHIP_BROKER_BENCH_MEMORY_H_
#define LEADERSHIP_BROKER_BENCH_MEMORY_H_

#include <sys/types.h>

#include <string>

namespace leadership_broker::bench {

// In MiB. Anonymous: what is its own alone, and not a file's.
struct Memory {
  double resident = 0;
  double anonymous = 0;
};

Memory MemoryOf(pid_t pid);
// "27.1 MiB resident, 5.21 MiB of it anonymous".
std::string ToText(const Memory& memory);

}  // namespace leadership_broker::bench

#endif  // LEADERSHIP_BROKER_BENCH_MEMORY_H_
