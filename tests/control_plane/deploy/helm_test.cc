// The chart by itself.
#include <ostream>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/control_plane/deploy/manifests.h"
#include "tests/harness/scratch_dir.h"

namespace leadership_broker::testing {
namespace {

using Json = nlohmann::json;
using ::testing::HasSubstr;

TEST(ChartTest, LintHasNothingToSay) {
  const Finished finished = Helm({"lint", "--strict", "--set=locks={a}", Chart()});
  EXPECT_EQ(finished.exit_code, 0) << finished.output;
}

TEST(ChartTest, ItsVersionIsTheProjects) {
  const Finished finished = Helm({"show", "chart", Chart()});
  EXPECT_THAT(finished.output, HasSubstr("\nversion: " LEADERSHIP_BROKER_VERSION "\n"));
  EXPECT_THAT(finished.output, HasSubstr("appVersion: " LEADERSHIP_BROKER_VERSION "\n"));
}

TEST(ChartTest, TheExampleIsLetInWhereRestrictedIsEnforced) {
  const ScratchDir scratch;
  const Finished rendered = Helm({"template", "try", Chart(), "--namespace=" + SharedNamespace(), "--set=locks={a,b}",
                                  "--set=example.enabled=true", "--set=flags.orphan-grace=10s"});
  ASSERT_EQ(rendered.exit_code, 0) << rendered.output;
  WriteTextFile(scratch.File("rendered.yaml"), rendered.output);
  const Finished finished = DryRun({"--filename=" + scratch.File("rendered.yaml")});
  ASSERT_EQ(finished.exit_code, 0) << finished.output;

  const Json objects = Json::parse(finished.output)["items"];
  const Json deployment = Find(objects, "Deployment", "try-example");
  ASSERT_FALSE(deployment.is_null());
  const Json env = BrokerOf(deployment)["env"];
  EXPECT_EQ(Named(env, "LEADERSHIP_BROKER_ORPHAN_GRACE")["value"], "10s");
  // Several locks: a label holds one name only.
  EXPECT_EQ(Named(env, "LEADERSHIP_BROKER_LOCK")["valueFrom"]["fieldRef"]["fieldPath"],
            "metadata.annotations['leadership-broker/locks']");
  EXPECT_EQ(deployment["spec"]["template"]["metadata"]["annotations"]["leadership-broker/locks"], "a,b");
  EXPECT_TRUE(deployment["spec"]["template"]["metadata"]["labels"].contains("leadership-broker/lock"));
  EXPECT_EQ(Find(objects, "Role", "try-leadership-broker")["rules"][1]["resourceNames"], Json({"a", "b"}));
}

// Neither the right nor the try.
TEST(ChartTest, WithoutEventsTheRightToThemGoesToo) {
  const Finished finished =
      Helm({"template", "try", Chart(), "--set=locks={a}", "--set=events=false", "--set=example.enabled=true"});
  ASSERT_EQ(finished.exit_code, 0) << finished.output;
  EXPECT_THAT(finished.output, HasSubstr("LEADERSHIP_BROKER_EVENTS"));
  EXPECT_THAT(finished.output, ::testing::Not(HasSubstr("events.k8s.io")));
}

struct BadValues {
  std::string name;
  std::vector<std::string> set;
  // What the message names.
  std::string named;
};

std::ostream& operator<<(std::ostream& out, const BadValues& bad) { return out << bad.name; }

class ChartValuesTest : public ::testing::TestWithParam<BadValues> {};

TEST_P(ChartValuesTest, AreRefusedByName) {
  std::vector<std::string> arguments = {"template", "try", Chart()};
  for (const std::string& value : GetParam().set) arguments.push_back("--set=" + value);
  const Finished finished = Helm(arguments);
  EXPECT_NE(finished.exit_code, 0);
  EXPECT_THAT(finished.output, HasSubstr(GetParam().named));
}

INSTANTIATE_TEST_SUITE_P(
    Bad, ChartValuesTest,
    ::testing::Values(BadValues{"no_lock", {"locks={}"}, "/locks"},
                      BadValues{"a_lock_that_is_no_name", {"locks={A_b}"}, "/locks/0"},
                      BadValues{"an_unknown_value", {"locks={a}", "stepdown=true"}, "stepdown"},
                      BadValues{"a_flag_that_has_a_value_of_its_own", {"locks={a}", "flags.listen=none"}, "listen"},
                      BadValues{"a_leader_label_that_is_none", {"locks={a}", "leaderLabel=leader"}, "/leaderLabel"},
                      BadValues{"a_leader_label_for_two_locks", {"locks={a,b}", "leaderLabel=x=y"}, "exactly one lock"},
                      BadValues{"no_account", {"locks={a}", "serviceAccount.create=false"}, "/serviceAccount/name"},
                      BadValues{
                          "no_duration", {"locks={a}", "takeOverAfter.duration=soon"}, "/takeOverAfter/duration"}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace leadership_broker::testing
