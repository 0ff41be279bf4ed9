// A race on purpose: one thread counts under the hub's own kind of mutex, another without it. Built with
// ThreadSanitizer this has to be reported, or that job could not find a real one either.
#include <cstdio>
#include <thread>

#include "server/loop/mutex.h"

namespace {

struct Shared {
  leadership_broker::loop::Mutex mutex;
  int revision = 0;  // guarded by mutex, says nobody
};

// Not a local of main: clang's instrumentation leaves out what it takes for a variable of one thread.
Shared shared;

}  // namespace

int main() {
  std::thread publisher([] {
    for (int i = 0; i < 1'000; ++i) {
      const leadership_broker::loop::MutexLock lock(shared.mutex);
      ++shared.revision;
    }
  });
  for (int i = 0; i < 1'000; ++i) ++shared.revision;
  publisher.join();
  std::printf("revision: %d\n", shared.revision);
}
