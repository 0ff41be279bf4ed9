#include "server/rpc/service.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "grpcpp/generic/generic_stub.h"
#include "gtest/gtest.h"

#include "tests/harness/eventually.h"
#include "tests/unit/rpc/running_server.h"
#include "tests/unit/rpc/snapshots.h"

namespace leadership_broker::testing {
namespace {

using leadership::v1::BecomeRequest;
using leadership::v1::GetLeadershipRequest;
using leadership::v1::Leadership;
using leadership::v1::ListLocksRequest;
using leadership::v1::ListLocksResponse;
using leadership::v1::StepDownRequest;
using leadership::v1::StepDownResponse;
using leadership::v1::WatchLeadershipRequest;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Stub = leadership::v1::LeadershipBroker::Stub;

// An open stream; cancelled at its end.
class Watch {
 public:
  explicit Watch(Stub& stub, const WatchLeadershipRequest& request = {})
      : reader_(stub.WatchLeadership(&context_, request)) {}
  ~Watch() { context_.TryCancel(); }

  // The next message; its revision is 0 when the stream has ended.
  Leadership Next() {
    Leadership message;
    if (!reader_->Read(&message)) message.Clear();
    return message;
  }
  grpc::Status Finish() { return reader_->Finish(); }
  void Cancel() { context_.TryCancel(); }

 private:
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<Leadership>> reader_;
};

grpc::Status WatchEnd(Stub& stub, const WatchLeadershipRequest& request) {
  Watch watch(stub, request);
  EXPECT_EQ(watch.Next().revision(), 0u);
  return watch.Finish();
}

grpc::Status Become(Stub& stub, const BecomeRequest& request, Leadership* answer,
                    std::chrono::milliseconds patience = std::chrono::minutes(1)) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + patience);
  return stub.Become(&context, request, answer);
}

// The statuses of all calls that name a lock.
std::vector<grpc::Status> AllCalls(Stub& stub, const std::string& lock, const std::string& pod_uid) {
  std::vector<grpc::Status> statuses;
  {
    GetLeadershipRequest request;
    request.set_lock(lock);
    request.set_pod_uid(pod_uid);
    grpc::ClientContext context;
    Leadership answer;
    statuses.push_back(stub.GetLeadership(&context, request, &answer));
  }
  {
    WatchLeadershipRequest request;
    request.set_lock(lock);
    request.set_pod_uid(pod_uid);
    statuses.push_back(WatchEnd(stub, request));
  }
  {
    BecomeRequest request;
    request.set_lock(lock);
    request.set_pod_uid(pod_uid);
    Leadership answer;
    statuses.push_back(Become(stub, request, &answer));
  }
  {
    StepDownRequest request;
    request.set_lock(lock);
    request.set_pod_uid(pod_uid);
    grpc::ClientContext context;
    StepDownResponse answer;
    statuses.push_back(stub.StepDown(&context, request, &answer));
  }
  return statuses;
}

grpc::Status ListLocks(Stub& stub, const std::string& pod_uid, ListLocksResponse* answer) {
  ListLocksRequest request;
  request.set_pod_uid(pod_uid);
  grpc::ClientContext context;
  return stub.ListLocks(&context, request, answer);
}

void ExpectAll(const std::vector<grpc::Status>& statuses, grpc::StatusCode code, const std::string& part) {
  for (const grpc::Status& status : statuses) {
    EXPECT_EQ(status.error_code(), code) << status.error_message();
    EXPECT_THAT(status.error_message(), HasSubstr(part));
  }
}

void WaitUntil(const std::function<bool()>& condition) { ASSERT_TRUE(Eventually(condition)); }

