#include "tests/component/leaderctl_program.h"

#include <iostream>

#include "gtest/gtest.h"

namespace leadership_broker::testing {
namespace {

std::vector<std::string> CommandLine(const std::vector<std::string>& arguments, std::vector<std::string> before = {}) {
  before.push_back(BuiltLeaderctl());
  before.insert(before.end(), arguments.begin(), arguments.end());
  return before;
}

}  // namespace

std::string BuiltLeaderctl() { return LEADERCTL_PROGRAM; }

std::vector<std::string> LeaderctlEnvironment(const std::string& address) {
  std::vector<std::string> environment = Environment({"POD_", "LEADERSHIP_"});
  environment.push_back("LEADERSHIP_BROKER_ADDRESS=" + address);
  // Of every stranger's variable with a meaning of its own.
  environment.push_back("http_proxy=http://127.0.0.1:1");
  return environment;
}

Finished RunLeaderctl(const std::string& address, const std::vector<std::string>& arguments) {
  return RunProgram(CommandLine(arguments), kPatience, LeaderctlEnvironment(address));
}

namespace {

std::vector<std::string> Absolute(std::vector<std::string> command) {
  if (command[0].find('/') == std::string::npos) command.insert(command.begin(), "/usr/bin/env");
  return command;
}

}  // namespace

Leaderctl::Leaderctl(const std::string& address, const std::vector<std::string>& arguments,
                     const std::vector<std::string>& before)
    : process_(Absolute(CommandLine(arguments, before)), LeaderctlEnvironment(address), scratch_.File("output")) {}

Leaderctl::~Leaderctl() {
  for (const char* report : {"Sanitizer: ", "runtime error: "}) {
    EXPECT_EQ(Output().find(report), std::string::npos) << "a sanitizer has something to report";
  }
  if (::testing::Test::HasFailure()) std::cerr << "--- output of leaderctl\n" << Output() << "---" << std::endl;
}

bool Leaderctl::WaitForOutput(const std::string& text) {
  const bool there = Eventually([&] { return Output().find(text) != std::string::npos; });
  EXPECT_TRUE(there) << "leaderctl did not write \"" << text << "\"";
  return there;
}

int Leaderctl::WaitForExitCode() {
  const std::optional<int> exit_code = process_.Wait(kPatience);
  EXPECT_TRUE(exit_code.has_value()) << "leaderctl does not end";
  return exit_code.value_or(-1);
}

}  // namespace leadership_broker::testing
