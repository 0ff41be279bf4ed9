#include "client/leaderctl/child_group.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gmock/gmock.h"

#include "tests/harness/child_process.h"
#include "tests/harness/eventually.h"
#include "tests/harness/scratch_dir.h"

namespace leadership::leaderctl {
namespace {

using leadership_broker::testing::Environment;
using leadership_broker::testing::Eventually;
using leadership_broker::testing::ReadTextFile;
using ::testing::HasSubstr;

class ChildGroupTest : public ::testing::Test {
 protected:
  ~ChildGroupTest() override {
    group_.Signal(SIGKILL);
    EXPECT_TRUE(Eventually([this] {
      group_.Reap();
      return group_.Gone();
    }));
    close(given_);
    close(own_);
  }

  int StartShell(const std::string& script) {
    return group_.Start("/bin/sh", {"sh", "-c", script, "sh", scratch_.File("output")}, Environment());
  }
  int WaitForExitCode() {
    EXPECT_TRUE(Eventually([this] { return group_.Reap(); }));
    return group_.exit_code();
  }
  std::string Output() const { return ReadTextFile(scratch_.File("output")); }

  const leadership_broker::testing::ScratchDir scratch_;
  // Open before what is inherited is noted, and after it.
  const int given_ = open("/dev/null", O_RDONLY);
  const Inheritance inheritance_;
  const int own_ = open("/dev/zero", O_RDONLY);
  ChildGroup group_{&inheritance_};
};

TEST_F(ChildGroupTest, ExitCodeIsTheCommandsOrThatOfItsSignal) {
  ASSERT_EQ(StartShell("exit 7"), 0);
  EXPECT_EQ(WaitForExitCode(), 7);
  ASSERT_TRUE(group_.Gone());
  ASSERT_EQ(StartShell("kill -KILL $$"), 0);
  EXPECT_EQ(WaitForExitCode(), 128 + SIGKILL);
}

TEST_F(ChildGroupTest, CommandThatCannotBeStartedSaysWhyAndLeavesNothing) {
  EXPECT_EQ(group_.Start("/nonexistent", {"x"}, {}), ENOENT);
  EXPECT_EQ(group_.Start("/dev/null", {"x"}, {}), EACCES);
  EXPECT_TRUE(group_.Gone());
  EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), 0) << "no zombie either; the guard lives";
}

TEST_F(ChildGroupTest, GroupIsGoneOnlyWhenItsLastProcessIs) {
  ASSERT_EQ(StartShell("sleep 1000 & exit 3"), 0);
  EXPECT_EQ(WaitForExitCode(), 3);
  EXPECT_FALSE(group_.Gone());
  EXPECT_TRUE(group_.HasOrphans());
  group_.Signal(SIGTERM);
  EXPECT_TRUE(Eventually([this] {
    group_.Reap();
    return group_.Gone();
  }));
}

TEST_F(ChildGroupTest, CommandGetsNoBlockedSignalAndNoDescriptorOfOurs) {
  sigset_t set;
  sigfillset(&set);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  const int error =
      StartShell("grep SigBlk /proc/self/status >$1; for fd in /proc/$$/fd/*; do readlink $fd; done >>$1; exit 0");
  sigemptyset(&set);
  pthread_sigmask(SIG_SETMASK, &set, nullptr);
  ASSERT_EQ(error, 0);
  EXPECT_EQ(WaitForExitCode(), 0);
  EXPECT_THAT(Output(), HasSubstr("SigBlk:\t0000000000000000"));
  EXPECT_THAT(Output(), ::testing::Not(HasSubstr("/dev/zero")));
  EXPECT_THAT(Output(), HasSubstr("/dev/null")) << "what leaderctl was given goes on to the command";
}

TEST_F(ChildGroupTest, IgnoredSigpipeIsTheLibrarysAndNotTheCommands) {
  signal(SIGPIPE, SIG_IGN);
  const int error = StartShell("grep SigIgn /proc/self/status >$1");
  signal(SIGPIPE, SIG_DFL);
  ASSERT_EQ(error, 0);
  EXPECT_EQ(WaitForExitCode(), 0);
  // "SigIgn:", a tab, and a number in hexadecimal; whoever runs the tests may ignore other signals.
  const uint64_t ignored = std::stoull(Output().substr(Output().find('\t') + 1), nullptr, 16);
  EXPECT_EQ(ignored & (uint64_t{1} << (SIGPIPE - 1)), 0u);
}

TEST_F(ChildGroupTest, OrphansOfOtherGroupsAreReapedToo) {
  // Doubly forked into a session of its own.
  ASSERT_EQ(StartShell("(setsid sh -c 'echo $$ >$0' $1 &) ; sleep 1000"), 0);
  ASSERT_TRUE(Eventually([this] { return !Output().empty(); }));
  const pid_t orphan = std::stoi(Output());
  EXPECT_TRUE(Eventually([&] {
    group_.Reap();
    return kill(orphan, 0) != 0 && errno == ESRCH;
  }));
}

}  // namespace
}  // namespace leadership::leaderctl
