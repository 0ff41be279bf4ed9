// Completion in the shells themselves.
#include "gmock/gmock.h"

#include "tests/component/leaderctl_program.h"
#include "tests/scenarios/scenario.h"

namespace leadership_broker::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

std::string Script(const std::string& name) { return std::string(LEADERCTL_COMPLETIONS) + "/" + name; }

class LeaderctlCompletion : public Scenario {
 protected:
  // Of the shell's own kind.
  std::string Shell(const std::vector<std::string>& command) const {
    std::vector<std::string> words = {"/usr/bin/env"};
    words.insert(words.end(), command.begin(), command.end());
    std::vector<std::string> environment = LeaderctlEnvironment(leader_->broker.address());
    const std::string program = BuiltLeaderctl();
    for (std::string& variable : environment) {
      if (variable.rfind("PATH=", 0) == 0) variable.insert(5, program.substr(0, program.rfind('/')) + ":");
    }
    const Finished finished = RunProgram(words, kPatience, environment);
    EXPECT_EQ(finished.exit_code, 0) << finished.output;
    return finished.output;
  }
  // What bash has to choose from, a line each, when Tab is pressed at the end of `line`.
  std::string Bash(const std::string& line) const {
    constexpr char kScript[] = R"(
        source "$0"
        COMP_LINE=$1 COMP_POINT=${#1}
        $(complete -p leaderctl | sed 's/.*-F \(\w*\).*/\1/')
        printf '%s\n' "${COMPREPLY[@]}")";
    return Shell({"bash", "--norc", "-c", kScript, Script("leaderctl.bash"), line});
  }

  const std::unique_ptr<Candidate> leader_ = NewCandidate("a");
};

TEST_F(LeaderctlCompletion, Bash) {
  ASSERT_TRUE(leader_->broker.WaitServing());
  EXPECT_EQ(Bash("leaderctl st"), "status\nstep-down\n");
  EXPECT_EQ(Bash("leaderctl status -o "), "text\njson\nyaml\n");
  EXPECT_THAT(Bash("leaderctl run --"), AllOf(HasSubstr("--grace\n"), HasSubstr("--restart\n"), HasSubstr("--lock\n")));
  EXPECT_EQ(Bash("leaderctl status --lock "), lock + "\n");
  EXPECT_EQ(Bash("leaderctl locks --address unix:/nonexistent --lock "), "\n") << "with nobody there it is quiet";
  EXPECT_THAT(Bash("leaderctl run --restart -- leaderct"), AllOf(HasSubstr("leaderctl\n"), Not(HasSubstr("status"))));
}

TEST_F(LeaderctlCompletion, Fish) {
  ASSERT_TRUE(leader_->broker.WaitServing());
  const auto complete = [this](const std::string& line) {
    return Shell({"HOME=" + leader_->pod->service_account_dir(), "fish", "--no-config", "-c",
                  "source " + Script("leaderctl.fish") + "; complete -C '" + line + "'"});
  };
  EXPECT_THAT(complete("leaderctl st"), AllOf(HasSubstr("status\tShow who leads"), HasSubstr("step-down\t")));
  EXPECT_EQ(complete("leaderctl status --lock "), lock + "\n");
  EXPECT_THAT(complete("leaderctl run -- leaderct"), AllOf(HasSubstr("leaderctl"), Not(HasSubstr("status"))));
}

// As a person at a terminal has it: zsh shows what there is to choose from.
TEST_F(LeaderctlCompletion, Zsh) {
  ASSERT_TRUE(leader_->broker.WaitServing());
  const auto complete = [this](const std::string& line) {
    return Shell({"zsh", "-f", LEADERCTL_ZSH, Script(""), line});
  };
  EXPECT_THAT(complete("leaderctl st"),
              AllOf(HasSubstr("status"), HasSubstr("Show who leads"), HasSubstr("step-down")));
  EXPECT_THAT(complete("leaderctl status --lock "), HasSubstr("--lock " + lock));
}

}  // namespace
}  // namespace leadership_broker::testing
