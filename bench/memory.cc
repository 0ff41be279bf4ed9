#include "bench/memory.h"

#include <cstdint>
#include <fstream>

#include "absl/strings/str_format.h"

namespace leadership_broker::bench {

Memory MemoryOf(pid_t pid) {
  Memory memory;
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  for (std::string word; status >> word;) {
    double* const field = word == "VmRSS:" ? &memory.resident : word == "RssAnon:" ? &memory.anonymous : nullptr;
    int64_t kilobytes = 0;
    if (field != nullptr && status >> kilobytes) *field = static_cast<double>(kilobytes) / 1024;
  }
  return memory;
}

std::string ToText(const Memory& memory) {
  return absl::StrFormat("%.1f MiB resident, %.2f MiB of it anonymous", memory.resident, memory.anonymous);
}

}  // namespace leadership_broker::bench
