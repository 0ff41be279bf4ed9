// An app of examples/ as a process, and what it printed.
#ifndef LEADERSHIP_BROKER_TESTS_INTEROP_EXAMPLES_EXAMPLE_APP_H_
#define LEADERSHIP_BROKER_TESTS_INTEROP_EXAMPLES_EXAMPLE_APP_H_

#include <cstdint>
#include <string>
#include <vector>

#include "tests/harness/child_process.h"
#include "tests/harness/scratch_dir.h"

namespace leadership_broker::testing {

// The command that runs the app of "cpp", "python", "go" or "node", made ready before if it must be; of Python's apps
// the one in `file` (a path in the repository). Empty, and a failed test that says why, when it cannot be made ready.
std::vector<std::string> ExampleCommand(const std::string& language, const std::string& file = "");

// Not thread-safe. When the test has failed by the time this is destroyed, it prints what the app printed.
class ExampleApp {
 public:
  // Starts it beside the broker at `address`, with `variables` (NAME=VALUE) in its environment, and with proxies there
  // that nobody serves.
  ExampleApp(const std::string& name, const std::vector<std::string>& command, const std::string& address,
             const std::vector<std::string>& variables = {});
  ~ExampleApp();
  ExampleApp(const ExampleApp&) = delete;
  ExampleApp& operator=(const ExampleApp&) = delete;

  const std::string& name() const { return name_; }
  ChildProcess& process() { return process_; }
  // All of it.
  std::string Output() const { return ReadTextFile(scratch_.File("output")); }
  // Its lines that begin with "start", "stop" or "work", one for several of the same that follow each other.
  std::vector<std::string> Life() const;
  // Waits until its life is this and nothing else.
  bool LifeBecomes(const std::vector<std::string>& life) const;
  int64_t TimesWorked() const;
  // Waits until it has worked twice more.
  bool WorksOn() const;
  // SIGTERM; its exit code, or -1, and a failed test, when it does not end.
  int Stop();

 private:
  const ScratchDir scratch_;
  const std::string name_;
  ChildProcess process_;
};

}  // namespace leadership_broker::testing

#endif  // LEADERSHIP_BROKER_TESTS_INTEROP_EXAMPLES_EXAMPLE_APP_H_
