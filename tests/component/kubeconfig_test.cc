// The broker outside a cluster, with a kubeconfig.
#include <string>
#include <vector>

#include "gmock/gmock.h"

#include "tests/component/fake_test_cluster.h"
#include "tests/harness/kubeconfig_file.h"
#include "tests/scenarios/scenario.h"

namespace leadership_broker::testing {
namespace {

using Json = nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class KubeconfigTest : public Scenario {
 protected:
  Json Cluster() const { return {{"server", cluster.Url()}, {"certificate-authority", cluster.CaFile()}}; }
  // Not bound to the pod, as a person's is not.
  Json TokenUser() const { return {{"token", SharedFakeCluster().server().admin_token()}}; }
  void Write(const Json& of_cluster, const Json& user) const {
    WriteKubeconfig(files_.File("config"), of_cluster, user, namespace_name);
  }
  BrokerCommand Command() const {
    BrokerCommand command;
    command.flags = {"--lock=" + lock, "--http-listen=none", "--kubeconfig=" + files_.File("config"),
                     "--pod-name=" + pod_.name(), "--log-level=debug"};
    return command;
  }
  // A plugin that does what `script` says, with sh; it is named relative to the kubeconfig.
  Json Plugin(const std::string& script) const {
    WritePlugin(files_, script);
    return {{"exec",
             {{"apiVersion", "client.authentication.k8s.io/v1"},
              {"command", "./plugin"},
              {"args", {files_.path()}},
              {"installHint", "plant it"},
              {"interactiveMode", "Never"}}}};
  }
  // What the plugin of AnswerFromFile gives from now on.
  void GiveToken(const std::string& token) const {
    const Json answer = {
        {"apiVersion", "client.authentication.k8s.io/v1"}, {"kind", "ExecCredential"}, {"status", {{"token", token}}}};
    WriteTextFile(files_.File("answer"), answer.dump());
  }
  Json AnswerFromFile() const { return Plugin("echo run >>\"$1/runs\"; cat \"$1/answer\"\n"); }
  int Runs() const {
    const std::string runs = ReadTextFile(files_.File("runs"));
    return static_cast<int>(std::count(runs.begin(), runs.end(), '\n'));
  }
  static void ExpectRefusal(const BrokerCommand& command, const std::vector<std::string>& words) {
    const Finished refused = RunBroker(command);
    EXPECT_EQ(refused.exit_code, 2) << refused.output;
    EXPECT_EQ(std::count(refused.output.begin(), refused.output.end(), '\n'), 1) << refused.output;
    for (const std::string& word : words) EXPECT_THAT(refused.output, HasSubstr(word));
  }

  const ScratchDir files_;
  TestPod pod_{&cluster, namespace_name, "dev"};
};

TEST_F(KubeconfigTest, LeadsForThePodThatIsNamedAndNoSecretIsLogged) {
  Write(Cluster(), TokenUser());
  BrokerProcess broker(Command());
  const Leadership told = Subscriber(broker.NewChannel()).WaitForState(Leadership::STATE_LEADER).leadership;
  EXPECT_EQ(told.self().name(), "dev");
  EXPECT_EQ(told.self().uid(), pod_.uid());
  EXPECT_EQ(told.lock().namespace_(), namespace_name);
  EXPECT_THAT(broker.Log(), AllOf(HasSubstr(cluster.Url()), Not(HasSubstr(TokenUser()["token"].get<std::string>()))));
}

TEST_F(KubeconfigTest, APodThatIsNotThereIsToldOf) {
  Write(Cluster(), TokenUser());
  BrokerCommand command = Command();
  command.flags[3] = "--pod-name=none";
  BrokerProcess broker(command);
  const Leadership told =
      Subscriber(broker.NewChannel())
          .WaitFor([](const Leadership& seen) { return seen.reason() == Leadership::REASON_POD_NOT_FOUND; },
                   "that there is no such pod")
          .leadership;
  EXPECT_THAT(told.message(), HasSubstr("has no Pod none: check"));
}

TEST_F(KubeconfigTest, WithoutAuthorityAndVerificationItWarns) {
  Write({{"server", cluster.Url()}, {"insecure-skip-tls-verify", true}}, TokenUser());
  BrokerProcess broker(Command());
  Subscriber(broker.NewChannel()).WaitForState(Leadership::STATE_LEADER);
  EXPECT_THAT(broker.Log(), HasSubstr("insecure-skip-tls-verify"));
}

TEST_F(KubeconfigTest, WhatIsWrongEndsTheStartWithOneLine) {
  const std::string file = files_.File("config");
  ExpectRefusal(Command(), {file, "No such file"});
  WriteTextFile(file, "clusters: [{");
  ExpectRefusal(Command(), {file, "line 1"});
  Write(Cluster(), {{"username", "a"}, {"password", "b"}});
  ExpectRefusal(Command(), {"username", "exec plugin"});
  Write(Cluster(), {{"tokenFile", "none"}});
  ExpectRefusal(Command(), {files_.File("none"), "No such file"});
  Write({{"server", cluster.Url()}, {"certificate-authority", "none.crt"}}, TokenUser());
  ExpectRefusal(Command(), {files_.File("none.crt"), "No such file"});
  Write(Cluster(), TokenUser());
  BrokerCommand command = Command();
  command.flags.push_back("--context=other");
  ExpectRefusal(command, {"\"other\"", "there are: test"});
  command = Command();
  command.flags.erase(command.flags.begin() + 3);
  ExpectRefusal(command, {"--pod-name"});
}

TEST_F(KubeconfigTest, AKubeconfigInTheEnvironmentIsNotUsedUnasked) {
  Write(Cluster(), TokenUser());
  BrokerCommand command;
  command.flags = {"--lock=" + lock, "--http-listen=none", "--service-account-dir=/nonexistent"};
  command.environment = {"KUBECONFIG=" + files_.File("config"), "POD_NAME=dev"};
  {
    BrokerProcess broker(command);
    ASSERT_TRUE(broker.WaitServing());
    EXPECT_EQ(broker.Get().reason(), Leadership::REASON_OUTSIDE_CLUSTER);
    EXPECT_THAT(broker.Log(), HasSubstr("KUBECONFIG is set, but not used"));
  }
  command.flags.push_back("--context=test");
  BrokerProcess asked(command);
  Subscriber(asked.NewChannel()).WaitForState(Leadership::STATE_LEADER);
}

TEST_F(KubeconfigTest, APluginsTokenIsRenewedOnceItIsRefused) {
  GiveToken(cluster.IssueToken(namespace_name, pod_.name(), pod_.uid()));
  Write(Cluster(), AnswerFromFile());
  BrokerProcess broker(Command());
  Subscriber app(broker.NewChannel());
  app.WaitForState(Leadership::STATE_LEADER);
  EXPECT_EQ(Runs(), 1);
  cluster.RevokeTokens(namespace_name);
  const std::string newer = cluster.IssueToken(namespace_name, pod_.name(), pod_.uid());
  GiveToken(newer);
  // Watches end, and what comes next needs the newer one.
  cluster.StopApiServer();
  cluster.StartApiServer();
  EXPECT_TRUE(Eventually([&] { return Runs() >= 2 && broker.Get().api_connected(); }));
  // R9: a refusal of a person's token says nothing of the pod.
  EXPECT_EQ(broker.Get().state(), Leadership::STATE_LEADER);
  EXPECT_THAT(broker.Log(), Not(HasSubstr(newer)));
}

TEST_F(KubeconfigTest, APluginThatFailsIsToldOfAndTriedAgain) {
  Write(Cluster(), Plugin("echo 'log in first' >&2; exit 1\n"));
  BrokerProcess broker(Command());
  Subscriber app(broker.NewChannel());
  app.WaitFor([](const Leadership& told) { return told.message().find("log in first") != std::string::npos; }, "why");
  EXPECT_EQ(broker.Get().state(), Leadership::STATE_UNKNOWN);
  GiveToken(TokenUser()["token"]);
  AnswerFromFile();
  app.WaitForState(Leadership::STATE_LEADER);
}

TEST_F(KubeconfigTest, APluginThatHangsHoldsNothingUpAndGoesWithTheBroker) {
  Write(Cluster(), Plugin("echo $$ >\"$1/pid\"; exec sleep 1000\n"));
  BrokerProcess broker(Command());
  ASSERT_TRUE(broker.WaitServing());
  EXPECT_EQ(broker.Get().state(), Leadership::STATE_UNKNOWN);
  ASSERT_TRUE(Eventually([&] { return !ReadTextFile(files_.File("pid")).empty(); }));
  EXPECT_EQ(broker.Stop(), 0);
  EXPECT_NE(kill(std::stoi(ReadTextFile(files_.File("pid"))), 0), 0) << "the plugin still runs";
}

TEST_F(KubeconfigTest, APluginThatIsMissingIsToldOfWithTheAdviceThatTheKubeconfigGives) {
  Json user = Plugin("");
  user["exec"]["command"] = "no-such-plugin-anywhere";
  Write(Cluster(), user);
  BrokerProcess broker(Command());
  Subscriber(broker.NewChannel())
      .WaitFor(
          [](const Leadership& told) {
            return told.message().find("no-such-plugin-anywhere") != std::string::npos &&
                   told.message().find("plant it") != std::string::npos;
          },
          "what is missing");
}

}  // namespace
}  // namespace leadership_broker::testing
