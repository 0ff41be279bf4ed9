// --campaign=on-request, several locks, and Become.
#include "gmock/gmock.h"

#include "tests/harness/eventually.h"
#include "tests/scenarios/scenario.h"

namespace leadership_broker::testing {
namespace {

class Campaign : public Scenario {};

// A call of Become under way.
class Become {
 public:
  explicit Become(const Candidate& candidate) : stub_(candidate.broker.NewStub()) {
    stub_->async()->Become(&context_, &request_, &response_, [this](grpc::Status status) {
      const std::lock_guard<std::mutex> lock(mutex_);
      status_ = status;
      ended_.notify_all();
    });
  }
  ~Become() {
    context_.TryCancel();
    Wait();
  }
  void Cancel() { context_.TryCancel(); }
  grpc::Status Wait() {
    std::unique_lock<std::mutex> lock(mutex_);
    ended_.wait_for(lock, absl::ToChronoSeconds(kPatience), [this] { return status_.has_value(); });
    return status_.value_or(grpc::Status(grpc::StatusCode::UNKNOWN, "Become does not return"));
  }
  const Leadership& response() const { return response_; }

 private:
  std::unique_ptr<leadership::v1::LeadershipBroker::Stub> stub_;
  grpc::ClientContext context_;
  leadership::v1::BecomeRequest request_;
  Leadership response_;
  std::mutex mutex_;
  std::condition_variable ended_;
  std::optional<grpc::Status> status_;
};

TEST_F(Campaign, BecomeReturnsWhenThePodLeads) {
  auto candidates = NewCandidates({"a", "b"});
  Become next(*candidates[1]);
  Become now(*candidates[0]);
  EXPECT_TRUE(now.Wait().ok());
  EXPECT_EQ(now.response().state(), Leadership::STATE_LEADER);
  candidates[0]->pod->Delete();
  EXPECT_TRUE(next.Wait().ok());
  EXPECT_EQ(next.response().state(), Leadership::STATE_LEADER);
  EXPECT_GT(next.response().fencing_token(), now.response().fencing_token());
  // The one whose pod is gone can never lead again.
  candidates[0]->WaitForState(Leadership::STATE_INELIGIBLE);
  EXPECT_EQ(Become(*candidates[0]).Wait().error_code(), grpc::StatusCode::FAILED_PRECONDITION);
}

TEST_F(Campaign, OnRequestStandsOnlyWhileSomebodyWaits) {
  // The withdrawal marks the lock, which the shipped Role leaves to an overlay of its own.
  std::vector<RoleRule> role = BrokerRole(lock);
  role.push_back({"configmaps", {"patch"}, {lock}});
  SetRole(role);
  auto a = NewCandidate("a", {"--campaign=on-request"});
  a->WaitForReason(Leadership::REASON_NOT_REQUESTED);
  EXPECT_TRUE(Lock().is_null());
  Become waits(*a);
  EXPECT_TRUE(waits.Wait().ok());
  EXPECT_EQ(waits.response().state(), Leadership::STATE_LEADER);
  // For life: that nobody waits any more changes nothing, until the lock is lost; then somebody has to ask anew.
  DeleteLock();
  a->WaitForReason(Leadership::REASON_LOCK_LOST);
  EXPECT_TRUE(Lock().is_null());
  EXPECT_TRUE(Become(*a).Wait().ok());
}

TEST_F(Campaign, OnRequestStandbyThatNobodyWaitsOnLeavesTheLockToOthers) {
  auto leader = NewCandidate("a");
  leader->WaitForState(Leadership::STATE_LEADER);
  auto idle = NewCandidate("b", {"--campaign=on-request"});
  idle->WaitForLeader(*leader->pod);
  {
    Become gives_up(*idle);
    gives_up.Cancel();
    EXPECT_EQ(gives_up.Wait().error_code(), grpc::StatusCode::CANCELLED);
  }
  leader->pod->Delete();
  idle->WaitForReason(Leadership::REASON_NOT_REQUESTED);
  auto eager = NewCandidate("c");
  eager->WaitForState(Leadership::STATE_LEADER);
  EXPECT_FALSE(idle->EverLed());
}

TEST_F(Campaign, OneBrokerStandsForSeveralLocksAndAnswersForEachByName) {
  const std::string other_lock = "other-lock";
  std::vector<RoleRule> role = BrokerRole(lock);
  for (const RoleRule& rule : BrokerRole(other_lock)) role.push_back(rule);
  SetRole(role);
  TestPodOptions options;
  options.lock = lock;
  TestPod pod(&cluster, namespace_name, "a", options);
  BrokerProcess broker(pod, lock + "," + other_lock);
  ASSERT_TRUE(broker.WaitServing());
  for (const std::string& name : {lock, other_lock}) {
    leadership::v1::WatchLeadershipRequest request;
    request.set_lock(name);
    Subscriber app(broker.NewChannel(), request);
    EXPECT_EQ(app.WaitForState(Leadership::STATE_LEADER).leadership.lock().name(), name);
  }
  auto stub = broker.NewStub();
  grpc::ClientContext list_context;
  leadership::v1::ListLocksResponse locks;
  ASSERT_TRUE(stub->ListLocks(&list_context, {}, &locks).ok());
  ASSERT_EQ(locks.locks_size(), 2);
  EXPECT_EQ(locks.locks(0).name(), lock);
  EXPECT_EQ(locks.locks(1).name(), other_lock);
  grpc::ClientContext get_context;
  Leadership state;
  EXPECT_EQ(stub->GetLeadership(&get_context, {}, &state).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

}  // namespace
}  // namespace leadership_broker::testing