TEST(ServiceTest, ALongUidIsRefusedWithTheSameCodeAsAShortOne) {
  RunningServer running;
  running.hub.Publish(Standby(1));
  // Quoted in full it would not fit into the headers that clients accept.
  ExpectAll(AllCalls(*running.stub, "a", std::string(60'000, 'x')), grpc::StatusCode::FAILED_PRECONDITION, "xxx...");
}

TEST(ServiceTest, EveryCallTellsWhatIsWrongWithTheLockOrTheCaller) {
  RunningServer running(8, /*several=*/true);
  running.hub.Publish(Standby(1));
  ExpectAll(AllCalls(*running.stub, "Bad_Name", ""), grpc::StatusCode::INVALID_ARGUMENT, "DNS-1123");
  ExpectAll(AllCalls(*running.stub, "", ""), grpc::StatusCode::INVALID_ARGUMENT, "a, b");
  ExpectAll(AllCalls(*running.stub, "c", ""), grpc::StatusCode::NOT_FOUND, "a, b");
  ExpectAll(AllCalls(*running.stub, "a", "uid-9"), grpc::StatusCode::FAILED_PRECONDITION, "uid-0");
  ListLocksResponse locks;
  ExpectAll({ListLocks(*running.stub, "uid-9", &locks)}, grpc::StatusCode::FAILED_PRECONDITION, "uid-9");
  EXPECT_THAT(running.requests.seen(), IsEmpty());
}

TEST(ServiceTest, EveryCallIsUnavailableOnceTheShutdownHasBegun) {
  RunningServer running;
  running.hub.Publish(Leader(1));
  running.directory->Close();
  ExpectAll(AllCalls(*running.stub, "a", ""), grpc::StatusCode::UNAVAILABLE, "shutting down");
  ListLocksResponse locks;
  ExpectAll({ListLocks(*running.stub, "", &locks)}, grpc::StatusCode::UNAVAILABLE, "shutting down");
}

TEST(ServiceTest, BytesThatAreNoRequestAreAnsweredAlikeByEveryCall) {
  RunningServer running;
  running.hub.Publish(Standby(1));
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  grpc::GenericStub stub(grpc::CreateCustomChannel(running.address, grpc::InsecureChannelCredentials(), arguments));
  const grpc::Slice bytes("\xff\xff");
  const grpc::ByteBuffer request(&bytes, 1);
  for (const char* method : {"GetLeadership", "WatchLeadership", "Become", "StepDown", "ListLocks"}) {
    grpc::ClientContext context;
    grpc::ByteBuffer answer;
    std::promise<grpc::Status> done;
    stub.UnaryCall(&context, std::string("/leadership.v1.LeadershipBroker/") + method, grpc::StubOptions(), &request,
                   &answer, [&done](grpc::Status status) { done.set_value(std::move(status)); });
    EXPECT_EQ(done.get_future().get().error_code(), grpc::StatusCode::UNIMPLEMENTED) << method;
  }
}

TEST(ServiceTest, GetTellsTheLatest) {
  RunningServer running;
  grpc::ClientContext early;
  Leadership answer;
  EXPECT_EQ(running.stub->GetLeadership(&early, GetLeadershipRequest(), &answer).error_code(),
            grpc::StatusCode::UNAVAILABLE);
  running.hub.Publish(Standby(1));
  running.hub.Publish(Leader(2));
  GetLeadershipRequest request;
  request.set_pod_uid("uid-0");
  grpc::ClientContext context;
  ASSERT_TRUE(running.stub->GetLeadership(&context, request, &answer).ok());
  EXPECT_EQ(answer.SerializeAsString(), Leader(2)->leadership.SerializeAsString());
}

TEST(ServiceTest, ListLocksInTheirOrder) {
  RunningServer running(8, /*several=*/true);
  ListLocksResponse locks;
  ASSERT_TRUE(ListLocks(*running.stub, "", &locks).ok());
  ASSERT_EQ(locks.locks_size(), 2);
  EXPECT_EQ(locks.locks(0).name(), "a");
  EXPECT_EQ(locks.locks(1).name(), "b");
}

TEST(ServiceTest, StepDownNamesTheFlagItNeeds) {
  RunningServer running;
  grpc::ClientContext context;
  StepDownResponse answer;
  const grpc::Status status = running.stub->StepDown(&context, StepDownRequest(), &answer);
  ExpectAll({status}, grpc::StatusCode::FAILED_PRECONDITION, "--allow-step-down");
}

TEST(ServiceTest, WatchTellsTheStateAtOnceAndThenEachChange) {
  RunningServer running;
  running.hub.Publish(Standby(1));
  Watch watch(*running.stub);
  EXPECT_EQ(watch.Next().revision(), 1u);
  running.hub.Publish(Leader(2));
  const Leadership told = watch.Next();
  EXPECT_EQ(told.SerializeAsString(), Leader(2)->leadership.SerializeAsString()) << "every message is the full state";
  running.hub.Publish(Loss(3));
  EXPECT_EQ(watch.Next().revision(), 3u);
}

TEST(ServiceTest, WatchersOfDifferentLocksAreKeptApart) {
  RunningServer running(8, /*several=*/true);
  running.hub.Publish(Standby(1));
  running.other_hub.Publish(Leader(100));
  WatchLeadershipRequest request;
  request.set_lock("b");
  Watch watch(*running.stub, request);
  EXPECT_EQ(watch.Next().revision(), 100u);
}

TEST(ServiceTest, R9ValidForIsReckonedAtEachSending) {
  RunningServer running;
  auto snapshot = NewSnapshot(1, Leadership::STATE_LEADER);
  snapshot->trusted_until = absl::Milliseconds(1010000);
  running.hub.Publish(snapshot);
  Watch first(*running.stub);
  EXPECT_EQ(first.Next().valid_for().seconds(), 10);
  running.now_ms = 1004000;
  Watch second(*running.stub);
  EXPECT_EQ(second.Next().valid_for().seconds(), 6);
  auto renewed = NewSnapshot(1, Leadership::STATE_LEADER);
  renewed->trusted_until = absl::Milliseconds(1014000);
  running.hub.Publish(renewed);
  EXPECT_EQ(first.Next().valid_for().seconds(), 10) << "renewed by a message of the same revision";
}

TEST(ServiceTest, R4SlowReadersDelayNobodyAndMissNoLoss) {
  RunningServer running;
  // Large messages fill a stream's window soon.
  const auto publish = [&running](uint64_t revision, bool is_loss) {
    auto snapshot = NewSnapshot(revision, is_loss ? Leadership::STATE_STANDBY : Leadership::STATE_LEADER);
    snapshot->leadership.set_message(std::string(size_t{64} * 1024, 'x'));
    snapshot->is_loss = is_loss;
    running.hub.Publish(snapshot);
  };
  constexpr uint64_t kLossAt = 250;
  constexpr uint64_t kLast = 300;
  publish(1, false);
  // Each on a connection of its own, so that they do not share the quick one's flow control.
  std::vector<std::unique_ptr<Stub>> stubs;
  std::vector<std::unique_ptr<Watch>> slow;
  for (int i = 0; i < 3; ++i) {
    stubs.push_back(NewStub(running.address));
    slow.push_back(std::make_unique<Watch>(*stubs.back()));
    EXPECT_EQ(slow.back()->Next().revision(), 1u);
  }
  Watch quick(*running.stub);
  EXPECT_EQ(quick.Next().revision(), 1u);
  for (uint64_t revision = 2; revision <= kLast; ++revision) {
    publish(revision, revision == kLossAt);
    EXPECT_EQ(quick.Next().revision(), revision);
  }
  for (const auto& watch : slow) {
    std::vector<uint64_t> seen;
    while (seen.empty() || seen.back() < kLast) {
      const Leadership told = watch->Next();
      ASSERT_GT(told.revision(), seen.empty() ? 1 : seen.back());
      seen.push_back(told.revision());
    }
    EXPECT_LT(seen.size(), kLast / 2) << "what was skipped must not have been kept for it";
    EXPECT_THAT(seen, ::testing::Contains(kLossAt));
  }
}

TEST(ServiceTest, HeartbeatRepeatsTheStateAsLastConfirmed) {
  RunningServer running;
  running.hub.Publish(Standby(1));
  WatchLeadershipRequest request;
  request.mutable_heartbeat()->set_seconds(1);
  Watch watch(*running.stub, request);
  EXPECT_EQ(watch.Next().verified_at().seconds(), 0);
  const auto start = std::chrono::steady_clock::now();
  auto confirmed = NewSnapshot(1, Leadership::STATE_STANDBY);
  confirmed->leadership.mutable_verified_at()->set_seconds(77);
  running.hub.Publish(confirmed);
  const Leadership beat = watch.Next();
  EXPECT_EQ(beat.revision(), 1u);
  EXPECT_EQ(beat.verified_at().seconds(), 77);
  // The first message was sent before it was received here, so a little less than the heartbeat may have gone by.
  EXPECT_GE(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(500))
      << "a change, not a heartbeat, was sent";
  running.hub.Publish(Leader(2));
  EXPECT_EQ(watch.Next().revision(), 2u);
  EXPECT_EQ(watch.Next().revision(), 2u);
}

TEST(ServiceTest, AHeartbeatBelowASecondIsRefused) {
  RunningServer running;
  running.hub.Publish(Standby(1));
  const std::pair<int64_t, int32_t> bad[] = {{0, 0}, {0, 999999999}, {-5, 0}, {1, -1}, {INT64_MIN, INT32_MIN}};
  for (const auto& [seconds, nanos] : bad) {
    WatchLeadershipRequest request;
    request.mutable_heartbeat()->set_seconds(seconds);
    request.mutable_heartbeat()->set_nanos(nanos);
    ExpectAll({WatchEnd(*running.stub, request)}, grpc::StatusCode::INVALID_ARGUMENT, "heartbeat");
  }
  WatchLeadershipRequest longest;
  longest.mutable_heartbeat()->set_seconds(INT64_MAX);
  EXPECT_EQ(Watch(*running.stub, longest).Next().revision(), 1u);
}

TEST(ServiceTest, BecomeReturnsAtOnceWhereThisPodLeads) {
  RunningServer running(1);
  running.hub.Publish(Leader(1));
  Watch taken(*running.stub);
  EXPECT_EQ(taken.Next().revision(), 1u);
  Leadership answer;
  EXPECT_TRUE(Become(*running.stub, {}, &answer).ok()) << "it does not wait, so it takes no stream's place";
  EXPECT_EQ(answer.revision(), 1u);
  EXPECT_THAT(running.requests.seen(), IsEmpty());
}

TEST(ServiceTest, BecomeWaitsUntilThisPodLeads) {
  RunningServer running;
  running.hub.Publish(Standby(1));
  Leadership answer;
  auto waiter = std::async(std::launch::async, [&] { return Become(*running.stub, {}, &answer); });
  WaitUntil([&] { return !running.requests.seen().empty(); });
  running.hub.Publish(Standby(2));
  EXPECT_EQ(waiter.wait_for(std::chrono::milliseconds(50)), std::future_status::timeout);
  running.hub.Publish(Leader(3));
  EXPECT_TRUE(waiter.get().ok());
  EXPECT_EQ(answer.state(), Leadership::STATE_LEADER);
  EXPECT_EQ(answer.revision(), 3u);
  EXPECT_THAT(running.requests.seen(), ElementsAre("+a", "-a")) << "who is answered does not wait any more";
}

TEST(ServiceTest, R5BecomeFailsWhereThisPodCanNeverLead) {
  RunningServer running;
  auto ineligible = NewSnapshot(2, Leadership::STATE_INELIGIBLE);
  ineligible->leadership.set_message("it is being deleted");
  running.hub.Publish(Standby(1));
  Leadership answer;
  auto waiter = std::async(std::launch::async, [&] { return Become(*running.stub, {}, &answer); });
  WaitUntil([&] { return !running.requests.seen().empty(); });
  running.hub.Publish(ineligible);
  ExpectAll({waiter.get()}, grpc::StatusCode::FAILED_PRECONDITION, "it is being deleted");
  ExpectAll({Become(*running.stub, {}, &answer)}, grpc::StatusCode::FAILED_PRECONDITION, "it is being deleted");
}

TEST(ServiceTest, BecomesDeadlineAndCancellationEndTheWait) {
  RunningServer running(1);
  running.hub.Publish(Standby(1));
  Leadership answer;
  EXPECT_EQ(Become(*running.stub, {}, &answer, std::chrono::milliseconds(50)).error_code(),
            grpc::StatusCode::DEADLINE_EXCEEDED);
  // The waiter, and its place, are gone.
  WaitUntil([&] { return running.requests.seen().size() == 2; });
  grpc::ClientContext context;
  auto waiter =
      std::async(std::launch::async, [&] { return running.stub->Become(&context, BecomeRequest(), &answer); });
  WaitUntil([&] { return running.requests.seen().size() == 3; });
  context.TryCancel();
  EXPECT_EQ(waiter.get().error_code(), grpc::StatusCode::CANCELLED);
  WaitUntil([&] { return running.requests.seen().size() == 4; });
  EXPECT_THAT(running.requests.seen(), ElementsAre("+a", "-a", "+a", "-a"));
}

TEST(ServiceTest, StreamsAndWaitersTogetherAreLimited) {
  RunningServer running(2);
  running.hub.Publish(Standby(1));
  Watch watch(*running.stub);
  EXPECT_EQ(watch.Next().revision(), 1u);
  Leadership answer;
  auto waiter = std::async(std::launch::async, [&] { return Become(*running.stub, {}, &answer); });
  WaitUntil([&] { return !running.requests.seen().empty(); });

  const std::string part = "2 streams already, the most that --max-streams allows";
  ExpectAll({WatchEnd(*running.stub, {})}, grpc::StatusCode::RESOURCE_EXHAUSTED, part);
  Leadership refused;
  ExpectAll({Become(*running.stub, {}, &refused)}, grpc::StatusCode::RESOURCE_EXHAUSTED, part);
  EXPECT_THAT(running.requests.seen(), ElementsAre("+a")) << "the refused one never waited";

  watch.Cancel();
  WaitUntil([&] { return Watch(*running.stub).Next().revision() == 1; });
  running.hub.Publish(Leader(2));
  EXPECT_TRUE(waiter.get().ok());
}

TEST(ServiceTest, StreamsComeAndGoWhileItIsPublished) {
  RunningServer running(64);
  running.hub.Publish(Standby(1));
  std::atomic<bool> done{false};
  std::vector<std::thread> clients;
  for (int i = 0; i < 4; ++i) {
    clients.emplace_back([&running, &done, i] {
      auto stub = NewStub(running.address);
      while (!done) {
        Watch watch(*stub);
        uint64_t last = 0;
        for (int n = 0; n < 3 + i; ++n) {
          const uint64_t revision = watch.Next().revision();
          EXPECT_GT(revision, last);
          last = revision;
        }
      }
    });
  }
  uint64_t revision = 1;
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(500);
  while (std::chrono::steady_clock::now() < end) {
    running.hub.Publish(Standby(++revision));
    std::this_thread::yield();
  }
  done = true;
  // The clients still wait for changes.
  std::atomic<bool> gone{false};
  std::thread publisher([&] {
    while (!gone) {
      running.hub.Publish(Standby(++revision));
      std::this_thread::yield();
    }
  });
  for (std::thread& client : clients) client.join();
  gone = true;
  publisher.join();
}

}  // namespace
}  // namespace leadership_broker::testing
