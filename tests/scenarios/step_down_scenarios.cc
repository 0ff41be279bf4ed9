// A leader that gives up leadership, by ending its pod: when it is asked to, and when its app is down.
#include "gmock/gmock.h"

#include "tests/harness/eventually.h"
#include "tests/scenarios/scenario.h"

namespace leadership_broker::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

grpc::Status CallStepDown(const BrokerProcess& broker, const std::string& its_lock = "") {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::minutes(1));
  leadership::v1::StepDownRequest request;
  request.set_lock(its_lock);
  leadership::v1::StepDownResponse response;
  return broker.NewStub()->StepDown(&context, request, &response);
}

class StepDown : public Scenario {
 protected:
  StepDown() { SetRole(WithDeletion(BrokerRole(lock))); }

  static std::vector<RoleRule> WithDeletion(std::vector<RoleRule> role) {
    role.push_back({"pods", {"delete"}, {}});
    return role;
  }
  // Bound to a node, so that a deletion leaves it its grace period.
  std::unique_ptr<Candidate> NewLeader(std::vector<std::string> flags) {
    flags.push_back("--allow-step-down");
    auto leader = NewBoundCandidate("a", flags);
    leader->pod->SetRunning();
    leader->WaitForState(Leadership::STATE_LEADER);
    return leader;
  }
  std::unique_ptr<Candidate> NewStandby(const TestPod& leader, std::vector<std::string> flags = {}) {
    flags.push_back("--allow-step-down");
    auto standby = NewBoundCandidate("b", flags);
    standby->pod->SetRunning();
    standby->WaitForLeader(leader);
    return standby;
  }
  static bool IsBeingDeleted(const TestPod& pod) {
    const nlohmann::json object = pod.Object();
    return !object.is_null() && object["metadata"].contains("deletionTimestamp");
  }
};

TEST_F(StepDown, R5LeaderThatIsAskedDeletesItsPodAndLeadsUntilThatHasEnded) {
  auto leader = NewLeader({});
  auto standby = NewStandby(*leader->pod);
  const Leadership before = leader->Says();
  const grpc::Status status = CallStepDown(leader->broker);
  ASSERT_TRUE(status.ok()) << status.error_message();
  // Accepted means that it is so.
  ASSERT_TRUE(IsBeingDeleted(*leader->pod));
  EXPECT_EQ(leader->pod->Object()["metadata"]["deletionGracePeriodSeconds"], 30);
  const Leadership leaving = leader->WaitForReason(Leadership::REASON_POD_TERMINATING).leadership;
  EXPECT_EQ(leaving.state(), Leadership::STATE_LEADER);
  EXPECT_EQ(leaving.lock().uid(), before.lock().uid());
  EXPECT_TRUE(CallStepDown(leader->broker).ok()) << "it is asked for already";
  EXPECT_FALSE(standby->EverLed());
  leader->pod->DeleteByForce();
  EXPECT_GT(standby->WaitForState(Leadership::STATE_LEADER).leadership.fencing_token(), before.fencing_token());
  EXPECT_FALSE(IsBeingDeleted(*standby->pod));
}

TEST_F(StepDown, StandbyHasNothingToGiveUpAndNobodysPodIsDeleted) {
  auto leader = NewLeader({});
  auto standby = NewStandby(*leader->pod);
  const grpc::Status status = CallStepDown(standby->broker);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_THAT(status.error_message(), AllOf(HasSubstr("does not lead"), HasSubstr("Pod a")));
  EXPECT_FALSE(IsBeingDeleted(*leader->pod));
  EXPECT_FALSE(IsBeingDeleted(*standby->pod));
}

TEST_F(StepDown, RoleThatLacksTheVerbIsNamedAndNothingChanges) {
  auto leader = NewLeader({});
  SetRole(BrokerRole(lock));
  const grpc::Status refused = CallStepDown(leader->broker);
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_THAT(refused.error_message(), AllOf(HasSubstr("cannot delete pods \"a\""), HasSubstr("verb delete on pods")));
  EXPECT_FALSE(IsBeingDeleted(*leader->pod));
  EXPECT_EQ(leader->broker.Get().reason(), Leadership::REASON_WON);
  SetRole(WithDeletion(BrokerRole(lock)));
  EXPECT_TRUE(CallStepDown(leader->broker).ok());
  EXPECT_TRUE(IsBeingDeleted(*leader->pod));
}

