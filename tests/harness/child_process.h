// A program that a test runs, without a shell.
#ifndef LEADERSHIP_BROKER_TESTS_HARNESS_CHILD_PROCESS_H_
#define LEADERSHIP_BROKER_TESTS_HARNESS_CHILD_PROCESS_H_

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace leadership_broker::testing {

// Not thread-safe. The program is killed with this object, and with the thread that made it.
class ChildProcess {
 public:
  // The program's standard output and error are appended to `output_file`; its standard input is empty. `environment`
  // holds NAME=VALUE and is all it gets. A program that cannot be started ends with 127 and says why in `output_file`.
  ChildProcess(const std::vector<std::string>& command, const std::vector<std::string>& environment,
               const std::string& output_file);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  pid_t pid() const { return pid_; }
  // Does nothing once the program has ended.
  void Signal(int signal);
  // The exit code, or 128 + the signal that ended it; nullopt when it still runs after `limit`.
  std::optional<int> Wait(absl::Duration limit);
  bool Running() { return !Wait(absl::ZeroDuration()).has_value(); }

 private:
  pid_t pid_ = -1;
  std::optional<int> exit_code_;
};

// This process's environment, as NAME=VALUE, less the variables whose names begin with one of `without`.
std::vector<std::string> Environment(const std::vector<std::string>& without = {});

// Runs a program to its end. `output` is what it wrote to both its outputs.
struct Finished {
  // As ChildProcess::Wait; -1 when it was killed because `limit` had passed.
  int exit_code = -1;
  std::string output;
};
Finished RunProgram(const std::vector<std::string>& command, absl::Duration limit,
                    const std::vector<std::string>& environment = Environment());

// A port of 127.0.0.1 that nobody listens on at the moment, and that was not given out before. Any thread.
int FreePort();

}  // namespace leadership_broker::testing

#endif  // LEADERSHIP_BROKER_TESTS_HARNESS_CHILD_PROCESS_H_
