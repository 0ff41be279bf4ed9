#include "tests/harness/child_process.h"

#include <signal.h>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/harness/eventually.h"
#include "tests/harness/scratch_dir.h"

namespace leadership_broker::testing {
namespace {

using ::testing::HasSubstr;

TEST(ChildProcess, GivesExitCodeOutputAndOnlyTheEnvironmentItWasGiven) {
  const Finished finished =
      RunProgram({"/bin/sh", "-c", "echo out; echo err >&2; echo [$A][$B]; exit 7"}, kPatience, {"A=1"});
  EXPECT_EQ(finished.exit_code, 7);
  EXPECT_EQ(finished.output, "out\nerr\n[1][]\n");
}

TEST(ChildProcess, ASignalShowsInTheExitCode) {
  const ScratchDir scratch;
  ChildProcess process({"/bin/sleep", "1000"}, {}, scratch.File("log"));
  EXPECT_TRUE(process.Running());
  process.Signal(SIGSTOP);
  process.Signal(SIGKILL);
  EXPECT_EQ(process.Wait(kPatience), 128 + SIGKILL);
  EXPECT_FALSE(process.Running());
}

TEST(ChildProcess, AProgramThatIsNotThereEndsWith127AndSaysWhy) {
  const Finished finished = RunProgram({"/none/none"}, kPatience);
  EXPECT_EQ(finished.exit_code, 127);
  EXPECT_THAT(finished.output, HasSubstr("cannot run /none/none: No such file"));
}

TEST(ChildProcess, AProgramThatDoesNotEndIsKilledAtItsLimit) {
  EXPECT_EQ(RunProgram({"/bin/sleep", "1000"}, absl::Milliseconds(50)).exit_code, -1);
}

TEST(ScratchDir, GoesWithAllThatIsInIt) {
  std::string path;
  {
    const ScratchDir scratch;
    path = scratch.File("file");
    WriteTextFile(path, "one");
    WriteTextFile(path, "two");
    EXPECT_EQ(ReadTextFile(path), "two");
  }
  EXPECT_EQ(ReadTextFile(path), "");
}

}  // namespace
}  // namespace leadership_broker::testing
