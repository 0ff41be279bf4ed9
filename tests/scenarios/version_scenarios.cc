// Locks that another version of the broker made, as they were and as they may become.
#include <memory>
#include <string>
#include <utility>

#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

#include "tests/scenarios/scenario.h"

namespace leadership_broker::testing {
namespace {

using nlohmann::json;

class Versions : public Scenario {
 protected:
  // The lock of this pod as version 0.1.0 makes it, which every later one has to go on understanding.
  json FirstLock(const TestPod& pod) const {
    return {
        {"apiVersion", "v1"},
        {"kind", "ConfigMap"},
        {"metadata",
         {{"name", lock},
          {"namespace", namespace_name},
          {"labels",
           {{"app.kubernetes.io/managed-by", "leadership-broker"}, {"velero.io/exclude-from-backup", "true"}}},
          {"annotations",
           {{"leadership-broker/holder-uid", pod.uid()},
            {"leadership-broker/holder-name", pod.name()},
            {"leadership-broker/version", "0.1.0"}}},
          {"ownerReferences", {{{"apiVersion", "v1"}, {"kind", "Pod"}, {"name", pod.name()}, {"uid", pod.uid()}}}}}}};
  }

  // A broker that is started in the lock's pod, and one beside it, take the lock as their own version's.
  void ExpectItToBeUnderstood(std::unique_ptr<TestPod> pod, const json& made) {
    const HttpAnswer created = cluster.Admin().Post(Path("configmaps"), made);
    ASSERT_EQ(created.status, 201) << created.text;
    BrokerCommand command = BrokerCommand::InPod(*pod, lock);
    Candidate leader(std::move(pod), std::move(command));
    const Leadership says = leader.WaitForState(Leadership::STATE_LEADER).leadership;
    EXPECT_EQ(says.reason(), Leadership::REASON_ADOPTED);
    EXPECT_EQ(says.lock().uid(), created.body["metadata"]["uid"].get<std::string>());
    auto standby = NewCandidate("standby");
    EXPECT_EQ(standby->WaitForLeader(*leader.pod).leadership.fencing_token(), says.fencing_token());
    leader.pod->Delete();
    EXPECT_GT(standby->WaitForState(Leadership::STATE_LEADER).leadership.fencing_token(), says.fencing_token());
  }

  std::unique_ptr<TestPod> NewPod() {
    TestPodOptions options;
    options.lock = lock;
    return std::make_unique<TestPod>(&cluster, namespace_name, "leader", options);
  }
};

TEST_F(Versions, R10LockOfTheFirstVersionIsGoneOnWith) {
  auto pod = NewPod();
  const json made = FirstLock(*pod);
  ExpectItToBeUnderstood(std::move(pod), made);
}

TEST_F(Versions, R10WhatALaterVersionMayAddToALockIsNoFault) {
  auto pod = NewPod();
  json made = FirstLock(*pod);
  made["metadata"]["annotations"]["leadership-broker/version"] = "9.0.0";
  made["metadata"]["annotations"]["leadership-broker/not-known-yet"] = "{}";
  made["metadata"]["labels"]["leadership-broker/not-known-yet"] = "x";
  made["data"]["not-known-yet"] = "x";
  ExpectItToBeUnderstood(std::move(pod), made);
}

}  // namespace
}  // namespace leadership_broker::testing
