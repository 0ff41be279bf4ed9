// Listeners in a process of their own. Debian's gRPC, which is built with its assertions, looks through all calls of a
// process at every message; so those of one teller would pay for those of another.
#ifndef LEADERSHIP_BROKER_BENCH_LISTENERS_PROCESS_H_
#define LEADERSHIP_BROKER_BENCH_LISTENERS_PROCESS_H_

#include <cstdint>
#include <fstream>
#include <memory>
#include <string>

#include "absl/time/time.h"

#include "bench/listeners.h"
#include "tests/harness/child_process.h"
#include "tests/harness/scratch_dir.h"

namespace leadership_broker::bench {

// As Listeners. Not thread-safe.
class ListenersProcess {
 public:
  // `program`: listeners_program.cc.
  ListenersProcess(const std::string& program, Service service, const std::string& address, int streams,
                   int connections, int silent);
  ListenersProcess(const ListenersProcess&) = delete;
  ListenersProcess& operator=(const ListenersProcess&) = delete;

  absl::Time WaitTold(uint64_t version);
  pid_t pid() const { return process_->pid(); }

 private:
  const testing::ScratchDir scratch_;
  std::unique_ptr<testing::ChildProcess> process_;
  std::ofstream questions_;
  std::ifstream answers_;
};

}  // namespace leadership_broker::bench

#endif  // LEADERSHIP_BROKER_BENCH_LISTENERS_PROCESS_H_
