#include "server/process/program.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <string>
#include <thread>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace leadership_broker::testing {
namespace {

using process::Program;
using process::ProgramResult;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

const std::atomic<bool> kNotCancelled{false};

Program Shell(const std::string& script) {
  Program program;
  program.arguments = {"sh", "-c", script};
  return program;
}

ProgramResult Good(const Program& program) {
  const auto result = process::Run(program, kNotCancelled);
  EXPECT_TRUE(result.ok()) << result.status();
  return result.value_or(ProgramResult());
}

TEST(ProgramTest, BringsBackWhatItWroteAndHowItEnded) {
  const ProgramResult result = Good(Shell("echo out; echo err >&2; exit 3"));
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_EQ(result.output, "out\n");
  EXPECT_EQ(result.errors, "err\n");
  EXPECT_EQ(Good(Shell("kill -TERM $$")).exit_code, 128 + SIGTERM);
}

TEST(ProgramTest, ArgumentsAreNoShells) {
  Program program;
  program.arguments = {"printf", "%s|", "$HOME; echo x", "*", ""};
  EXPECT_EQ(Good(program).output, "$HOME; echo x|*||");
}

TEST(ProgramTest, ItsEnvironmentIsOursAndWhatIsGiven) {
  setenv("LB_TEST_KEPT", "kept", 1);
  setenv("LB_TEST_REPLACED", "old", 1);
  Program program = Shell("echo $LB_TEST_KEPT $LB_TEST_REPLACED $LB_TEST_NEW");
  program.environment = {"LB_TEST_REPLACED=new", "LB_TEST_NEW=a b"};
  EXPECT_EQ(Good(program).output, "kept new a b\n");
}

TEST(ProgramTest, ItHasNothingOfOursBesides) {
  // Without O_CLOEXEC, as a library may open one.
  const int left_open = fcntl(STDERR_FILENO, F_DUPFD, 57);
  sigset_t blocked;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGTERM);
  sigset_t before;
  pthread_sigmask(SIG_BLOCK, &blocked, &before);
  // No shell, which has signals and descriptors of its own.
  Program program;
  program.arguments = {"grep", "SigBlk:", "/proc/self/status"};
  EXPECT_EQ(Good(program).output, "SigBlk:\t0000000000000000\n");
  program.arguments = {"ls", "/proc/self/fd"};
  EXPECT_THAT(Good(program).output, Not(HasSubstr(absl::StrCat(left_open, "\n"))));
  program.arguments = {"cat"};
  EXPECT_EQ(Good(program).output, "");
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  close(left_open);
}

TEST(ProgramTest, OneThatIsNotThereSaysSo) {
  Program program;
  program.arguments = {"/no/such/program"};
  const absl::Status status = process::Run(program, kNotCancelled).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()), AllOf(HasSubstr("/no/such/program"), HasSubstr("No such file")));
  program.arguments = {"/etc/passwd"};
  EXPECT_EQ(process::Run(program, kNotCancelled).status().code(), absl::StatusCode::kPermissionDenied);
}

TEST(ProgramTest, OneThatDoesNotEndIsEndedWithItsChildren) {
  Program program = Shell("sleep 1000 & echo $!; wait");
  program.limit = absl::Milliseconds(300);
  const absl::Status status = process::Run(program, kNotCancelled).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_THAT(std::string(status.message()), HasSubstr("within 300ms"));
}

TEST(ProgramTest, AChildThatItLeavesBehindIsNotWaitedForAndIsEnded) {
  const ProgramResult result = Good(Shell("sleep 1000 & echo $!"));
  pid_t child = 0;
  ASSERT_TRUE(absl::SimpleAtoi(result.output, &child));
  // It is somebody else's to reap; a moment later it is gone.
  const absl::Time end = absl::Now() + absl::Seconds(60);
  const auto runs = [child] {
    const std::string path = absl::StrCat("/proc/", child, "/stat");
    char state[256] = "";
    const int file = open(path.c_str(), O_RDONLY);
    if (file < 0) return false;
    const ssize_t count = read(file, state, sizeof(state) - 1);
    close(file);
    return count > 0 && std::string(state).find(") Z ") == std::string::npos;
  };
  while (runs() && absl::Now() < end) absl::SleepFor(absl::Milliseconds(10));
  EXPECT_FALSE(runs());
}

TEST(ProgramTest, OneThatWritesWithoutEndIsEnded) {
  Program program = Shell("yes hush");
  const absl::Status status = process::Run(program, kNotCancelled).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kOutOfRange);
  EXPECT_THAT(std::string(status.message()), AllOf(HasSubstr("more than 1048576 bytes"), Not(HasSubstr("hush"))));
}

TEST(ProgramTest, OfALongComplaintTheBeginningIsKept) {
  const ProgramResult result = Good(Shell("yes complaint | head -n 100000 >&2; echo done"));
  EXPECT_EQ(result.errors.size(), 4096u);
  EXPECT_EQ(result.output, "done\n");
}

TEST(ProgramTest, ItEndsWhenItIsCancelled) {
  std::atomic<bool> cancelled{false};
  std::thread other([&cancelled] { cancelled = true; });
  EXPECT_EQ(process::Run(Shell("sleep 1000"), cancelled).status().code(), absl::StatusCode::kCancelled);
  other.join();
}

}  // namespace
}  // namespace leadership_broker::testing
