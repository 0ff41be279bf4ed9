// The call of StepDown, over gRPC, whatever becomes of it.
#include <condition_variable>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/unit/rpc/running_server.h"
#include "tests/unit/rpc/snapshots.h"

namespace leadership_broker::testing {
namespace {

using leadership::v1::StepDownRequest;
using leadership::v1::StepDownResponse;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Whoever is to end the pod: keeps the callers waiting until the test answers.
class Asked : public rpc::StepDownRequests {
 public:
  void StepDown(const std::string& lock_name, Answer answer) override {
    std::lock_guard<std::mutex> lock(mutex_);
    locks_.push_back(lock_name);
    answers_.push_back(std::move(answer));
    changed_.notify_all();
  }

  // Waits for that many to have asked, and returns for which locks.
  std::vector<std::string> WaitFor(size_t count) {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait_for(lock, std::chrono::minutes(1), [&] { return locks_.size() >= count; });
    return locks_;
  }
  void AnswerAll(const absl::Status& status) {
    std::unique_lock<std::mutex> lock(mutex_);
    const std::vector<Answer> answers = std::exchange(answers_, {});
    lock.unlock();
    for (const Answer& answer : answers) answer(status);
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> locks_;
  std::vector<Answer> answers_;
};

class StepDownCall {
 public:
  explicit StepDownCall(RunningServer& running, const std::string& lock = "", bool hurried = false) {
    StepDownRequest request;
    request.set_lock(lock);
    const auto patience = hurried ? std::chrono::milliseconds(100) : std::chrono::minutes(1);
    context_.set_deadline(std::chrono::system_clock::now() + patience);
    thread_ = std::thread([this, request, stub = running.stub.get()] {
      StepDownResponse response;
      status_ = stub->StepDown(&context_, request, &response);
    });
  }
  ~StepDownCall() {
    if (thread_.joinable()) thread_.join();
  }
  grpc::Status End() {
    thread_.join();
    return status_;
  }

 private:
  grpc::ClientContext context_;
  grpc::Status status_;
  std::thread thread_;
};

TEST(StepDownCallTest, ACallIsAnsweredWhenTheDeletionIs) {
  Asked asked;
  RunningServer running(8, /*several=*/true, "127.0.0.1:0", &asked);
  running.hub.Publish(Leader(1));
  StepDownCall accepted(running, "b");
  EXPECT_THAT(asked.WaitFor(1), ElementsAre("b"));
  // What is told meanwhile ends nothing.
  running.other_hub.Publish(Leader(2));
  running.other_hub.Publish(Loss(3));
  asked.AnswerAll(absl::OkStatus());
  EXPECT_TRUE(accepted.End().ok());
  StepDownCall refused(running, "a");
  EXPECT_THAT(asked.WaitFor(2), ElementsAre("b", "a"));
  asked.AnswerAll(absl::PermissionDeniedError("cannot delete pods"));
  const grpc::Status status = refused.End();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_THAT(status.error_message(), HasSubstr("cannot delete pods"));
}

TEST(StepDownCallTest, ACallerThatHasGoneMayBeAnsweredAllTheSame) {
  Asked asked;
  RunningServer running(8, false, "127.0.0.1:0", &asked);
  running.hub.Publish(Leader(1));
  StepDownCall hurried(running, "a", /*hurried=*/true);
  EXPECT_EQ(hurried.End().error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
  asked.WaitFor(1);
  asked.AnswerAll(absl::OkStatus());
}

TEST(StepDownCallTest, ShutdownEndsACallThatNobodyAnswersAnyMore) {
  Asked asked;
  RunningServer running(8, false, "127.0.0.1:0", &asked);
  running.hub.Publish(Leader(1));
  StepDownCall call(running);
  asked.WaitFor(1);
  running.server->Shutdown();
  const grpc::Status status = call.End();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_THAT(status.error_message(), HasSubstr("shutting down"));
  asked.AnswerAll(absl::OkStatus());
}

TEST(StepDownCallTest, CallsThatWaitCountTowardsMaxStreams) {
  Asked asked;
  RunningServer running(1, false, "127.0.0.1:0", &asked);
  running.hub.Publish(Leader(1));
  StepDownCall first(running);
  asked.WaitFor(1);
  StepDownCall second(running);
  EXPECT_EQ(second.End().error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  asked.AnswerAll(absl::OkStatus());
  EXPECT_TRUE(first.End().ok());
  EXPECT_THAT(asked.WaitFor(1), ElementsAre("a"));
}

}  // namespace
}  // namespace leadership_broker::testing
