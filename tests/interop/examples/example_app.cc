#include "tests/interop/examples/example_app.h"

#include <signal.h>

#include <algorithm>
#include <iostream>
#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"

#include "tests/harness/eventually.h"

namespace leadership_broker::testing {
namespace {

const std::string kSource = LEADERSHIP_BROKER_SOURCE_DIR;

// Where compilers and packages have to be fetched first, that takes minutes.
constexpr absl::Duration kPreparation = absl::Minutes(15);

std::vector<std::string> AppEnvironment(const std::string& address, const std::vector<std::string>& variables) {
  std::vector<std::string> all = Environment({"LEADERSHIP_BROKER_", "POD_", "no_proxy=", "NO_PROXY="});
  for (const char* name : {"http_proxy", "https_proxy", "grpc_proxy", "HTTP_PROXY", "HTTPS_PROXY"})
    all.push_back(name + std::string("=http://127.0.0.1:9"));
  all.push_back("LEADERSHIP_BROKER_ADDRESS=" + address);
  all.insert(all.end(), variables.begin(), variables.end());
  return all;
}

bool IsLife(const std::string& line) { return line == "start" || line == "stop" || absl::StartsWith(line, "work "); }

}  // namespace

std::vector<std::string> ExampleCommand(const std::string& language, const std::string& file) {
  if (language == "cpp") return {LEADERSHIP_BROKER_EXAMPLE_APP};
  std::vector<std::string> prepare = {kSource + "/tests/interop/examples/prepare", "--command", language};
  if (!file.empty()) prepare.push_back(file);
  const Finished finished = RunProgram(prepare, kPreparation);
  EXPECT_EQ(finished.exit_code, 0) << finished.output;
  if (finished.exit_code != 0) return {};
  return absl::StrSplit(finished.output, '\n', absl::SkipEmpty());
}

ExampleApp::ExampleApp(const std::string& name, const std::vector<std::string>& command, const std::string& address,
                       const std::vector<std::string>& variables)
    : name_(name), process_(command, AppEnvironment(address, variables), scratch_.File("output")) {}

ExampleApp::~ExampleApp() {
  if (::testing::Test::HasFailure()) std::cerr << "--- output of " << name_ << "\n" << Output() << "---" << std::endl;
}

std::vector<std::string> ExampleApp::Life() const {
  std::vector<std::string> life;
  for (const std::string& line : std::vector<std::string>(absl::StrSplit(Output(), '\n'))) {
    if (IsLife(line) && (life.empty() || life.back() != line)) life.push_back(line);
  }
  return life;
}

bool ExampleApp::LifeBecomes(const std::vector<std::string>& life) const {
  return Eventually([&] { return Life() == life; });
}

int64_t ExampleApp::TimesWorked() const {
  const std::vector<std::string> lines = absl::StrSplit(Output(), '\n');
  return std::count_if(lines.begin(), lines.end(),
                       [](const std::string& line) { return absl::StartsWith(line, "work "); });
}

bool ExampleApp::WorksOn() const {
  const int64_t before = TimesWorked();
  return Eventually([&] { return TimesWorked() >= before + 2; });
}

int ExampleApp::Stop() {
  process_.Signal(SIGTERM);
  const std::optional<int> exit_code = process_.Wait(kPatience);
  EXPECT_TRUE(exit_code.has_value()) << name_ << " does not end on SIGTERM";
  return exit_code.value_or(-1);
}

}  // namespace leadership_broker::testing
