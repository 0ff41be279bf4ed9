// The whole broker against an API server that does everything wrong that one can do: every fault switch of the
// stand-in.
#include "gmock/gmock.h"

#include "tests/component/fake_test_cluster.h"
#include "tests/harness/eventually.h"
#include "tests/scenarios/scenario.h"

namespace leadership_broker::testing {
namespace {

using fake::Fault;
using fake::FaultAction;
using fake::Target;

class FaultScenario : public Scenario {
 protected:
  ~FaultScenario() override { Server().faults().Clear(); }

  static fake::FakeKubeApiServer& Server() { return SharedFakeCluster().server(); }

  Target On(const std::string& verb, const std::string& resource) const {
    return {verb, resource, namespace_name, "", ""};
  }
  void CutWatches(const std::string& resource) {
    Server().streams().ForEach(On("watch", resource), [](fake::WatchStream& stream) { stream.Cut(); });
  }
};

struct NamedFault {
  const char* name;
  FaultAction action;
  bool after_effect;
  int status;
};

std::string NameOf(const ::testing::TestParamInfo<NamedFault>& info) { return info.param.name; }

class CreateFault : public FaultScenario, public ::testing::WithParamInterface<NamedFault> {};

TEST_P(CreateFault, R3EndsWithOneLeaderUnderTheLockThatIsThere) {
  Fault fault;
  fault.target = On("create", "configmaps");
  fault.action = GetParam().action;
  fault.after_effect = GetParam().after_effect;
  fault.status = GetParam().status;
  fault.retry_after_seconds = GetParam().status == 429 ? 1 : 0;
  fault.delay = std::chrono::milliseconds(300);
  fault.count = 2;
  Server().faults().Add(fault);
  auto a = NewCandidate("a");
  auto b = NewCandidate("b");
  const auto leader_known = [](const Leadership& told) { return told.has_leader(); };
  const Leadership told_a = a->WaitFor(leader_known, "a leader").leadership;
  const Leadership told_b = b->WaitFor(leader_known, "a leader").leadership;
  EXPECT_EQ(told_a.lock().uid(), Lock()["metadata"]["uid"]);
  EXPECT_EQ(told_a.lock().uid(), told_b.lock().uid());
  EXPECT_EQ(told_a.leader().uid(), told_b.leader().uid());
  EXPECT_EQ(told_a.fencing_token(), told_b.fencing_token());
}

INSTANTIATE_TEST_SUITE_P(R3, CreateFault,
                         ::testing::Values(NamedFault{"AnswerLost", FaultAction::kCut, true, 0},
                                           NamedFault{"ConnectionCut", FaultAction::kCut, false, 0},
                                           NamedFault{"Late", FaultAction::kDelay, false, 0},
                                           NamedFault{"ServerErrorAfterTheEffect", FaultAction::kStatus, true, 500},
                                           NamedFault{"ServerError", FaultAction::kStatus, false, 500},
                                           NamedFault{"Unavailable", FaultAction::kStatus, false, 503},
                                           NamedFault{"TooManyRequests", FaultAction::kStatus, false, 429},
                                           NamedFault{"GarbageInTheAnswer", FaultAction::kGarbage, true, 201},
                                           NamedFault{"Garbage", FaultAction::kGarbage, false, 200},
                                           NamedFault{"NeverAnswered", FaultAction::kHang, true, 0}),
                         NameOf);

class WatchFault : public FaultScenario, public ::testing::WithParamInterface<NamedFault> {};

TEST_P(WatchFault, R11TakeoverComesAllTheSame) {
  auto candidates = NewCandidates({"a", "b"});
  const uint64_t token = candidates[0]->Says().fencing_token();
  Fault fault;
  fault.target = On("watch", "");
  fault.action = GetParam().action;
  fault.status = GetParam().status;
  fault.retry_after_seconds = GetParam().status == 429 ? 1 : 0;
  fault.delay = std::chrono::milliseconds(300);
  fault.count = 3;
  Server().faults().Add(fault);
  CutWatches("configmaps");
  CutWatches("pods");
  candidates[0]->pod->Delete();
  EXPECT_GT(candidates[1]->WaitForState(Leadership::STATE_LEADER).leadership.fencing_token(), token);
  // Its pod is gone: by its watch, or by its token, whichever tells it first.
  candidates[0]->WaitFor([](const Leadership& told) { return told.state() != Leadership::STATE_LEADER; }, "the loss");
}

INSTANTIATE_TEST_SUITE_P(
    R11, WatchFault,
    ::testing::Values(NamedFault{"Cut", FaultAction::kCut, false, 0}, NamedFault{"Late", FaultAction::kDelay, false, 0},
                      NamedFault{"ServerError", FaultAction::kStatus, false, 500},
                      NamedFault{"TooManyRequests", FaultAction::kStatus, false, 429},
                      NamedFault{"Expired", FaultAction::kStatus, false, 410},
                      NamedFault{"ExpiredInTheStream", FaultAction::kStreamError, false, 410},
                      NamedFault{"TooLargeResourceVersionInTheStream", FaultAction::kStreamError, false, 504},
                      NamedFault{"Garbage", FaultAction::kGarbage, false, 200}),
    NameOf);

class ListFault : public FaultScenario, public ::testing::WithParamInterface<NamedFault> {};

TEST_P(ListFault, R11IsGotOverAtTheStart) {
  Fault fault;
  fault.target = On("list", "");
  fault.action = GetParam().action;
  fault.status = GetParam().status;
  fault.count = 4;
  Server().faults().Add(fault);
  NewCandidate("a")->WaitForState(Leadership::STATE_LEADER);
}

INSTANTIATE_TEST_SUITE_P(R11, ListFault,
                         ::testing::Values(NamedFault{"Cut", FaultAction::kCut, false, 0},
                                           NamedFault{"ServerError", FaultAction::kStatus, false, 503},
                                           NamedFault{"Garbage", FaultAction::kGarbage, false, 200}),
                         NameOf);

TEST_F(FaultScenario, R11WatchesThatAreGarbledMidwayAreBegunAnew) {
  auto candidates = NewCandidates({"a", "b"});
  Server().streams().ForEach(On("watch", ""), [](fake::WatchStream& stream) { stream.Garble(); });
  candidates[0]->pod->Delete();
  candidates[1]->WaitForState(Leadership::STATE_LEADER);
}

TEST_F(FaultScenario, R16LaggingWatchDelaysTheTakeoverAndMakesNoSecondLeader) {
  auto candidates = NewCandidates({"a", "b", "c"});
  Fault lag;
  lag.target = On("watch", "pods");
  lag.action = FaultAction::kLag;
  lag.delay = std::chrono::milliseconds(500);
  Server().faults().Add(lag);
  candidates[0]->pod->Delete();
  const auto next = [&](const Leadership& told) {
    return told.has_leader() && told.leader().uid() != candidates[0]->pod->uid();
  };
  const std::string b = candidates[1]->WaitFor(next, "the next leader").leadership.lock().uid();
  EXPECT_EQ(candidates[2]->WaitFor(next, "the next leader").leadership.lock().uid(), b);
}

TEST_F(FaultScenario, R9PodThatIsGoneBehindSilentWatchesIsNoticedByItsRefusedToken) {
  auto leader = NewBoundCandidate("a");
  leader->WaitForState(Leadership::STATE_LEADER);
  Fault freeze;
  freeze.target = On("watch", "");
  freeze.action = FaultAction::kFreeze;
  Server().faults().Add(freeze);
  leader->pod->DeleteByForce();
  EXPECT_EQ(leader->Says().state(), Leadership::STATE_LEADER);
  CutWatches("configmaps");
  CutWatches("pods");
  const Leadership told = leader->WaitForState(Leadership::STATE_UNKNOWN).leadership;
  EXPECT_EQ(told.reason(), Leadership::REASON_UNAUTHORIZED);
}

TEST_F(FaultScenario, R4StoreRestoredToBeforeTheLockIsALossAndANewTerm) {
  TestPod bystander(&cluster, namespace_name, "bystander");
  // Their writes would take the store on to where it was before the broker looks at it again.
  auto leader = NewCandidate("a", {"--events=false"});
  const std::string first = leader->WaitForState(Leadership::STATE_LEADER).leadership.lock().uid();
  // Back to the moment at which the leader's pod was there and its lock was not.
  const int64_t created = std::stoll(Lock()["metadata"]["resourceVersion"].get<std::string>());
  ASSERT_TRUE(Server().store().RestoreTo(created - 1));
  leader->WaitFor([](const Leadership& told) { return told.state() != Leadership::STATE_LEADER; }, "the loss");
  leader->WaitFor(
      [&first](const Leadership& told) {
        return told.state() == Leadership::STATE_LEADER && told.lock().uid() != first;
      },
      "a new term");
  EXPECT_THAT(leader->broker.Log(), ::testing::HasSubstr("went back in time"));
}

TEST_F(FaultScenario, R6RemovalThatMeetsAChangedLockLeavesItAlone) {
  auto leader = NewBoundCandidate("a");
  leader->pod->SetRunning();
  const Leadership before = leader->WaitForState(Leadership::STATE_LEADER).leadership;
  auto standby = NewCandidate("b");
  standby->WaitForLeader(*leader->pod);
  // The standby's removal is on its way when somebody edits the lock: it must not hit what it has not seen.
  Fault late;
  late.target = On("delete", "configmaps");
  late.action = FaultAction::kDelay;
  late.delay = std::chrono::milliseconds(500);
  late.count = 1;
  Server().faults().Add(late);
  leader->pod->SetEnded("Failed");
  standby->WaitForReason(Leadership::REASON_LEADER_GONE);
  ASSERT_EQ(cluster.Admin().Patch(LockPath(), {{"metadata", {{"annotations", {{"note", "mine"}}}}}}).status, 200);
  EXPECT_GT(standby->WaitForState(Leadership::STATE_LEADER).leadership.fencing_token(), before.fencing_token());
}

class StepDownFault : public FaultScenario, public ::testing::WithParamInterface<NamedFault> {};

TEST_P(StepDownFault, R11IsGotOverByALeaderWhoseAppIsDown) {
  std::vector<RoleRule> role = BrokerRole(lock);
  role.push_back({"pods", {"delete"}, {}});
  SetRole(role);
  Fault fault;
  fault.target = On("delete", "pods");
  fault.action = GetParam().action;
  fault.after_effect = GetParam().after_effect;
  fault.status = GetParam().status;
  fault.count = 2;
  Server().faults().Add(fault);
  auto leader = NewBoundCandidate("a", {"--allow-step-down", "--step-down-after=1s"});
  leader->WaitForState(Leadership::STATE_LEADER);
  const auto step_down = [&] {
    grpc::ClientContext context;
    leadership::v1::StepDownResponse response;
    return leader->broker.NewStub()->StepDown(&context, leadership::v1::StepDownRequest(), &response);
  };
  EXPECT_EQ(step_down().error_code(), grpc::StatusCode::UNAVAILABLE);
  leader->pod->SetWaiting("CrashLoopBackOff");
  leader->WaitForReason(Leadership::REASON_POD_TERMINATING);
  EXPECT_TRUE(step_down().ok());
}

INSTANTIATE_TEST_SUITE_P(R11, StepDownFault,
                         ::testing::Values(NamedFault{"Cut", FaultAction::kCut, false, 0},
                                           NamedFault{"CutAfterItWasDone", FaultAction::kCut, true, 0},
                                           NamedFault{"ServerError", FaultAction::kStatus, false, 500},
                                           NamedFault{"TooManyRequests", FaultAction::kStatus, false, 429},
                                           NamedFault{"Garbage", FaultAction::kGarbage, true, 200}),
                         NameOf);

TEST_F(FaultScenario, OnRequestCreateThatWasWithdrawnIsReleasedSoThatOthersMayLead) {
  std::vector<RoleRule> role = BrokerRole(lock);
  role.push_back({"configmaps", {"patch"}, {lock}});
  SetRole(role);
  Fault late;
  late.target = On("create", "configmaps");
  late.action = FaultAction::kDelay;
  late.delay = std::chrono::milliseconds(500);
  late.count = 1;
  const int number = Server().faults().Add(late);
  auto fickle = NewCandidate("a", {"--campaign=on-request"});
  fickle->WaitForReason(Leadership::REASON_NOT_REQUESTED);
  auto stub = fickle->broker.NewStub();
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::hours(1));
  Leadership response;
  std::thread become([&] { stub->Become(&context, {}, &response); });
  EXPECT_TRUE(Eventually([&] {
    const auto faults = Server().faults().All();
    return faults.count(number) == 0 || faults.at(number).count == 0;
  }));
  context.TryCancel();
  become.join();
  auto steady = NewCandidate("b");
  steady->WaitForState(Leadership::STATE_LEADER);
  EXPECT_FALSE(fickle->EverLed());
}

}  // namespace
}  // namespace leadership_broker::testing
