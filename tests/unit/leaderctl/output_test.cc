#include "client/leaderctl/output.h"

#include "gmock/gmock.h"
#include "nlohmann/json.hpp"

#include "yaml-cpp/yaml.h"

namespace leadership::leaderctl {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using v1::Leadership;

Leadership Leading() {
  Leadership leadership;
  leadership.mutable_lock()->set_namespace_("shop");
  leadership.mutable_lock()->set_name("example-app-leader");
  leadership.mutable_lock()->set_uid("u-1");
  leadership.set_state(Leadership::STATE_LEADER);
  leadership.set_reason(Leadership::REASON_WON);
  leadership.set_message("this pod: leads \"for life\"");
  leadership.mutable_leader()->set_name("a");
  leadership.mutable_leader()->set_uid("pod-uid");
  *leadership.mutable_self() = leadership.leader();
  leadership.set_fencing_token(18446744073709551615U);
  leadership.mutable_state_since()->set_seconds(1'700'000'000);
  return leadership;
}

TEST(Json, HasTheProtosOwnNamesAndTheFieldsThatAreZero) {
  const nlohmann::json json = nlohmann::json::parse(ToJson(Leading()));
  EXPECT_EQ(json["state"], "STATE_LEADER");
  EXPECT_EQ(json["fencing_token"], "18446744073709551615");
  EXPECT_EQ(json["lock"]["resource_version"], "");
  EXPECT_EQ(json["api_connected"], false);
  EXPECT_EQ(json["state_since"], "2023-11-14T22:13:20Z");
  EXPECT_FALSE(json.contains("valid_for"));
}

TEST(Json, IsOneLineWhereItIsToBe) {
  const std::string line = ToJson(Leading(), /*on_one_line=*/true);
  EXPECT_THAT(line, Not(HasSubstr("\n")));
  EXPECT_EQ(nlohmann::json::parse(line), nlohmann::json::parse(ToJson(Leading())));
}

TEST(Yaml, SaysWhatJsonSays) {
  const YAML::Node yaml = YAML::Load(ToYaml(Leading()));
  const nlohmann::json json = nlohmann::json::parse(ToJson(Leading()));
  ASSERT_EQ(yaml.size(), json.size());
  for (const auto& [key, value] : json.items()) {
    if (value.is_string()) {
      EXPECT_EQ(yaml[key].as<std::string>(), value.get<std::string>());
    }
  }
  EXPECT_EQ(yaml["lock"]["name"].as<std::string>(), "example-app-leader");
  EXPECT_THAT(ToYaml(Leading()), HasSubstr("\nstate: STATE_LEADER\n"));
}

// "1e3" and "true" are good names for pods, and a token of 64 bits is no number for everybody.
TEST(Yaml, KeepsStringsStrings) {
  Leadership leadership = Leading();
  for (const char* name : {"1e3", "true", "no", "null", "0x1f", "y", ""}) {
    leadership.mutable_leader()->set_name(name);
    EXPECT_THAT(ToYaml(leadership), HasSubstr(std::string("name: \"") + name + "\"")) << name;
  }
  EXPECT_THAT(ToYaml(leadership), AllOf(HasSubstr("fencing_token: \"18446744073709551615\""),
                                        HasSubstr("api_connected: false"), HasSubstr("state_since: \"2023-")));
}

TEST(Yaml, ListsLocks) {
  v1::ListLocksResponse locks;
  locks.add_locks()->set_name("one");
  locks.add_locks()->set_name("two");
  const YAML::Node yaml = YAML::Load(ToYaml(locks));
  ASSERT_EQ(yaml["locks"].size(), 2u);
  EXPECT_EQ(yaml["locks"][1]["name"].as<std::string>(), "two");
}

TEST(StatusText, IsAShortTable) {
  const std::string text = StatusText(Leading(), absl::FromUnixSeconds(1'700'000'065));
  EXPECT_THAT(text, AllOf(HasSubstr("Lock:    shop/example-app-leader\n"), HasSubstr("State:   LEADER (won)\n"),
                          HasSubstr("Leader:  a (this pod)\n"), HasSubstr("(1m5s ago)"), HasSubstr("not connected")));
}

TEST(WatchText, IsOneLineWhateverTheBrokerSays) {
  Observation observation;
  *observation.mutable_leadership() = Leading();
  observation.mutable_leadership()->set_message("two\nlines\033[2J");
  observation.mutable_time()->set_seconds(1'700'000'000);
  EXPECT_EQ(WatchText(observation),
            "2023-11-14T22:13:20.000Z LEADER     leader=a token=18446744073709551615 reason=won two lines [2J");
  observation.clear_leadership();
  observation.set_error("nobody answers");
  EXPECT_EQ(WatchText(observation), "2023-11-14T22:13:20.000Z SILENT     nobody answers");
}

TEST(LocksText, TellsTheFreeFromTheHeld) {
  v1::ListLocksResponse locks;
  v1::Lock* held = locks.add_locks();
  held->set_name("held-by-somebody");
  held->set_uid("u-1");
  held->mutable_creation_time()->set_seconds(1'700'000'000);
  locks.add_locks()->set_name("free");
  EXPECT_THAT(LocksText(locks), AllOf(HasSubstr("\nheld-by-somebody  u-1 "), HasSubstr("2023-11-14T22:13:20.000Z\n"),
                                      HasSubstr("\nfree              - ")));
}

}  // namespace
}  // namespace leadership::leaderctl
