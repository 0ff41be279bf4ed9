// Runs another program to its end, and brings back what it wrote: without a shell, and within bounds.
#ifndef LEADERSHIP_BROKER_PROCESS_PROGRAM_H_
#define LEADERSHIP_BROKER_PROCESS_PROGRAM_H_

#include <atomic>
#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace leadership_broker::process {

struct Program {
  // Argument 0 is a path, or a name to be looked for in PATH.
  std::vector<std::string> arguments;
  // NAME=VALUE, beside this process's own environment and in place of what it has under that name.
  std::vector<std::string> environment;
  absl::Duration limit = absl::Seconds(60);
  // Of its output; a program that writes more is ended.
  size_t most_output = size_t{1} << 20;
  // Of its standard error; what is more is left out.
  size_t most_errors = 4096;
};

struct ProgramResult {
  // 128 + the signal that ended it.
  int exit_code = 0;
  std::string output;
  std::string errors;
};

// Blocks; any thread. It has no standard input and none of our descriptors. What it leaves behind is killed with it:
// also when the limit has passed (DEADLINE_EXCEEDED), when it writes too much (OUT_OF_RANGE), or when `cancelled` has
// become true (CANCELLED). NOT_FOUND and other codes when it cannot be started. No error says what it wrote.
absl::StatusOr<ProgramResult> Run(const Program& program, const std::atomic<bool>& cancelled);

}  // namespace leadership_broker::process

#endif  // LEADERSHIP_BROKER_PROCESS_PROGRAM_H_
