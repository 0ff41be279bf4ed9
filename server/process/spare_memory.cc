#include "server/process/spare_memory.h"

#include <malloc.h>
#include <unistd.h>

#include <fstream>

namespace leadership_broker::process {

int64_t SpareBytes() {
  int64_t total_pages = 0;
  int64_t resident_pages = 0;
  int64_t file_pages = 0;
  std::ifstream("/proc/self/statm") >> total_pages >> resident_pages >> file_pages;
  const struct mallinfo2 heap = mallinfo2();
  return (resident_pages - file_pages) * sysconf(_SC_PAGESIZE) - static_cast<int64_t>(heap.uordblks + heap.hblkhd);
}

bool GiveSpareMemoryBack() {
  if (SpareBytes() <= kSpareBytesKept) return false;
  malloc_trim(0);
  return true;
}

}  // namespace leadership_broker::process
