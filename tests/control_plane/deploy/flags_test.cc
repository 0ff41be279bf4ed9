// The settings that the manifests give the broker, before the broker.
#include <cctype>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/control_plane/deploy/manifests.h"
#include "tests/harness/broker_process.h"

namespace leadership_broker::testing {
namespace {

using Json = nlohmann::json;
using ::testing::HasSubstr;

constexpr char kPrefix[] = "LEADERSHIP_BROKER_";

// "--orphan-grace " for LEADERSHIP_BROKER_ORPHAN_GRACE.
std::string FlagOf(const std::string& variable) {
  std::string flag = variable.substr(sizeof kPrefix - 1);
  for (char& c : flag) c = c == '_' ? '-' : static_cast<char>(std::tolower(c));
  return "--" + flag + " ";
}

// What the kubelet makes of a variable of the manifests.
std::string ValueOf(const Json& variable) {
  if (!variable.contains("valueFrom")) return variable["value"];
  const std::string field = variable["valueFrom"]["fieldRef"]["fieldPath"];
  if (field == "metadata.uid") return "1f5c2d7e-4c53-4e2f-9d0e-0c4a3e1d5b11";
  return field == "metadata.name" ? "worker-0" : kLock;
}

// The chart's are the same, as VariantTest sees.
class FlagsTest : public ::testing::TestWithParam<Variant> {
 protected:
  const Json env_ = BrokerOf(Find(Rendered(Tool::kKustomize, GetParam()), "Deployment", "worker"))["env"];
};

// A misspelt one would be ignored, since Service links make variables of the same prefix.
TEST_P(FlagsTest, EveryVariableIsAFlags) {
  const std::string help = RunBroker({BuiltBroker(), {"--help"}, {}}).output;
  int flags = 0;
  for (const Json& variable : env_) {
    const std::string name = variable["name"];
    // The other one is leaderctl's.
    if (name.rfind(kPrefix, 0) != 0 || name == "LEADERSHIP_BROKER_ADDRESS") continue;
    ++flags;
    EXPECT_THAT(help, HasSubstr(FlagOf(name))) << name;
  }
  EXPECT_GE(flags, 2);
}

// It gets past its settings and looks for the token of its pod.
TEST_P(FlagsTest, TheBrokerAcceptsTheirValues) {
  BrokerCommand command;
  for (const Json& variable : env_) {
    command.environment.push_back(variable["name"].get<std::string>() + "=" + ValueOf(variable));
  }
  command.flags = {"--service-account-dir=/none"};
  const Finished finished = RunBroker(command);
  EXPECT_EQ(finished.exit_code, 2);
  EXPECT_THAT(finished.output, HasSubstr("there is no /none/token"));
}

INSTANTIATE_TEST_SUITE_P(All, FlagsTest, ::testing::ValuesIn(Variants()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace leadership_broker::testing
