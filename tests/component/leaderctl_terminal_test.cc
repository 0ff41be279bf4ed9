// leaderctl on a terminal: the command has it, Ctrl-C and Ctrl-Z do what they should, and step-down asks.
#include <fcntl.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gmock/gmock.h"

#include "tests/component/leaderctl_program.h"
#include "tests/scenarios/scenario.h"

namespace leadership_broker::testing {
namespace {

// leaderctl as the leader of a session of its own, whose terminal the test holds the other end of.
class OnTerminal {
 public:
  OnTerminal(const std::string& address, std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), BuiltLeaderctl());
    std::vector<std::string> environment = LeaderctlEnvironment(address);
    std::vector<char*> words;
    std::vector<char*> variables;
    for (std::string& word : arguments) words.push_back(word.data());
    for (std::string& variable : environment) variables.push_back(variable.data());
    words.push_back(nullptr);
    variables.push_back(nullptr);
    pid_ = forkpty(&terminal_, nullptr, nullptr, nullptr);
    if (pid_ == 0) {
      execve(words[0], words.data(), variables.data());
      _exit(127);
    }
    fcntl(terminal_, F_SETFL, O_NONBLOCK);
  }
  ~OnTerminal() {
    if (!exit_code_.has_value()) kill(pid_, SIGKILL);
    WaitForExitCode();
    close(terminal_);
  }
  OnTerminal(const OnTerminal&) = delete;
  OnTerminal& operator=(const OnTerminal&) = delete;

  void Type(const std::string& keys) { EXPECT_EQ(write(terminal_, keys.data(), keys.size()), keys.size()); }
  bool WaitForOutput(const std::string& text) {
    const bool there = Eventually([&] {
      Read();
      return output_.find(text) != std::string::npos;
    });
    EXPECT_TRUE(there) << "no \"" << text << "\" in:\n" << output_;
    return there;
  }
  int WaitForExitCode() {
    int status = 0;
    if (exit_code_.has_value()) return *exit_code_;
    const bool ended = Eventually([&] {
      Read();
      return waitpid(pid_, &status, WNOHANG) == pid_;
    });
    EXPECT_TRUE(ended) << "leaderctl does not end; it wrote:\n" << output_;
    exit_code_ = ended ? WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status) : -1;
    return *exit_code_;
  }

 private:
  void Read() {
    char buffer[4096];
    for (ssize_t length; (length = read(terminal_, buffer, sizeof(buffer))) > 0;) output_.append(buffer, length);
  }

  int terminal_ = -1;
  pid_t pid_;
  std::string output_;
  std::optional<int> exit_code_;
};

constexpr char kCtrlC[] = "\003";
constexpr char kCtrlZ[] = "\032";

class LeaderctlTerminal : public Scenario {
 protected:
  const std::unique_ptr<Candidate> leader_ = NewCandidate("a");
};

TEST_F(LeaderctlTerminal, CommandReadsFromIt) {
  OnTerminal run(leader_->broker.address(), {"run", "--", "sh", "-c", "echo ask; read answer; echo \"<$answer>\""});
  ASSERT_TRUE(run.WaitForOutput("ask"));
  run.Type("hello\n");
  EXPECT_TRUE(run.WaitForOutput("<hello>"));
  EXPECT_EQ(run.WaitForExitCode(), 0);
}

TEST_F(LeaderctlTerminal, CtrlCIsTheCommands) {
  OnTerminal run(leader_->broker.address(),
                 {"run", "--", "sh", "-c", "trap 'exit 9' INT; echo ready; while true; do sleep 0.02; done"});
  ASSERT_TRUE(run.WaitForOutput("ready"));
  run.Type(kCtrlC);
  EXPECT_EQ(run.WaitForExitCode(), 9);
}

TEST_F(LeaderctlTerminal, CtrlCBeforeTheCommandEndsLeaderctl) {
  leader_->WaitForState(Leadership::STATE_LEADER);
  const auto standby = NewCandidate("b");
  standby->WaitForLeader(*leader_->pod);
  OnTerminal run(standby->broker.address(), {"run", "--", "true"});
  ASSERT_TRUE(run.WaitForOutput("waiting for leadership"));
  run.Type(kCtrlC);
  EXPECT_EQ(run.WaitForExitCode(), 130);
}

TEST_F(LeaderctlTerminal, CtrlZDoesNotSuspendALeader) {
  OnTerminal run(leader_->broker.address(),
                 {"run", "--", "sh", "-c", "trap 'exit 9' INT; echo ready; while true; do sleep 0.02; done"});
  ASSERT_TRUE(run.WaitForOutput("ready"));
  run.Type(kCtrlZ);
  run.Type(kCtrlC);
  EXPECT_EQ(run.WaitForExitCode(), 9);
}

TEST_F(LeaderctlTerminal, RestartedCommandHasItAgain) {
  OnTerminal run(leader_->broker.address(), {"run", "--restart", "--", "sh", "-c",
                                             "echo token $LEADERSHIP_FENCING_TOKEN.; read answer; echo \"<$answer>\""});
  ASSERT_TRUE(run.WaitForOutput("token "));
  const uint64_t first = leader_->WaitForState(Leadership::STATE_LEADER).leadership.fencing_token();
  DeleteLock();
  // Its loss is told to whoever looks, and may be over by then.
  const Told again =
      leader_->app.WaitFor([&](const Leadership& told) { return told.fencing_token() > first; }, "the next term");
  ASSERT_TRUE(run.WaitForOutput("token " + std::to_string(again.leadership.fencing_token()) + "."));
  run.Type("again\n");
  EXPECT_TRUE(run.WaitForOutput("<again>"));
  EXPECT_EQ(run.WaitForExitCode(), 0);
}

TEST_F(LeaderctlTerminal, StepDownAsksAndTakesNothingButYesForAYes) {
  leader_->WaitForState(Leadership::STATE_LEADER);
  for (const char* answer : {"n\n", "\n", "yesterday\n"}) {
    OnTerminal step_down(leader_->broker.address(), {"step-down"});
    ASSERT_TRUE(step_down.WaitForOutput("deletes the pod a,"));
    step_down.Type(answer);
    EXPECT_TRUE(step_down.WaitForOutput("nothing was done"));
    EXPECT_EQ(step_down.WaitForExitCode(), 1);
  }
  OnTerminal step_down(leader_->broker.address(), {"step-down"});
  ASSERT_TRUE(step_down.WaitForOutput("[y/N]"));
  step_down.Type("y\n");
  EXPECT_TRUE(step_down.WaitForOutput("--allow-step-down"));
  EXPECT_EQ(step_down.WaitForExitCode(), 1);
}

}  // namespace
}  // namespace leadership_broker::testing
