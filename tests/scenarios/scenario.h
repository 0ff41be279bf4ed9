// The main job, seen from outside: pods, brokers beside them, apps that hold a stream. Every scenario runs against the
// stand-in and against a real control plane.
#ifndef LEADERSHIP_BROKER_TESTS_SCENARIOS_SCENARIO_H_
#define LEADERSHIP_BROKER_TESTS_SCENARIOS_SCENARIO_H_

#include <memory>
#include <string>
#include <vector>

#include "gtest/gtest.h"

#include "tests/harness/broker_process.h"
#include "tests/harness/cluster.h"
#include "tests/harness/subscriber.h"
#include "tests/harness/test_pod.h"

namespace leadership_broker::testing {

using leadership::v1::Leadership;

// What a test program brings: its cluster, shared by its tests, and the Role that the brokers get there.
Cluster& TestCluster();
std::vector<RoleRule> BrokerRole(const std::string& lock);
// How long the API server stays away, at least, where it is made to.
absl::Duration OutageLength();

// A pod, the broker beside it, and the app that listens to that.
struct Candidate {
  Candidate(std::unique_ptr<TestPod> its_pod, BrokerCommand command);

  Leadership Says() const { return app.Latest().leadership; }
  Told WaitFor(const Subscriber::Predicate& predicate, const std::string& what) { return app.WaitFor(predicate, what); }
  Told WaitForState(Leadership::State state) { return app.WaitForState(state); }
  Told WaitForReason(Leadership::Reason reason);
  // That it names this pod as the leader.
  Told WaitForLeader(const TestPod& leader);
  // Whether it was ever told to lead.
  bool EverLed() const;

  std::unique_ptr<TestPod> pod;
  BrokerProcess broker;
  Subscriber app;
};

class Scenario : public ::testing::Test {
 protected:
  Scenario();

  // A pod of this name with a broker that stands for `lock`.
  std::unique_ptr<Candidate> NewCandidate(const std::string& name, std::vector<std::string> flags = {});
  // One bound to a node object, so that it keeps its grace period.
  std::unique_ptr<Candidate> NewBoundCandidate(const std::string& name, std::vector<std::string> flags = {});
  // Of these names; the first leads when it returns, and the others name it.
  std::vector<std::unique_ptr<Candidate>> NewCandidates(const std::vector<std::string>& names,
                                                        const std::vector<std::string>& flags = {});
  // The lock as the API server has it; null when there is none.
  nlohmann::json Lock();
  std::string LockPath() const;
  std::string Path(const std::string& resource_and_name) const;
  void DeleteLock();
  void SetRole(const std::vector<RoleRule>& rules) { cluster.SetRole(namespace_name, rules); }

  Cluster& cluster;
  const std::string namespace_name;
  const std::string lock = "the-lock";

 private:
  std::unique_ptr<Candidate> Start(const std::string& name, TestPodOptions options,
                                   const std::vector<std::string>& flags);
};

// `role` without this verb on this resource.
std::vector<RoleRule> Without(std::vector<RoleRule> role, const std::string& resource, const std::string& verb);

}  // namespace leadership_broker::testing

#endif  // LEADERSHIP_BROKER_TESTS_SCENARIOS_SCENARIO_H_
