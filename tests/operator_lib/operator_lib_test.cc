// An operator that uses operator-lib's leader and a broker, in pods of one namespace, stand for one lock: what
// docs/migrating.md says of it.
#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>

#include "gmock/gmock.h"

#include "tests/harness/child_process.h"
#include "tests/harness/eventually.h"
#include "tests/harness/require.h"
#include "tests/harness/scratch_dir.h"
#include "tests/scenarios/scenario.h"

namespace leadership_broker::testing {
namespace {

std::string ContenderProgram() {
  const char* const program = std::getenv("LEADERSHIP_BROKER_CONTENDER");
  Require(program != nullptr, "no LEADERSHIP_BROKER_CONTENDER: run this by 'make test-operator-lib'");
  return program;
}

// tests/operator_lib/contender.go in a pod.
class Operator {
 public:
  Operator(const TestPod& pod, const std::string& lock)
      : process_({OPERATOR_LIB_IN_POD, pod.service_account_dir(), ContenderProgram(), lock},
                 BrokerCommand::InPod(pod, lock).FullEnvironment(), scratch_.File("log")) {}
  ~Operator() {
    if (::testing::Test::HasFailure()) std::cerr << "--- log of the operator\n" << Log() << "---" << std::endl;
  }

  // What it has been heard to say.
  std::string Log() const { return ReadTextFile(scratch_.File("log")); }
  bool Leads() const { return Log().find("\nleading\n") != std::string::npos; }
  bool WaitLeads() const {
    return Eventually([this] { return Leads(); });
  }
  // How often it has looked at the lock and found that another's living pod has it.
  long Waits() const {
    const std::string log = Log();
    long waits = 0;
    for (size_t at = log.find("Not the leader."); at != std::string::npos; at = log.find("Not the leader.", at + 1)) {
      ++waits;
    }
    return waits;
  }
  void Kill() {
    process_.Signal(SIGKILL);
    process_.Wait(absl::InfiniteDuration());
  }

 private:
  const ScratchDir scratch_;
  ChildProcess process_;
};

class OperatorLib : public Scenario {
 protected:
  // It has no candidates' label.
  TestPod operator_pod_{&cluster, namespace_name, "operator"};
};

TEST_F(OperatorLib, ABrokerStandsByWhileAnOperatorLeadsAndTakesOverFromIt) {
  Operator leader(operator_pod_, lock);
  ASSERT_TRUE(leader.WaitLeads());
  const uint64_t its_version = std::stoull(Lock()["metadata"]["resourceVersion"].get<std::string>());
  const auto candidate = NewCandidate("candidate");
  const Leadership standby = candidate->WaitForLeader(operator_pod_).leadership;
  EXPECT_EQ(standby.state(), Leadership::STATE_STANDBY);
  EXPECT_EQ(standby.reason(), Leadership::REASON_ANOTHER_LEADS);
  EXPECT_EQ(standby.leader().name(), "operator");

  leader.Kill();
  EXPECT_FALSE(candidate->EverLed()) << "the pod lives on, whatever becomes of its processes";
  operator_pod_.Delete();
  const Leadership won = candidate->WaitForState(Leadership::STATE_LEADER).leadership;
  EXPECT_GT(won.fencing_token(), its_version);
  EXPECT_EQ(won.leader().uid(), candidate->pod->uid());
}

TEST_F(OperatorLib, AnOperatorWaitsWhileABrokersPodLeadsAndTakesOverFromIt) {
  const auto candidate = NewCandidate("candidate");
  candidate->WaitForState(Leadership::STATE_LEADER);
  Operator waiting(operator_pod_, lock);
  ASSERT_TRUE(Eventually([&] { return waiting.Waits() >= 2; }));
  EXPECT_FALSE(waiting.Leads());

  candidate->broker.Stop();
  candidate->pod->Delete();
  EXPECT_TRUE(waiting.WaitLeads());
  const nlohmann::json owners = Lock()["metadata"]["ownerReferences"];
  ASSERT_EQ(owners.size(), 1);
  EXPECT_EQ(owners[0]["uid"], operator_pod_.uid());
}

TEST_F(OperatorLib, AnOperatorBesideTheBrokerThatLeadsWaitsForEver) {
  // Both in one pod, which stands by for another.
  TestPod leader(&cluster, namespace_name, "leader");
  Operator other(leader, lock);
  ASSERT_TRUE(other.WaitLeads());
  const auto candidate = NewCandidate("both");
  candidate->WaitForLeader(leader);
  Operator beside(*candidate->pod, lock);
  ASSERT_TRUE(Eventually([&] { return beside.Waits() >= 1; }));
  other.Kill();
  leader.Delete();
  candidate->WaitForState(Leadership::STATE_LEADER);
  // The lock is its own pod's, and it does not see that: it looks for its name at the start alone.
  const long waits = beside.Waits();
  EXPECT_TRUE(Eventually([&] { return beside.Waits() >= waits + 2; }));
  EXPECT_FALSE(beside.Leads());
}

TEST_F(OperatorLib, AnOperatorTakesTheLockOfAnotherPodOfItsNameForItsOwn) {
  cluster.StopCollector();
  const auto candidate = NewCandidate("same-name", {"--orphan-grace=never"});
  candidate->WaitForState(Leadership::STATE_LEADER);
  candidate->broker.Stop();
  candidate->pod->DeleteByForce();
  candidate->pod->Recreate();
  const Operator next(*candidate->pod, lock);
  EXPECT_TRUE(next.WaitLeads());
  EXPECT_NE(Lock()["metadata"]["ownerReferences"][0]["uid"], candidate->pod->uid()) << "a lock that is about to go";
  cluster.StartCollector();
}

}  // namespace
}  // namespace leadership_broker::testing
