#include "client/leaderctl/program.h"

#include <sys/stat.h>

#include <cstdlib>

#include "client/leaderctl/exit_codes.h"
#include "gmock/gmock.h"

#include "tests/harness/scratch_dir.h"

namespace leadership::leaderctl {
namespace {

using ::testing::HasSubstr;

class FindProgramTest : public ::testing::Test {
 protected:
  FindProgramTest() { setenv("PATH", (scratch_.File("one") + ":" + scratch_.File("two")).c_str(), 1); }
  ~FindProgramTest() override { setenv("PATH", path_.c_str(), 1); }

  std::string Make(const std::string& folder, const std::string& name, mode_t mode) {
    mkdir(scratch_.File(folder).c_str(), 0755);
    std::string path = scratch_.File(folder) + "/" + name;
    leadership_broker::testing::WriteTextFile(path, "");
    chmod(path.c_str(), mode);
    return path;
  }

  const std::string path_ = getenv("PATH");
  const leadership_broker::testing::ScratchDir scratch_;
};

TEST_F(FindProgramTest, LooksThroughPathPastWhatCannotBeExecuted) {
  Make("one", "tool", 0644);
  const std::string second = Make("two", "tool", 0755);
  EXPECT_EQ(FindProgram("tool").path, second);
}

TEST_F(FindProgramTest, NameWithASlashIsAPath) {
  const std::string path = Make("other", "tool", 0755);
  EXPECT_EQ(FindProgram(path).path, path);
  EXPECT_EQ(FindProgram("tool").exit_code, kNotFound);
}

TEST_F(FindProgramTest, MissingIs127AndNamesWhereItLooked) {
  for (const std::string name : {"tool", "", "./tool"}) {
    const Program program = FindProgram(name);
    EXPECT_EQ(program.path, "");
    EXPECT_EQ(program.exit_code, kNotFound) << name;
  }
  EXPECT_THAT(FindProgram("tool").error, HasSubstr(scratch_.File("two")));
}

TEST_F(FindProgramTest, WhatCannotBeExecutedIs126) {
  const std::string path = Make("one", "tool", 0644);
  EXPECT_EQ(FindProgram(path).exit_code, kNotExecutable);
  EXPECT_EQ(FindProgram("tool").exit_code, kNotExecutable);
  EXPECT_THAT(FindProgram("tool").error, HasSubstr(path));
  EXPECT_EQ(FindProgram(scratch_.path()).exit_code, kNotExecutable) << "a folder";
}

}  // namespace
}  // namespace leadership::leaderctl
