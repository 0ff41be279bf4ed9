#include "server/config/config.h"

#include <map>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace leadership_broker::testing {
namespace {

using config::Config;
using config::EarlyExit;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

using Variables = std::map<std::string, std::string>;

std::variant<Config, EarlyExit> Parse(const std::vector<std::string>& arguments, const Variables& variables = {}) {
  std::vector<const char*> argv = {"leadership-broker"};
  for (const std::string& argument : arguments) argv.push_back(argument.c_str());
  return config::ParseConfig(static_cast<int>(argv.size()), argv.data(), [&variables](const std::string& name) {
    const auto found = variables.find(name);
    return found == variables.end() ? std::string() : found->second;
  });
}

Config Good(const std::vector<std::string>& arguments, const Variables& variables = {}) {
  auto result = Parse(arguments, variables);
  if (const auto* exit = std::get_if<EarlyExit>(&result)) {
    ADD_FAILURE() << exit->text;
    return Config();
  }
  return std::get<Config>(result);
}

std::vector<std::string> Texts(const std::vector<config::Address>& addresses) {
  std::vector<std::string> texts;
  for (const auto& address : addresses) texts.push_back(address.text);
  return texts;
}

TEST(ConfigTest, Defaults) {
  const Config config = Good({"--lock=a"});
  EXPECT_THAT(config.locks, ElementsAre("a"));
  EXPECT_THAT(Texts(config.listen), ElementsAre("127.0.0.1:8642", "[::1]:8642"));
  EXPECT_TRUE(config.listen_is_default);
  EXPECT_FALSE(config.allow_remote);
  EXPECT_EQ(config.max_streams, 1024);
  EXPECT_THAT(Texts(config.http_listen), ElementsAre("[::]:8643", "0.0.0.0:8643"));
  EXPECT_TRUE(config.http_listen_is_default);
  EXPECT_EQ(config.namespace_name + config.pod_name + config.pod_uid, "");
  EXPECT_EQ(config.service_account_dir, "/var/run/secrets/kubernetes.io/serviceaccount");
  EXPECT_EQ(config.election, config::Election::kAuto);
  EXPECT_EQ(config.campaign, config::Campaign::kImmediate);
  EXPECT_EQ(config.orphan_grace, absl::Seconds(5));
  EXPECT_EQ(config.create_spread, absl::ZeroDuration());
  EXPECT_EQ(config.unverified_limit, absl::InfiniteDuration());
  EXPECT_FALSE(config.allow_step_down);
  EXPECT_EQ(config.step_down_after, absl::InfiniteDuration());
  EXPECT_EQ(config.take_over_after, absl::InfiniteDuration());
  EXPECT_TRUE(config.events);
  EXPECT_FALSE(config.leader_label.has_value());
  EXPECT_EQ(config.log_format, config::LogFormat::kText);
  EXPECT_EQ(config.log_level, config::LogLevel::kInfo);
}

TEST(ConfigTest, EveryFlag) {
  const Config config = Good({"--lock=b,a.b",
                              "--listen",
                              "127.0.0.1:1,unix:/x",
                              "--max-streams=7",
                              "--http-listen=10.0.0.1:2",
                              "--elector-listen=127.0.0.1:4040,[::1]:4040",
                              "--namespace=ns",
                              "--pod-name=pod-0",
                              "--pod-uid=u-1",
                              "--service-account-dir=/sa",
                              "--kubeconfig=/a:b",
                              "--context=lab",
                              "--election=required",
                              "--campaign=on-request",
                              "--orphan-grace=never",
                              "--create-spread=1m30s",
                              "--unverified-limit=3s",
                              "--unreachable-leader=take-over-after=6s",
                              "--allow-step-down",
                              "--step-down-after=5m",
                              "--log-format=json",
                              "--log-level=debug"});
  EXPECT_THAT(config.locks, ElementsAre("b", "a.b")) << "in the order given";
  EXPECT_THAT(Texts(config.listen), ElementsAre("127.0.0.1:1", "unix:/x"));
  EXPECT_FALSE(config.listen_is_default);
  EXPECT_EQ(config.max_streams, 7);
  EXPECT_THAT(Texts(config.http_listen), ElementsAre("10.0.0.1:2"));
  EXPECT_FALSE(config.http_listen_is_default);
  EXPECT_THAT(Texts(config.elector_listen), ElementsAre("127.0.0.1:4040", "[::1]:4040"));
  EXPECT_EQ(config.namespace_name, "ns");
  EXPECT_EQ(config.pod_name, "pod-0");
  EXPECT_EQ(config.pod_uid, "u-1");
  EXPECT_EQ(config.service_account_dir, "/sa");
  EXPECT_EQ(config.kubeconfig, "/a:b");
  EXPECT_EQ(config.context, "lab");
  EXPECT_EQ(config.election, config::Election::kRequired);
  EXPECT_EQ(config.campaign, config::Campaign::kOnRequest);
  EXPECT_EQ(config.orphan_grace, absl::InfiniteDuration());
  EXPECT_EQ(config.create_spread, absl::Seconds(90));
  EXPECT_EQ(config.unverified_limit, absl::Seconds(3));
  EXPECT_TRUE(config.allow_step_down);
  EXPECT_EQ(config.step_down_after, absl::Minutes(5));
  EXPECT_EQ(config.take_over_after, absl::Seconds(6));
  EXPECT_EQ(config.log_format, config::LogFormat::kJson);
  EXPECT_EQ(config.log_level, config::LogLevel::kDebug);
}

TEST(ConfigTest, WhatIsSeenOfTheLeader) {
  EXPECT_FALSE(Good({"--lock=a", "--events=false"}).events);
  EXPECT_TRUE(Good({"--lock=a", "--events"}).events);
  EXPECT_FALSE(Good({"--lock=a"}, {{"LEADERSHIP_BROKER_EVENTS", "false"}}).events);
  const Config config = Good({"--lock=a", "--leader-label=example.com/role=the_leader.1"});
  EXPECT_EQ(config.leader_label->key, "example.com/role");
  EXPECT_EQ(config.leader_label->value, "the_leader.1");
  EXPECT_EQ(Good({"--lock=a", "--leader-label=role="}).leader_label->value, "");
}

TEST(ConfigTest, SpecialValues) {
  EXPECT_THAT(Good({"--lock=a", "--http-listen=none"}).http_listen, ::testing::IsEmpty());
  EXPECT_THAT(Good({"--lock=a", "--elector-listen=none"}).elector_listen, ::testing::IsEmpty());
  EXPECT_EQ(Good({"--lock=a", "--orphan-grace=0"}).orphan_grace, absl::ZeroDuration());
  EXPECT_EQ(Good({"--lock=a", "--orphan-grace=500ms"}).orphan_grace, absl::Milliseconds(500));
  EXPECT_EQ(Good({"--lock=a", "--unverified-limit=off"}).unverified_limit, absl::InfiniteDuration());
  EXPECT_EQ(Good({"--lock=a", "--step-down-after=off"}).step_down_after, absl::InfiniteDuration());
  EXPECT_TRUE(Good({"--lock=a"}, {{"LEADERSHIP_BROKER_ALLOW_STEP_DOWN", "true"}}).allow_step_down);
  EXPECT_EQ(Good({"--lock=a", "--unreachable-leader=wait"}).take_over_after, absl::InfiniteDuration());
  EXPECT_EQ(Good({"--lock=a", "--listen=127.0.0.1:0,127.0.0.1:0"}).listen.size(), 2u) << "any two free ports";
}

TEST(ConfigTest, EnvironmentFillsInAndTheFlagWins) {
  const Variables variables = {{"LEADERSHIP_BROKER_LOCK", "from-env"},
                               {"LEADERSHIP_BROKER_ORPHAN_GRACE", "7s"},
                               {"LEADERSHIP_BROKER_SERVICE_ACCOUNT_DIR", "/sa"},
                               {"LEADERSHIP_BROKER_LOG_LEVEL", ""}};
  const Config config = Good({"--orphan-grace=8s"}, variables);
  EXPECT_THAT(config.locks, ElementsAre("from-env"));
  EXPECT_EQ(config.orphan_grace, absl::Seconds(8));
  EXPECT_EQ(config.service_account_dir, "/sa");
  EXPECT_EQ(config.log_level, config::LogLevel::kInfo) << "an empty variable counts as not set";
}

TEST(ConfigTest, VariablesOfServiceLinksAreIgnored) {
  Good({"--lock=a"}, {{"LEADERSHIP_BROKER_PORT", "tcp://10.0.0.1:8642"},
                      {"LEADERSHIP_BROKER_SERVICE_HOST", "10.0.0.1"},
                      {"LEADERSHIP_BROKER_SERVICE_PORT", "8642"},
                      {"LEADERSHIP_BROKER_PORT_8642_TCP_ADDR", "10.0.0.1"},
                      {"LEADERSHIP_BROKER_HELP", "1"},
                      {"LEADERSHIP_BROKER_VERSION", "1"}});
}

TEST(ConfigTest, HelpAndVersionNeedNothingElse) {
  const auto help = std::get<EarlyExit>(Parse({"--help"}));
  EXPECT_EQ(help.code, 0);
  EXPECT_THAT(help.text, ::testing::AllOf(HasSubstr("--orphan-grace"), HasSubstr("LEADERSHIP_BROKER_")));
  const auto version = std::get<EarlyExit>(Parse({"--version"}));
  EXPECT_EQ(version.code, 0);
  EXPECT_THAT(version.text, ::testing::MatchesRegex("leadership-broker [0-9.]+\n"));
}

struct BadSettings {
  std::vector<std::string> arguments;
  Variables variables;
  // All of these are in the line.
  std::vector<std::string> complaint;
};

class BadSettingsTest : public ::testing::TestWithParam<BadSettings> {};

TEST_P(BadSettingsTest, EndTheStartWithOneClearLineAndCodeTwo) {
  auto result = Parse(GetParam().arguments, GetParam().variables);
  const auto* exit = std::get_if<EarlyExit>(&result);
  ASSERT_NE(exit, nullptr);
  EXPECT_EQ(exit->code, 2);
  EXPECT_THAT(exit->text, ::testing::StartsWith("leadership-broker: "));
  EXPECT_EQ(exit->text.find('\n'), exit->text.size() - 1) << exit->text;
  for (const std::string& part : GetParam().complaint) EXPECT_THAT(exit->text, HasSubstr(part));
}

std::vector<std::string> WithLock(const std::string& argument) { return {"--lock=a", argument}; }

INSTANTIATE_TEST_SUITE_P(
    All, BadSettingsTest,
    ::testing::Values(
        BadSettings{{}, {}, {"--lock is missing", "LEADERSHIP_BROKER_LOCK"}},
        BadSettings{{"--lock=Bad_Name"}, {}, {"--lock=Bad_Name", "\"Bad_Name\"", "a-z"}},
        BadSettings{{}, {{"LEADERSHIP_BROKER_LOCK", "Bad"}}, {"LEADERSHIP_BROKER_LOCK=Bad"}},
        BadSettings{{"--lock=a,,b"}, {}, {"empty"}}, BadSettings{{"--lock=a,b,a"}, {}, {"\"a\" twice"}},
        BadSettings{{"--lock=a", "--lock=b"}, {}, {"--lock is to be given once, with one value"}},
        BadSettings{{"--lock"}, {}, {"--lock is to be given once, with one value"}},
        BadSettings{WithLock("--frobnicate=3"), {}, {"unknown flag --frobnicate"}},
        BadSettings{WithLock("--frobnicate\nx\x1b[31m\xff"), {}, {R"(unknown flag --frobnicate\nx\x1b[31m\xff)"}},
        BadSettings{WithLock("--kubeconfig=::"), {}, {"--kubeconfig=::", "name a file"}},
        BadSettings{{"--lock=a", "--context", ""}, {}, {"--context=", "name a context"}},
        BadSettings{WithLock("stray"), {}, {"unknown argument stray"}},
        BadSettings{WithLock("--listen=localhost:8642"), {}, {"--listen=", "no name"}},
        BadSettings{WithLock("--listen=0.0.0.0:8642"), {}, {"0.0.0.0:8642", "refused", "127.0.0.1", "--allow-remote"}},
        BadSettings{WithLock("--listen=[::]:8642"), {}, {"refused"}},
        BadSettings{WithLock("--listen=unix:/x,192.0.2.1:8642"), {}, {"192.0.2.1:8642", "refused"}},
        BadSettings{WithLock("--listen=[::ffff:127.0.0.1]:8642"), {}, {"refused"}},
        BadSettings{WithLock("--listen=127.0.0.1:1,127.0.0.1:1"), {}, {"twice"}},
        BadSettings{WithLock("--listen=unix:/" + std::string(107, 'x')), {}, {"107"}},
        BadSettings{WithLock("--listen=127.0.0.1:8643"), {}, {"--listen", "--http-listen", "same port"}},
        BadSettings{{"--lock=a", "--listen=127.0.0.1:9", "--http-listen=127.0.0.1:9"}, {}, {"same port"}},
        BadSettings{WithLock("--max-streams=0"), {}, {"--max-streams=0", "1 to 1000000"}},
        BadSettings{WithLock("--max-streams=many"), {}, {"number"}},
        BadSettings{WithLock("--http-listen=unix:/x"), {}, {"TCP"}},
        BadSettings{WithLock("--http-listen=127.0.0.1:9,[::]:9"), {}, {"--http-listen: ", "same port"}},
        BadSettings{WithLock("--elector-listen=unix:/x"), {}, {"--elector-listen=", "TCP"}},
        BadSettings{WithLock("--elector-listen=0.0.0.0:4040"), {}, {"0.0.0.0:4040", "refused", "127.0.0.1:4040"}},
        BadSettings{WithLock("--elector-listen=localhost:4040"), {}, {"--elector-listen=", "no name"}},
        BadSettings{
            WithLock("--elector-listen=127.0.0.1:8643"), {}, {"--http-listen", "--elector-listen", "same port"}},
        BadSettings{WithLock("--elector-listen=[::1]:8642"), {}, {"--listen", "--elector-listen", "same port"}},
        BadSettings{WithLock("--http-listen=none,127.0.0.1:1"), {}, {"\"none\""}},
        BadSettings{WithLock("--namespace=a.b"), {}, {"--namespace=a.b"}},
        BadSettings{WithLock("--pod-name=A"), {}, {"--pod-name=A"}},
        BadSettings{WithLock("--pod-uid=a b"), {}, {"UID"}},
        BadSettings{WithLock("--election=yes"), {}, {"auto or required"}},
        BadSettings{WithLock("--campaign=later"), {}, {"immediate or on-request"}},
        BadSettings{WithLock("--orphan-grace=5"), {}, {"--orphan-grace=5", "needs a unit", "5s", "never"}},
        BadSettings{{"--lock=a"}, {{"LEADERSHIP_BROKER_ORPHAN_GRACE", "5"}}, {"LEADERSHIP_BROKER_ORPHAN_GRACE=5"}},
        BadSettings{WithLock("--orphan-grace=soon"), {}, {"no duration"}},
        BadSettings{WithLock("--orphan-grace=-1s"), {}, {"negative"}},
        BadSettings{WithLock("--create-spread=inf"), {}, {"too long"}},
        BadSettings{WithLock("--create-spread=never"), {}, {"no duration"}},
        BadSettings{WithLock("--unverified-limit=2999ms"), {}, {"3s or more"}},
        BadSettings{WithLock("--step-down-after=5m"), {}, {"--step-down-after=5m", "needs --allow-step-down"}},
        BadSettings{WithLock("--step-down-after=999ms"), {}, {"--step-down-after=999ms", "1s or more"}},
        BadSettings{WithLock("--step-down-after=never"), {}, {"--step-down-after=never", "or off"}},
        BadSettings{WithLock("--allow-step-down=yes"), {}, {"--allow-step-down=yes", "true or false"}},
        BadSettings{WithLock("--allow-step-down=false"),
                    {{"LEADERSHIP_BROKER_STEP_DOWN_AFTER", "5m"}},
                    {"needs --allow-step-down"}},
        BadSettings{WithLock("--events=off"), {}, {"--events=off", "true or false"}},
        BadSettings{WithLock("--leader-label=leader"), {}, {"--leader-label=leader", "KEY=VALUE"}},
        BadSettings{WithLock("--leader-label==x"), {}, {"\"\" is no key"}},
        BadSettings{WithLock("--leader-label=a=b=c"), {}, {"\"b=c\" is no value"}},
        BadSettings{WithLock("--leader-label=A.com/x=y"), {}, {"\"A.com/x\" is no key"}},
        BadSettings{WithLock("--leader-label=leadership-broker/lock=a"), {}, {"the broker's own"}},
        BadSettings{{"--lock=a,b", "--leader-label=x=y"}, {}, {"exactly one lock", "names 2"}},
        BadSettings{WithLock("--unreachable-leader=take-over"), {}, {"wait, or take-over-after=DURATION"}},
        BadSettings{WithLock("--unreachable-leader=take-over-after=60"), {}, {"needs a unit"}},
        BadSettings{WithLock("--unreachable-leader=take-over-after=60s"),
                    {},
                    {"take-over-after=1m", "needs --unverified-limit"}},
        BadSettings{{"--lock=a", "--unverified-limit=30s", "--unreachable-leader=take-over-after=59s"},
                    {},
                    {"take-over-after=59s", "twice", "30s"}},
        BadSettings{WithLock("--log-format=xml"), {}, {"text or json"}},
        BadSettings{WithLock("--log-level=loud"), {}, {"debug or info or warning or error"}}));

// As --allow-remote wants it, less the flag that begins with `without`, and with `more`.
std::vector<std::string> Remote(const std::string& without, const std::vector<std::string>& more = {}) {
  std::vector<std::string> arguments = {"--lock=a"};
  for (const char* argument :
       {"--listen=0.0.0.0:8644", "--allow-remote", "--tls-cert=/crt", "--tls-key=/key", "--tls-client-ca=/ca"}) {
    if (without.empty() || std::string(argument).rfind(without, 0) != 0) arguments.push_back(argument);
  }
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

INSTANTIATE_TEST_SUITE_P(
    AllowRemote, BadSettingsTest,
    ::testing::Values(
        BadSettings{Remote("--tls-cert"), {}, {"--allow-remote needs --tls-cert", "certificate"}},
        BadSettings{Remote("--tls-key"), {}, {"--allow-remote needs --tls-key"}},
        BadSettings{Remote("--tls-client-ca"), {}, {"--allow-remote needs --tls-client-ca", "clients"}},
        BadSettings{Remote("--allow-remote"), {}, {"--listen (0.0.0.0:8644) is refused", "--allow-remote"}},
        BadSettings{Remote("--allow-remote", {"--allow-remote=false"}), {}, {"--listen (0.0.0.0:8644) is refused"}},
        BadSettings{Remote("--listen"), {}, {"--allow-remote", "--listen"}},
        BadSettings{Remote("--listen", {"--listen=127.0.0.1:1,unix:/x"}), {}, {"--allow-remote", "--listen"}},
        BadSettings{WithLock("--tls-cert=/crt"), {}, {"--tls-cert is of no use without --allow-remote"}},
        BadSettings{WithLock("--tls-key=/key"), {}, {"--tls-key is of no use without --allow-remote"}},
        BadSettings{{"--lock=a"}, {{"LEADERSHIP_BROKER_TLS_CLIENT_CA", "/ca"}}, {"--tls-client-ca is of no use"}},
        BadSettings{WithLock("--allow-remote=yes"), {}, {"--allow-remote=yes", "true or false"}},
        BadSettings{{"--lock=a"}, {{"LEADERSHIP_BROKER_ALLOW_REMOTE", "1"}}, {"true or false"}},
        BadSettings{Remote("", {"--allow-remote"}), {}, {"--allow-remote is to be given once"}},
        BadSettings{Remote("--tls-key", {"--tls-key", ""}), {}, {"--tls-key", "empty"}},
        BadSettings{Remote("--listen", {"--listen=127.0.0.1:1,0.0.0.0:1"}), {}, {"same port", "127.0.0.1:1"}},
        BadSettings{Remote("--listen", {"--listen=[::]:1,127.0.0.1:1"}), {}, {"same port", "[::]:1"}},
        BadSettings{Remote("--listen", {"--listen=0.0.0.0:8643"}), {}, {"same port", "--http-listen"}}));

TEST(ConfigTest, OtherMachinesAreServedByTlsAlone) {
  const Config config = Good(Remote("--listen", {"--listen=127.0.0.1:8642,[::1]:8644,0.0.0.0:8644"}));
  EXPECT_TRUE(config.allow_remote);
  EXPECT_EQ(config.tls.certificate, "/crt");
  EXPECT_EQ(config.tls.key, "/key");
  EXPECT_EQ(config.tls.client_ca, "/ca");
  EXPECT_EQ(config.listen.size(), 3u);
  const Config by_environment = Good({"--lock=a"}, {{"LEADERSHIP_BROKER_ALLOW_REMOTE", "true"},
                                                    {"LEADERSHIP_BROKER_LISTEN", "10.0.0.1:8642"},
                                                    {"LEADERSHIP_BROKER_TLS_CERT", "/crt"},
                                                    {"LEADERSHIP_BROKER_TLS_KEY", "/key"},
                                                    {"LEADERSHIP_BROKER_TLS_CLIENT_CA", "/ca"}});
  EXPECT_TRUE(by_environment.allow_remote);
  EXPECT_FALSE(Good({"--lock=a", "--allow-remote=false"}).allow_remote);
}

}  // namespace
}  // namespace leadership_broker::testing
