// The leaderctl that was built with the tests, as a program that they run.
#ifndef LEADERSHIP_BROKER_TESTS_COMPONENT_LEADERCTL_PROGRAM_H_
#define LEADERSHIP_BROKER_TESTS_COMPONENT_LEADERCTL_PROGRAM_H_

#include <string>
#include <vector>

#include "tests/harness/child_process.h"
#include "tests/harness/eventually.h"
#include "tests/harness/scratch_dir.h"

namespace leadership_broker::testing {

std::string BuiltLeaderctl();

// This process's environment, without what would tell leaderctl of a pod or a broker, and with the broker's address.
std::vector<std::string> LeaderctlEnvironment(const std::string& address);

// Runs to its end.
Finished RunLeaderctl(const std::string& address, const std::vector<std::string>& arguments);

// One that runs on. When the test has failed by the time this is destroyed, it prints what leaderctl and its command
// wrote.
class Leaderctl {
 public:
  // `before`: a program that is to run leaderctl, with its arguments.
  Leaderctl(const std::string& address, const std::vector<std::string>& arguments,
            const std::vector<std::string>& before = {});
  ~Leaderctl();

  // What both wrote, to either output.
  std::string Output() const { return ReadTextFile(scratch_.File("output")); }
  // Waits until they have written this; fails the test when they do not.
  bool WaitForOutput(const std::string& text);
  // Fails the test, and is -1, when it does not end.
  int WaitForExitCode();
  void Signal(int signal) { process_.Signal(signal); }
  bool Running() { return process_.Running(); }
  pid_t pid() const { return process_.pid(); }

 private:
  const ScratchDir scratch_;
  ChildProcess process_;
};

}  // namespace leadership_broker::testing

#endif  // LEADERSHIP_BROKER_TESTS_COMPONENT_LEADERCTL_PROGRAM_H_
