// Pods of other shapes, and what can be reached of a broker from where.
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/e2e/handover.h"
#include "tests/e2e/workload.h"
#include "tests/harness/eventually.h"

namespace leadership_broker::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using Json = nlohmann::json;

TEST(Shape, TwoLocks) {
  Stage stage;
  stage.AllowLock("other-lock");
  Json other = Witness("other-lock");
  other["name"] = "other-witness";
  stage.Apply(
      {Deployment("app", 2, {Stubborn(), Witness(Stage::kLock), other}, {{"terminationGracePeriodSeconds", 2}})},
      {{"env", Json::array({{{"name", "LEADERSHIP_BROKER_LOCK"},
                             {"value", std::string(Stage::kLock) + ",other-lock"},
                             {"valueFrom", nullptr}}})}});
  const std::vector<Pod> pods = stage.WaitElected("app", 2);
  int leaders = 0;
  for (const Pod& pod : pods) {
    EXPECT_TRUE(Eventually([&] {
      const Told told = pod.Latest("other-witness");
      return told.state == "STATE_LEADER" || told.reason == "REASON_ANOTHER_LEADS";
    })) << pod.Describe();
    if (pod.Latest("other-witness").state == "STATE_LEADER") ++leaders;
  }
  EXPECT_EQ(leaders, 1);
  // One is left, and comes to lead by both.
  pods[0].Delete();
  stage.lab().Kubectl({"scale", "deployment", "app", "--replicas=1", "--namespace=" + stage.namespace_name()});
  EXPECT_TRUE(Eventually([&] {
    const std::optional<Pod> holder = stage.Holder();
    return holder && holder->Leads() && holder->Latest("other-witness").state == "STATE_LEADER";
  })) << pods[1].Describe();
}

TEST(Shape, OnTheHostsNetworkByAUnixSocket) {
  Stage stage("privileged");
  // The component gives the app's container the socket and its address; the witness is a second one.
  Json witness = Witness();
  witness["volumeMounts"] =
      Json::array({{{"name", "leadership-broker-socket"}, {"mountPath", "/run/leadership-broker"}}});
  SetEnvironment(&witness, "LEADERSHIP_BROKER_ADDRESS", "unix:/run/leadership-broker/socket");
  stage.Apply({Deployment("app", 2, {ExampleApp(), witness}, {{"hostNetwork", true}})}, Json::object(),
              {"unix-socket"});
  const Pod leader = stage.WaitElected("app", 2)[0];
  Handover handover(&stage, leader);
  leader.Delete();
  handover.ExpectInOrder("last container ended -> successor told");
}

TEST(Shape, WhatCanBeReachedFromWhere) {
  Stage stage;
  stage.Apply({Deployment("app", 2, {ExampleApp(), Witness()},
                          {{"nodeSelector", {{"kubernetes.io/hostname", NodeLab::kNode1}}}})});
  const std::vector<Pod> pods = stage.WaitElected("app", 2);
  const Pod& leader = pods[0];
  // In the pod, without a proto file.
  EXPECT_THAT(leader.Run("grpcurl", {"/usr/bin/grpcurl", "-plaintext", "localhost:8642",
                                     "leadership.v1.LeadershipBroker/GetLeadership"}),
              HasSubstr("\"state\": \"STATE_LEADER\""));
  // Probes, on the pod's address, as the kubelet asks them.
  for (const char* probe : {"/livez", "/readyz"}) {
    stage.lab().RunOn(NodeLab::kNode1, {"curl", "--noproxy", "*", "-sSf", "http://" + leader.ip() + ":8643" + probe});
  }
  // From a neighbour gRPC is not to be had. (Psql is a client that says whether it was refused or found a stranger.)
  // The probes' port, which is open, shows that there is a way.
  const auto try_port = [&](const std::string& port) {
    return pods[1].Run("to-" + port, {"/usr/bin/psql", "--host=" + leader.ip(), "--port=" + port, "--username=any"});
  };
  EXPECT_THAT(try_port("8642"), HasSubstr("Connection refused"));
  EXPECT_THAT(try_port("8643"), Not(HasSubstr("Connection refused")));
}

}  // namespace
}  // namespace leadership_broker::testing
