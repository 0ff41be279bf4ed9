// A race on purpose: one thread publishes through the hub's own mutex, another reads the same value without it. Built
// with ThreadSanitizer this has to be reported, or that job could not find a real one either.
#include <atomic>
#include <cstdio>
#include <thread>

#include "server/loop/mutex.h"

namespace {

struct Shared {
  leadership_broker::loop::Mutex mutex;
  int revision = 0;  // guarded by mutex, says nobody
};

}  // namespace

int main() {
  Shared shared;
  std::atomic<bool> done{false};
  std::thread publisher([&] {
    for (int i = 0; i < 10'000; ++i) {
      const leadership_broker::loop::MutexLock lock(shared.mutex);
      ++shared.revision;
    }
    done.store(true, std::memory_order_relaxed);
  });
  int last = 0;
  while (!done.load(std::memory_order_relaxed)) last = shared.revision;
  publisher.join();
  std::printf("last seen: %d\n", last);
}
