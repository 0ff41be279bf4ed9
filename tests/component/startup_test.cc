// How the program starts, and how it refuses to: one clear line and exit code 2, before anything is opened.
#include <fstream>

#include "gmock/gmock.h"

#include "tests/component/fake_test_cluster.h"
#include "tests/harness/certificate_authority.h"
#include "tests/harness/eventually.h"
#include "tests/scenarios/scenario.h"

namespace leadership_broker::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class Startup : public Scenario {
 protected:
  // Refuses to start with one line that says all of this.
  static void ExpectRefusal(const BrokerCommand& command, const std::vector<std::string>& words) {
    const Finished refused = RunBroker(command);
    EXPECT_EQ(refused.exit_code, 2) << refused.output;
    EXPECT_EQ(std::count(refused.output.begin(), refused.output.end(), '\n'), 1) << refused.output;
    for (const std::string& word : words) EXPECT_THAT(refused.output, HasSubstr(word));
  }
  // In place of what the command has for this variable.
  static void Set(const std::string& variable, BrokerCommand* command) {
    const std::string name = variable.substr(0, variable.find('=') + 1);
    for (std::string& set : command->environment) {
      if (set.compare(0, name.size(), name) == 0) set = variable;
    }
  }
  BrokerCommand Command() { return BrokerCommand::InPod(pod_, lock); }
  BrokerCommand CommandWith(const std::string& flag) {
    BrokerCommand command = Command();
    command.flags.push_back(flag);
    return command;
  }

  // What --allow-remote needs, with files that are good.
  std::vector<std::string> TlsFlags() const {
    const std::string folder = pod_.service_account_dir();
    const CertificateAuthority authority("ca");
    const IssuedCertificate issued = authority.Issue("broker");
    WriteTextFile(folder + "/tls.crt", issued.certificate);
    WriteTextFile(folder + "/tls.key", issued.key);
    WriteTextFile(folder + "/client-ca.crt", authority.certificate());
    return {"--allow-remote", "--tls-cert=" + folder + "/tls.crt", "--tls-key=" + folder + "/tls.key",
            "--tls-client-ca=" + folder + "/client-ca.crt"};
  }

  TestPod pod_{&cluster, namespace_name, "a"};
};

TEST_F(Startup, UnknownFlag) { ExpectRefusal(CommandWith("--no-such-flag"), {"--no-such-flag"}); }

TEST_F(Startup, MissingLock) {
  BrokerCommand command = Command();
  command.flags.erase(command.flags.begin());
  ExpectRefusal(command, {"--lock"});
}

TEST_F(Startup, BadLockName) {
  BrokerCommand command = Command();
  command.flags[0] = "--lock=Not_A_Name";
  ExpectRefusal(command, {"--lock", "Not_A_Name"});
}

TEST_F(Startup, PodNameThatContradictsTheToken) {
  BrokerCommand command = Command();
  Set("POD_NAME=impostor", &command);
  ExpectRefusal(command, {"impostor", "\"a\""});
}

TEST_F(Startup, NoPodNameAndATokenThatClaimsNone) {
  BrokerCommand command = Command();
  std::ofstream(pod_.service_account_dir() + "/token") << "legacy-token";
  Set("POD_NAME=", &command);
  Set("POD_UID=", &command);
  ExpectRefusal(command, {"POD_NAME"});
}

TEST_F(Startup, NoCa) {
  ASSERT_EQ(std::remove((pod_.service_account_dir() + "/ca.crt").c_str()), 0);
  ExpectRefusal(Command(), {"ca.crt"});
}

TEST_F(Startup, NoTokenInACluster) {
  ASSERT_EQ(std::remove((pod_.service_account_dir() + "/token").c_str()), 0);
  ExpectRefusal(Command(), {"token", "automountServiceAccountToken"});
}

TEST_F(Startup, TokenThatIsNoFile) {
  ASSERT_EQ(std::remove((pod_.service_account_dir() + "/token").c_str()), 0);
  ASSERT_EQ(mkdir((pod_.service_account_dir() + "/token").c_str(), 0755), 0);
  ExpectRefusal(Command(), {"token"});
}