TEST_F(StepDown, PodThatLeadsOnTwoLocksGivesUpBoth) {
  std::vector<RoleRule> role = WithDeletion(BrokerRole(lock));
  for (const RoleRule& rule : BrokerRole("other-lock")) role.push_back(rule);
  SetRole(role);
  TestPodOptions options;
  options.lock = lock;
  options.node = NewNode(cluster);
  std::vector<std::unique_ptr<TestPod>> pods;
  std::vector<std::unique_ptr<BrokerProcess>> brokers;
  for (const char* name : {"a", "b"}) {
    pods.push_back(std::make_unique<TestPod>(&cluster, namespace_name, name, options));
    BrokerCommand command = BrokerCommand::InPod(*pods.back(), lock + ",other-lock");
    command.flags.push_back("--allow-step-down");
    brokers.push_back(std::make_unique<BrokerProcess>(command));
    ASSERT_TRUE(brokers.back()->WaitServing());
    for (const std::string& its : {lock, std::string("other-lock")}) {
      EXPECT_TRUE(Eventually([&] { return brokers.back()->Get(its).leader().name() == "a"; }));
    }
  }
  EXPECT_EQ(CallStepDown(*brokers[0]).error_code(), grpc::StatusCode::INVALID_ARGUMENT) << "which of the two?";
  const grpc::Status status = CallStepDown(*brokers[0], "other-lock");
  ASSERT_TRUE(status.ok()) << status.error_message();
  pods[0]->DeleteByForce();
  for (const std::string& its : {lock, std::string("other-lock")}) {
    EXPECT_TRUE(Eventually([&] { return brokers[1]->Get(its).state() == Leadership::STATE_LEADER; })) << its;
  }
}

TEST_F(StepDown, LeaderWhoseAppIsDownForTooLongEndsItsPodByItself) {
  auto leader = NewLeader({"--step-down-after=2s"});
  auto standby = NewStandby(*leader->pod, {"--step-down-after=2s"});
  // A crash loop, with short runs in it that the kubelet reports.
  const auto crashed = [&] {
    leader->pod->SetRunning();
    leader->pod->SetWaiting("CrashLoopBackOff");
    return IsBeingDeleted(*leader->pod);
  };
  EXPECT_TRUE(Eventually(crashed));
  EXPECT_THAT(leader->broker.Log(),
              AllOf(HasSubstr("container app (CrashLoopBackOff)"), HasSubstr("--step-down-after")));
  leader->WaitForReason(Leadership::REASON_POD_TERMINATING);
  leader->pod->DeleteByForce();
  standby->WaitForState(Leadership::STATE_LEADER);
  EXPECT_FALSE(IsBeingDeleted(*standby->pod)) << "its own app runs";
}

TEST_F(StepDown, StandbyWhoseAppIsDownIsSparedUntilItLeads) {
  auto leader = NewLeader({"--step-down-after=1s"});
  auto standby = NewStandby(*leader->pod, {"--step-down-after=1s"});
  standby->pod->SetWaiting("ImagePullBackOff");
  // When an app that went down later has had its time, so has the standby's.
  leader->pod->SetWaiting("CrashLoopBackOff");
  EXPECT_TRUE(Eventually([&] { return IsBeingDeleted(*leader->pod); }));
  EXPECT_FALSE(IsBeingDeleted(*standby->pod));
  leader->pod->DeleteByForce();
  standby->WaitForState(Leadership::STATE_LEADER);
  EXPECT_TRUE(Eventually([&] { return IsBeingDeleted(*standby->pod); }));
}

TEST_F(StepDown, R11MissingRightToEndItsPodIsLoggedAndNeedsNoRestart) {
  SetRole(BrokerRole(lock));
  auto leader = NewLeader({"--step-down-after=1s"});
  leader->pod->SetWaiting("CrashLoopBackOff");
  EXPECT_TRUE(Eventually(
      [&] { return leader->broker.Log().find("not deleted: cannot delete pods \"a\"") != std::string::npos; }));
  EXPECT_EQ(leader->broker.Get().state(), Leadership::STATE_LEADER);
  SetRole(WithDeletion(BrokerRole(lock)));
  EXPECT_TRUE(Eventually([&] { return IsBeingDeleted(*leader->pod); }));
}

TEST_F(StepDown, R10RestartedBrokerKnowsThatItsPodIsEndingAndWhatItHeld) {
  auto leader = NewLeader({});
  const std::string uid = leader->Says().lock().uid();
  leader->broker.Kill();
  leader->app.WaitForEnd();
  leader->broker.Start();
  leader->app.Reconnect();
  leader->WaitForState(Leadership::STATE_LEADER);
  EXPECT_TRUE(CallStepDown(leader->broker).ok());
  leader->WaitForReason(Leadership::REASON_POD_TERMINATING);
  leader->broker.Kill();
  leader->app.WaitForEnd();
  leader->broker.Start();
  leader->app.Reconnect();
  const Leadership after = leader->WaitForReason(Leadership::REASON_POD_TERMINATING).leadership;
  EXPECT_EQ(after.state(), Leadership::STATE_LEADER);
  EXPECT_EQ(after.lock().uid(), uid);
  EXPECT_TRUE(CallStepDown(leader->broker).ok());
}

}  // namespace
}  // namespace leadership_broker::testing
