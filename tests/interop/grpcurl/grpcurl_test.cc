// A broker as people with grpcurl see it: reflection, every read, health and the errors; and the README's transcript,
// run again.
#include <algorithm>
#include <regex>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

#include "tests/harness/broker_process.h"
#include "tests/harness/certificate_authority.h"
#include "tests/harness/child_process.h"
#include "tests/harness/fake_cluster.h"
#include "tests/harness/test_pod.h"
#include "tests/interop/grpcurl/transcript.h"

namespace leadership_broker::testing {
namespace {

using Json = nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;

const std::string kSource = LEADERSHIP_BROKER_SOURCE_DIR;
constexpr char kLock[] = "example-app-leader";
constexpr char kService[] = "leadership.v1.LeadershipBroker";

// One broker that leads: pod example-app-0, lock example-app-leader.
class GrpcurlTest : public ::testing::Test {
 protected:
  GrpcurlTest() {
    cluster_.SetRole(namespace_, {{"configmaps", {"create"}, {}},
                                  {"configmaps", {"get", "list", "watch", "delete"}, {kLock}},
                                  {"pods", {"get", "list", "watch"}, {}},
                                  {"events.events.k8s.io", {"create", "patch"}, {}}});
    EXPECT_TRUE(broker_.WaitServing());
    EXPECT_TRUE(Eventually([&] { return broker_.Get().state() == leadership::v1::Leadership::STATE_LEADER; }));
  }

  // The folder of grpcurl.
  static const std::string& Binaries() {
    static const auto* const kFolder = new std::string([] {
      const Finished built = RunProgram({kSource + "/tests/lab/build-binaries"}, absl::Minutes(30));
      return built.output.substr(built.output.find('/'),
                                 built.output.find('\n', built.output.find('/')) - built.output.find('/'));
    }());
    return *kFolder;
  }

  std::vector<std::string> CommandLine(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {Binaries() + "/grpcurl", "-plaintext"});
    std::replace(arguments.begin(), arguments.end(), std::string("ADDRESS"), broker_.address());
    return arguments;
  }
  Finished Grpcurl(const std::vector<std::string>& arguments) const {
    return RunProgram(CommandLine(arguments), kPatience);
  }
  // The answer to a call that must succeed.
  Json Call(const std::string& method, const Json& request) const {
    const Finished finished = Grpcurl({"-d", request.dump(), "ADDRESS", method});
    EXPECT_EQ(finished.exit_code, 0) << finished.output;
    return Json::parse(finished.output, nullptr, /*allow_exceptions=*/false);
  }
  // What grpcurl says of a call that must fail.
  std::string FailedCall(const std::string& method, const Json& request) const {
    const Finished finished = Grpcurl({"-d", request.dump(), "ADDRESS", method});
    EXPECT_NE(finished.exit_code, 0);
    return finished.output;
  }
  static std::string Method(const std::string& name) { return kService + ("/" + name); }