TEST_F(Startup, NonLoopbackAddress) { ExpectRefusal(CommandWith("--listen=0.0.0.0:8642"), {"--listen", "0.0.0.0"}); }

TEST_F(Startup, CertificatesThatAreNoGoodForTls) {
  BrokerCommand command = CommandWith("--listen=0.0.0.0:0");
  const std::vector<std::string> tls = TlsFlags();
  command.flags.insert(command.flags.end(), tls.begin(), tls.end());
  const std::string key = pod_.service_account_dir() + "/tls.key";
  WriteTextFile(key, CertificateAuthority("other").Issue("another").key);
  ExpectRefusal(command, {"--tls-key", key, "does not belong"});
  ASSERT_EQ(std::remove(key.c_str()), 0);
  ExpectRefusal(command, {"--tls-key", key, "No such file"});
}

TEST_F(Startup, SocketPathTooLong) {
  ExpectRefusal(CommandWith("--listen=unix:/" + std::string(200, 'x')), {"--listen", "107"});
}

TEST_F(Startup, SecondBrokerOnTheSamePort) {
  const std::string address = "127.0.0.1:" + std::to_string(FreePort());
  BrokerProcess first(Command(), address);
  ASSERT_TRUE(first.WaitServing());
  ExpectRefusal(CommandWith("--listen=" + address), {address, "--listen"});
  EXPECT_TRUE(first.Running());
}

TEST_F(Startup, SecondBrokerOnTheSameSocketAndAStaleSocket) {
  const std::string address = "unix:" + pod_.service_account_dir() + "/s";
  BrokerProcess first(Command(), address);
  ASSERT_TRUE(first.WaitServing());
  ExpectRefusal(CommandWith("--listen=" + address), {address.substr(5)});
  EXPECT_TRUE(first.Get().has_lock());
  // What a killed broker leaves behind is no hindrance.
  first.Kill();
  first.Start();
  ASSERT_TRUE(first.WaitServing());
  EXPECT_TRUE(first.Get().has_lock());
}

TEST_F(Startup, HttpPortInUse) {
  const std::string address = "127.0.0.1:" + std::to_string(FreePort());
  BrokerCommand command = Command();
  command.flags.back() = "--http-listen=" + address;
  BrokerProcess first(command);
  ASSERT_TRUE(first.WaitServing());
  command.flags.push_back("--listen=unix:" + pod_.service_account_dir() + "/s");
  ExpectRefusal(command, {address, "--http-listen"});
}

TEST_F(Startup, HostNetworkAllowsNoTcpWithoutTls) {
  nlohmann::json object = {{"metadata", {{"name", "on-host"}}},
                           {"spec", {{"hostNetwork", true}, {"containers", {{{"name", "app"}, {"image", "app"}}}}}}};
  const HttpAnswer created = cluster.Admin().Post(Path("pods"), object);
  ASSERT_EQ(created.status, 201) << created.text;
  const std::string uid = created.body["metadata"]["uid"];
  std::ofstream(pod_.service_account_dir() + "/token") << cluster.IssueToken(namespace_name, "on-host", uid);
  BrokerCommand command = Command();
  Set("POD_NAME=on-host", &command);
  Set("POD_UID=" + uid, &command);
  BrokerCommand over_tcp = command;
  over_tcp.flags.push_back("--listen=127.0.0.1:" + std::to_string(FreePort()));
  const Finished refused = RunBroker(over_tcp);
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.output, AllOf(HasSubstr("hostNetwork"), HasSubstr("unix:")));
  BrokerCommand elector = command;
  elector.flags.insert(elector.flags.end(), {"--listen=unix:" + pod_.service_account_dir() + "/e",
                                             "--elector-listen=127.0.0.1:" + std::to_string(FreePort())});
  const Finished no_elector = RunBroker(elector);
  EXPECT_EQ(no_elector.exit_code, 2);
  EXPECT_THAT(no_elector.output, AllOf(HasSubstr("hostNetwork"), HasSubstr("--elector-listen")));
  {
    BrokerProcess over_socket(command);
    EXPECT_EQ(Subscriber(over_socket.NewChannel()).WaitForState(Leadership::STATE_LEADER).leadership.self().name(),
              "on-host");
  }
  // Whom TLS lets in is no stranger, wherever he is.
  const std::vector<std::string> tls = TlsFlags();
  command.flags.insert(command.flags.end(), tls.begin(), tls.end());
  BrokerProcess over_tls(command, "unix:" + pod_.service_account_dir() + "/s,0.0.0.0:0");
  Subscriber(over_tls.NewChannel()).WaitForState(Leadership::STATE_LEADER);
}

