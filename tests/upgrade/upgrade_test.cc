// Two versions of the broker stand for one lock, as they do while pods are replaced one after the other, upwards or
// back: neither may notice.
#include <cstdlib>
#include <memory>
#include <string>

#include "gmock/gmock.h"

#include "tests/harness/eventually.h"
#include "tests/harness/require.h"
#include "tests/scenarios/scenario.h"

namespace leadership_broker::testing {
namespace {

std::string OtherBroker() {
  const char* const program = std::getenv("LEADERSHIP_BROKER_OTHER");
  Require(program != nullptr, "no LEADERSHIP_BROKER_OTHER: run this by 'make test-upgrade'");
  return program;
}

// Which one is the first to lead.
enum class First { kOther, kBuilt };

class Upgrade : public Scenario, public ::testing::WithParamInterface<First> {
 protected:
  std::string FirstProgram() const { return GetParam() == First::kOther ? OtherBroker() : BuiltBroker(); }
  std::string SecondProgram() const { return GetParam() == First::kOther ? BuiltBroker() : OtherBroker(); }

  static BrokerCommand Command(const std::string& program, const TestPod& pod, const std::string& lock_name) {
    BrokerCommand command = BrokerCommand::InPod(pod, lock_name);
    command.program = program;
    return command;
  }
  std::unique_ptr<Candidate> NewCandidateOf(const std::string& program, const std::string& name,
                                            const std::string& node = "") {
    TestPodOptions options;
    options.lock = lock;
    options.node = node;
    auto pod = std::make_unique<TestPod>(&cluster, namespace_name, name, options);
    BrokerCommand command = Command(program, *pod, lock);
    return std::make_unique<Candidate>(std::move(pod), std::move(command));
  }
};

TEST_P(Upgrade, LeadershipGoesBackAndForthBetweenTheVersions) {
  auto first = NewCandidateOf(FirstProgram(), "a");
  const uint64_t token = first->WaitForState(Leadership::STATE_LEADER).leadership.fencing_token();
  auto second = NewCandidateOf(SecondProgram(), "b");
  EXPECT_EQ(second->WaitForLeader(*first->pod).leadership.fencing_token(), token);
  auto third = NewCandidateOf(FirstProgram(), "c");
  third->WaitForLeader(*first->pod);
  third->broker.Pause();
  first->pod->Delete();
  const uint64_t next = second->WaitForState(Leadership::STATE_LEADER).leadership.fencing_token();
  EXPECT_GT(next, token);
  third->broker.Resume();
  EXPECT_EQ(third->WaitForLeader(*second->pod).leadership.fencing_token(), next);
  second->pod->Delete();
  EXPECT_GT(third->WaitForState(Leadership::STATE_LEADER).leadership.fencing_token(), next);
}

// An image that is changed in place, as a StatefulSet's partition or a person with `kubectl set image` does not, but a
// restarted sidecar of a moved tag does.
TEST_P(Upgrade, R10OneVersionGoesOnWithTheLockOfTheOtherInTheSamePod) {
  auto leader = NewCandidateOf(FirstProgram(), "a");
  const Leadership before = leader->WaitForState(Leadership::STATE_LEADER).leadership;
  leader->broker.Kill();
  BrokerProcess restarted(Command(SecondProgram(), *leader->pod, lock));
  ASSERT_TRUE(restarted.WaitServing());
  Subscriber app(restarted.NewChannel());
  const Leadership after = app.WaitForState(Leadership::STATE_LEADER).leadership;
  EXPECT_EQ(after.reason(), Leadership::REASON_ADOPTED);
  EXPECT_EQ(after.lock().uid(), before.lock().uid());
  EXPECT_EQ(after.fencing_token(), before.fencing_token());
}

TEST_P(Upgrade, R16OneVersionWaitsForALeaderOfTheOtherWhoseLockWentFirst) {
  auto leader = NewCandidateOf(FirstProgram(), "a", NewNode(cluster));
  leader->WaitForState(Leadership::STATE_LEADER);
  auto standby = NewCandidateOf(SecondProgram(), "b");
  standby->WaitForLeader(*leader->pod);
  // The collector removes the lock at once; the pod has its grace period before it.
  leader->pod->DeleteForeground();
  standby->WaitForReason(Leadership::REASON_PREDECESSOR);
  EXPECT_FALSE(standby->EverLed());
  leader->pod->SetEnded("Failed");
  standby->WaitForState(Leadership::STATE_LEADER);
}

INSTANTIATE_TEST_SUITE_P(Versions, Upgrade, ::testing::Values(First::kOther, First::kBuilt),
                         [](const auto& info) { return info.param == First::kOther ? "FromTheOther" : "ToTheOther"; });

}  // namespace
}  // namespace leadership_broker::testing