  FakeCluster cluster_;
  const std::string namespace_ = cluster_.NewNamespace();
  TestPod pod_{&cluster_, namespace_, "example-app-0", {kLock}};
  BrokerProcess broker_{BrokerCommand::InPod(pod_, kLock), "127.0.0.1:" + std::to_string(FreePort())};
};

TEST_F(GrpcurlTest, ListsAndDescribesByReflection) {
  EXPECT_THAT(Grpcurl({"ADDRESS", "list"}).output, AllOf(HasSubstr(kService), HasSubstr("grpc.health.v1.Health")));
  EXPECT_THAT(Grpcurl({"ADDRESS", "describe", kService}).output,
              HasSubstr("rpc WatchLeadership ( .leadership.v1.WatchLeadershipRequest ) returns ( stream "
                        ".leadership.v1.Leadership )"));
  EXPECT_THAT(Grpcurl({"ADDRESS", "describe", "leadership.v1.Leadership"}).output,
              HasSubstr("uint64 fencing_token = 7;"));
}

TEST_F(GrpcurlTest, GetLeadershipTellsTheWholeState) {
  const Json leadership = Call(Method("GetLeadership"), {{"lock", kLock}, {"pod_uid", pod_.uid()}});
  EXPECT_EQ(leadership.at("state"), "STATE_LEADER");
  EXPECT_EQ(leadership.at("reason"), "REASON_WON");
  EXPECT_EQ(leadership.at("lock").at("namespace"), namespace_);
  EXPECT_EQ(leadership.at("lock").at("name"), kLock);
  EXPECT_EQ(leadership.at("leader").at("uid"), pod_.uid());
  EXPECT_EQ(leadership.at("self").at("name"), "example-app-0");
  // grpcurl gives the fields' own names: gRPC's reflection in C++ drops the JSON ones.
  EXPECT_EQ(leadership.at("fencing_token"), leadership.at("lock").at("resource_version"));
}

TEST_F(GrpcurlTest, WatchLeadershipTellsTheStateAtOnceAndThenItsChanges) {
  const ScratchDir scratch;
  const std::string output = scratch.File("output");
  const ChildProcess watch(CommandLine({"ADDRESS", Method("WatchLeadership")}), Environment(), output);
  EXPECT_TRUE(Eventually([&] { return ReadTextFile(output).find("STATE_LEADER") != std::string::npos; }));
  pod_.Delete();
  EXPECT_TRUE(Eventually([&] { return ReadTextFile(output).find("STATE_INELIGIBLE") != std::string::npos; }))
      << ReadTextFile(output);
}

TEST_F(GrpcurlTest, BecomeReturnsToTheLeader) {
  EXPECT_EQ(Call(Method("Become"), Json::object())["state"], "STATE_LEADER");
}

TEST_F(GrpcurlTest, ListLocksNamesTheLock) {
  const Json locks = Call(Method("ListLocks"), Json::object())["locks"];
  ASSERT_EQ(locks.size(), 1);
  EXPECT_EQ(locks[0]["name"], kLock);
}

TEST_F(GrpcurlTest, HealthIsServingForTheServerAndTheService) {
  for (const char* service : {"", kService}) {
    EXPECT_EQ(Call("grpc.health.v1.Health/Check", {{"service", service}})["status"], "SERVING");
    const Finished watch =
        Grpcurl({"-max-time", "1", "-d", Json{{"service", service}}.dump(), "ADDRESS", "grpc.health.v1.Health/Watch"});
    EXPECT_THAT(watch.output, AllOf(HasSubstr("SERVING"), HasSubstr("DeadlineExceeded")));
  }
  EXPECT_THAT(FailedCall("grpc.health.v1.Health/Check", {{"service", "none"}}), HasSubstr("NotFound"));
}

TEST_F(GrpcurlTest, ErrorsSayWhatIsWrong) {
  EXPECT_THAT(FailedCall(Method("GetLeadership"), {{"lock", "none"}}), AllOf(HasSubstr("NotFound"), HasSubstr(kLock)));
  EXPECT_THAT(FailedCall(Method("GetLeadership"), {{"lock", "No Name"}}), HasSubstr("InvalidArgument"));
  EXPECT_THAT(FailedCall(Method("GetLeadership"), {{"pod_uid", "00000000-0000-4000-8000-000000000000"}}),
              AllOf(HasSubstr("FailedPrecondition"), HasSubstr(pod_.uid())));
  EXPECT_THAT(FailedCall(Method("WatchLeadership"), {{"heartbeat", "0.5s"}}), HasSubstr("InvalidArgument"));
  EXPECT_THAT(FailedCall(Method("StepDown"), Json::object()), HasSubstr("FailedPrecondition"));
}

TEST_F(GrpcurlTest, FromOutsideThePodByCertificatesAlone) {
  const ScratchDir folder;
  const CertificateAuthority authority("ca");
  const IssuedCertificate server = authority.Issue("broker");
  const IssuedCertificate client = authority.Issue("client");
  const std::vector<std::pair<std::string, std::string>> files = {{"ca.crt", authority.certificate()},
                                                                  {"tls.crt", server.certificate},
                                                                  {"tls.key", server.key},
                                                                  {"client.crt", client.certificate},
                                                                  {"client.key", client.key}};
  for (const auto& [name, text] : files) WriteTextFile(folder.File(name), text);
  const TestPod pod(&cluster_, namespace_, "example-app-1", {kLock});
  BrokerCommand command = BrokerCommand::InPod(pod, kLock);
  for (const std::string& flag : {std::string("--allow-remote"), "--tls-cert=" + folder.File("tls.crt"),
                                  "--tls-key=" + folder.File("tls.key"), "--tls-client-ca=" + folder.File("ca.crt")}) {
    command.flags.push_back(flag);
  }
  const std::string port = std::to_string(FreePort());
  BrokerProcess broker(command, "unix:" + folder.File("s") + ",0.0.0.0:" + port);
  ASSERT_TRUE(broker.WaitServing());
  const auto call = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), Binaries() + "/grpcurl");
    arguments.insert(arguments.end(), {"127.0.0.1:" + port, Method("GetLeadership")});
    return RunProgram(arguments, kPatience);
  };
  const std::string ca = folder.File("ca.crt");
  const Finished served = call({"-cacert", ca, "-cert", folder.File("client.crt"), "-key", folder.File("client.key")});
  EXPECT_EQ(served.exit_code, 0) << served.output;
  EXPECT_THAT(served.output, HasSubstr("example-app-1"));
  EXPECT_NE(call({"-cacert", ca}).exit_code, 0);
  EXPECT_NE(call({"-plaintext"}).exit_code, 0);
}

// In it the broker listens at its default address; here at another.
TEST_F(GrpcurlTest, TheTranscriptInTheReadmeIsWhatHappens) {
  const std::vector<TranscriptStep> steps = FindTranscript(ReadTextFile(kSource + "/README.md"), "grpcurl transcript");
  ASSERT_FALSE(steps.empty()) << "README.md has no grpcurl transcript";
  std::vector<std::string> environment = Environment({"PATH="});
  environment.push_back("PATH=" + Binaries() + ":/usr/bin:/bin");
  for (const TranscriptStep& step : steps) {
    const std::string command =
        std::regex_replace(step.command, std::regex("(127\\.0\\.0\\.1|localhost):8642"), broker_.address());
    const Finished finished = RunProgram({"/bin/sh", "-c", command}, kPatience, environment);
    EXPECT_EQ(Normalized(finished.output), Normalized(step.output)) << "of: " << step.command;
  }
}

}  // namespace
}  // namespace leadership_broker::testing