TEST_F(Startup, OutsideAClusterTheElectionIsSkippedUnlessRequired) {
  BrokerCommand command;
  command.flags = {"--lock=the-lock", "--http-listen=none", "--service-account-dir=/nonexistent"};
  BrokerProcess broker(command);
  ASSERT_TRUE(broker.WaitServing());
  const Leadership told = broker.Get();
  EXPECT_EQ(told.state(), Leadership::STATE_LEADER);
  EXPECT_EQ(told.reason(), Leadership::REASON_OUTSIDE_CLUSTER);
  EXPECT_EQ(told.fencing_token(), 0u);
  command.flags.push_back("--election=required");
  ExpectRefusal(command, {"--election"});
}

TEST_F(Startup, OutsideAClusterThereIsNoPodToEnd) {
  BrokerCommand command;
  command.flags = {"--lock=the-lock", "--http-listen=none", "--service-account-dir=/nonexistent", "--allow-step-down"};
  BrokerProcess broker(command);
  ASSERT_TRUE(broker.WaitServing());
  grpc::ClientContext context;
  leadership::v1::StepDownResponse response;
  const grpc::Status status = broker.NewStub()->StepDown(&context, leadership::v1::StepDownRequest(), &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_THAT(status.error_message(), ::testing::HasSubstr("not in a cluster"));
}

TEST_F(Startup, ServesBeforeTheApiServerCanBeReached) {
  cluster.StopApiServer();
  BrokerProcess broker(pod_, lock);
  ASSERT_TRUE(broker.WaitServing());
  Subscriber app(broker.NewChannel());
  EXPECT_EQ(app.WaitForState(Leadership::STATE_UNKNOWN).leadership.api_connected(), false);
  app.WaitFor([](const Leadership& told) { return told.reason() == Leadership::REASON_API_UNREACHABLE; }, "why");
  cluster.StartApiServer();
  app.WaitForState(Leadership::STATE_LEADER);
}

TEST_F(Startup, ProbesAnswerWhetherOrNotTheApiServerDoes) {
  cluster.StopApiServer();
  const int port = FreePort();
  BrokerCommand command = Command();
  command.flags.back() = "--http-listen=127.0.0.1:" + std::to_string(port);
  BrokerProcess broker(command);
  ASSERT_TRUE(broker.WaitServing());
  AdminClient probe("http://127.0.0.1:" + std::to_string(port), "", "");
  EXPECT_EQ(probe.Get("/livez").status, 200);
  EXPECT_EQ(probe.Get("/readyz").status, 200);
  cluster.StartApiServer();
}

TEST_F(Startup, NamespaceThatContradictsTheToken) {
  ExpectRefusal(CommandWith("--namespace=no-such-namespace"), {"no-such-namespace", namespace_name});
}

TEST_F(Startup, R11NamespaceThatDoesNotExistIsAVisibleReason) {
  // A token that claims nothing contradicts nothing; so the cluster has to say it.
  BrokerCommand command = CommandWith("--namespace=no-such-namespace");
  std::ofstream(pod_.service_account_dir() + "/token") << SharedFakeCluster().server().admin_token();
  BrokerProcess broker(command);
  Subscriber app(broker.NewChannel());
  const Leadership told =
      app.WaitFor(
             [](const Leadership& message) { return message.message().find("no-such-namespace") != std::string::npos; },
             "why")
          .leadership;
  EXPECT_NE(told.state(), Leadership::STATE_LEADER);
}

TEST_F(Startup, TokenNeverAppearsInTheLog) {
  BrokerProcess broker(CommandWith("--log-level=debug"));
  Subscriber(broker.NewChannel()).WaitForState(Leadership::STATE_LEADER);
  EXPECT_EQ(broker.Log().find(ReadTextFile(pod_.service_account_dir() + "/token")), std::string::npos);
}

}  // namespace
}  // namespace leadership_broker::testing
