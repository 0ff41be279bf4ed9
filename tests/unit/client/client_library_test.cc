// The library against a broker that says what it is told to.
#include <atomic>
#include <cstdlib>
#include <memory>
#include <thread>

#include "absl/synchronization/notification.h"
#include "gmock/gmock.h"

#include "leadership/client.h"
#include "tests/harness/child_process.h"
#include "tests/harness/eventually.h"
#include "tests/harness/recorded_callbacks.h"
#include "tests/harness/scratch_dir.h"
#include "tests/unit/client/scripted_broker.h"

namespace leadership {
namespace {

using leadership_broker::testing::Eventually;
using leadership_broker::testing::FreePort;
using leadership_broker::testing::ScratchDir;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;
using v1::Leadership;

Leadership Leads(const std::string& lock, uint64_t token) {
  Leadership message;
  message.set_state(Leadership::STATE_LEADER);
  message.mutable_lock()->set_uid(lock);
  message.mutable_leader()->set_name("self");
  message.mutable_leader()->set_uid("uid-self");
  message.mutable_self()->set_uid("uid-self");
  message.set_fencing_token(token);
  return message;
}

Leadership Standby(const std::string& leader) {
  Leadership message;
  message.set_state(Leadership::STATE_STANDBY);
  message.set_message("another leads");
  message.mutable_leader()->set_name(leader);
  message.mutable_leader()->set_uid("uid-" + leader);
  return message;
}

class ClientTest : public ::testing::Test {
 protected:
  ClientTest() {
    unsetenv("POD_UID");
    unsetenv("LEADERSHIP_BROKER_ADDRESS");
    options.address = broker.address();
    // The shortest.
    options.silence_limit = absl::Seconds(3);
  }

  // Once the watch has told everything that came before.
  void Barrier() {
    const std::string name = "barrier-" + std::to_string(++barriers_);
    broker.Say(Standby(name));
    ASSERT_TRUE(Eventually([&] { return recorded.Last("leader") == "leader " + name; }));
  }
  bool Told(const std::string& word) {
    return Eventually([&] { return !recorded.Last(word).empty(); });
  }

  ScriptedBroker broker{"127.0.0.1:" + std::to_string(FreePort())};
  ClientOptions options;
  RecordedCallbacks recorded;

 private:
  int barriers_ = 0;
};

TEST_F(ClientTest, GetSendsWhatItKnowsAndReturnsTheState) {
  setenv("POD_UID", "uid-self", 1);
  broker.Start();
  broker.Say(Leads("lock-1", 5));
  Client client(options);
  const absl::StatusOr<Leadership> now = client.Get("a-lock");
  ASSERT_TRUE(now.ok()) << now.status();
  EXPECT_EQ(now->fencing_token(), 5u);
  ASSERT_THAT(broker.gets(), SizeIs(1));
  EXPECT_EQ(broker.gets()[0].lock(), "a-lock");
  EXPECT_EQ(broker.gets()[0].pod_uid(), "uid-self");
}

TEST_F(ClientTest, AddressComesFromTheEnvironment) {
  setenv("LEADERSHIP_BROKER_ADDRESS", broker.address().c_str(), 1);
  broker.Start();
  Client client;
  EXPECT_EQ(client.address(), broker.address());
  EXPECT_TRUE(client.Get().ok());
}

TEST_F(ClientTest, NeverGoesThroughAProxy) {
  for (const char* variable : {"http_proxy", "https_proxy", "grpc_proxy"}) setenv(variable, "http://127.0.0.1:1", 1);
  broker.Start();
  Client client(options);
  EXPECT_TRUE(client.Get().ok());
  for (const char* variable : {"http_proxy", "https_proxy", "grpc_proxy"}) unsetenv(variable);
}

TEST_F(ClientTest, ReachesASocket) {
  const ScratchDir scratch;
  ScriptedBroker on_socket("unix:" + scratch.File("b.sock"));
  on_socket.Start();
  options.address = on_socket.address();
  Client client(options);
  EXPECT_TRUE(client.Get().ok());
}

TEST_F(ClientTest, AbsentBrokerIsNamedWithItsAddressAndWhatToCheck) {
  options.call_timeout = absl::Milliseconds(300);
  Client client(options);
  const absl::Status error = client.Get().status();
  EXPECT_EQ(error.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(error.message()),
              AllOf(HasSubstr(broker.address()), HasSubstr("refused"), HasSubstr("--listen")));
}

TEST_F(ClientTest, BrokerThatFailsIsTriedAgainAndNamed) {
  options.call_timeout = absl::Milliseconds(300);
  broker.Start();
  broker.Refuse({grpc::StatusCode::INTERNAL, "not well"});
  Client client(options);
  const absl::Status error = client.Get().status();
  EXPECT_EQ(error.code(), absl::StatusCode::kInternal);
  EXPECT_THAT(std::string(error.message()), AllOf(HasSubstr(broker.address()), HasSubstr("not well")));
  EXPECT_GT(broker.gets().size(), 1u) << "it might have recovered";
}

TEST_F(ClientTest, BadAddressIsAnErrorOfEveryCall) {
  options.address = "http://localhost";
  Client client(options);
  EXPECT_TRUE(absl::IsInvalidArgument(client.Get().status()));
  EXPECT_TRUE(absl::IsInvalidArgument(client.WaitUntilLeader().status()));
  EXPECT_TRUE(absl::IsInvalidArgument(client.StepDown()));
  const std::unique_ptr<LeadershipWatch> watch = client.Watch(recorded.All());
  ASSERT_TRUE(Told("failed"));
  EXPECT_THAT(recorded.told(),
              ElementsAre(AllOf(StartsWith("failed: INVALID_ARGUMENT"), HasSubstr("http://localhost"))));
}

TEST_F(ClientTest, WrongNameIsFinalAtOnce) {
  broker.Start();
  broker.Refuse({grpc::StatusCode::NOT_FOUND, "no lock \"b\" here"});
  Client client(options);
  EXPECT_TRUE(absl::IsNotFound(client.Get("b").status()));
  EXPECT_THAT(broker.gets(), SizeIs(1));
  EXPECT_TRUE(absl::IsNotFound(client.WaitUntilLeader(absl::InfiniteFuture(), "b").status()));
}

TEST_F(ClientTest, WaitUntilLeaderWaitsForABrokerAndThroughItsRestart) {
  Client client(options);
  absl::StatusOr<Leadership> leads = absl::UnknownError("");
  std::thread waiter([&] { leads = client.WaitUntilLeader(); });
  broker.Start();
  ASSERT_TRUE(Eventually([&] { return broker.becomes().size() == 1; }));
  broker.Stop();
  broker.Start();
  EXPECT_TRUE(Eventually([&] { return broker.becomes().size() == 2; }));
  broker.Say(Leads("lock-1", 5));
  waiter.join();
  ASSERT_TRUE(leads.ok()) << leads.status();
  EXPECT_EQ(leads->fencing_token(), 5u);
}

TEST_F(ClientTest, WaitUntilLeaderEndsAtItsDeadline) {
  Client client(options);
  const absl::Status nobody = client.WaitUntilLeader(absl::Now() + absl::Milliseconds(200)).status();
  EXPECT_TRUE(absl::IsDeadlineExceeded(nobody)) << nobody;
  EXPECT_THAT(std::string(nobody.message()), HasSubstr("refused"));
  broker.Start();
  ASSERT_TRUE(Eventually([&] { return client.Get().ok(); }));
  const absl::Status waited = client.WaitUntilLeader(absl::Now() + absl::Milliseconds(200)).status();
  EXPECT_TRUE(absl::IsDeadlineExceeded(waited)) << waited;
  EXPECT_THAT(std::string(waited.message()), HasSubstr("does not lead yet"));
}

TEST_F(ClientTest, PodThatCanNeverLeadIsToldSo) {
  broker.Start();
  broker.Refuse({grpc::StatusCode::FAILED_PRECONDITION, "this pod is being deleted"});
  Client client(options);
  EXPECT_TRUE(absl::IsFailedPrecondition(client.WaitUntilLeader().status()));
}

TEST_F(ClientTest, CancelEndsWhatWaitsAndWhatIsToCome) {
  broker.Start();
  Client client(options);
  absl::Status ended;
  std::thread waiter([&] { ended = client.WaitUntilLeader().status(); });
  ASSERT_TRUE(Eventually([&] { return broker.becomes().size() == 1; }));
  client.Cancel();
  waiter.join();
  EXPECT_TRUE(absl::IsCancelled(ended)) << ended;
  EXPECT_TRUE(absl::IsCancelled(client.Get().status()));
}

TEST_F(ClientTest, CancelEndsAWaitForABroker) {
  Client client(options);
  absl::Status ended;
  std::thread waiter([&] { ended = client.WaitUntilLeader().status(); });
  client.Cancel();
  waiter.join();
  EXPECT_TRUE(absl::IsCancelled(ended)) << ended;
}

TEST_F(ClientTest, WatchBeginsBeforeTheBroker) {
  Client client(options);
  const std::unique_ptr<LeadershipWatch> watch = client.Watch(recorded.All());
  EXPECT_TRUE(Told("uncertain: no leadership broker answers at " + broker.address()));
  EXPECT_FALSE(watch->IsLeading());
  broker.Start();
  broker.Say(Leads("lock-1", 5));
  EXPECT_TRUE(Told("started 5"));
  EXPECT_TRUE(watch->IsLeading());
  EXPECT_EQ(watch->FencingToken(), 5u);
}

TEST_F(ClientTest, R10_RestartOfTheBrokerIsNotSeenInTheSameTerm) {
  broker.Start();
  broker.Say(Leads("lock-1", 5));
  Client client(options);
  const std::unique_ptr<LeadershipWatch> watch = client.Watch(recorded.All());
  ASSERT_TRUE(Told("started 5"));
  broker.Stop();
  broker.Say(Leads("lock-1", 7));
  broker.Start();
  ASSERT_TRUE(Eventually([&] { return broker.watches().size() >= 2; }));
  EXPECT_TRUE(watch->IsLeading());
  Barrier();
  EXPECT_THAT(recorded.told(), ElementsAre("leader self", "started 5", "stopped: another leads", "leader barrier-1"));
}

TEST_F(ClientTest, RestartIntoAnotherTermIsStopThenStart) {
  broker.Start();
  broker.Say(Leads("lock-1", 5));
  Client client(options);
  const std::unique_ptr<LeadershipWatch> watch = client.Watch(recorded.All());
  ASSERT_TRUE(Told("started 5"));
  broker.Stop();
  broker.Say(Leads("lock-2", 8));
  broker.Start();
  ASSERT_TRUE(Told("started 8"));
  EXPECT_THAT(recorded.told(),
              ElementsAre("leader self", "started 5", StartsWith("stopped: the lock was lost"), "started 8"));
}

TEST_F(ClientTest, SilentStreamIsGivenUpAndOpenedAgain) {
  broker.Start();
  broker.Say(Leads("lock-1", 5));
  Client client(options);
  const std::unique_ptr<LeadershipWatch> watch = client.Watch(recorded.All());
  ASSERT_TRUE(Told("started 5"));
  ASSERT_THAT(broker.watches(), SizeIs(1));
  EXPECT_EQ(broker.watches()[0].heartbeat().seconds(), 1) << "three in the limit of silence";
  // It was not asked to beat.
  ASSERT_TRUE(Told("uncertain leader: the leadership broker has said nothing for 3s"));
  ASSERT_TRUE(Told("still")) << "the second stream begins with the state";
  EXPECT_GE(broker.watches().size(), 2u);
}

TEST_F(ClientTest, FinalErrorStopsALeaderAndEndsTheWatch) {
  broker.Start();
  broker.Say(Leads("lock-1", 5));
  Client client(options);
  const std::unique_ptr<LeadershipWatch> watch = client.Watch(recorded.All());
  ASSERT_TRUE(Told("started 5"));
  broker.Stop();
  broker.Refuse({grpc::StatusCode::NOT_FOUND, "no lock \"a\" here"});
  broker.Start();
  ASSERT_TRUE(Told("failed: NOT_FOUND"));
  EXPECT_THAT(recorded.told(),
              ElementsAre("leader self", "started 5", HasSubstr("stopped: "), HasSubstr("no lock \"a\" here")));
  EXPECT_THAT(broker.watches(), SizeIs(2));
}

TEST_F(ClientTest, ServerThatIsNoBrokerIsFinal) {
  v1::LeadershipBroker::Service knows_no_call;
  grpc::ServerBuilder builder;
  builder.AddListeningPort(broker.address(), grpc::InsecureServerCredentials());
  builder.RegisterService(&knows_no_call);
  const std::unique_ptr<grpc::Server> other = builder.BuildAndStart();
  Client client(options);
  const std::unique_ptr<LeadershipWatch> watch = client.Watch(recorded.All());
  ASSERT_TRUE(Told("failed: UNIMPLEMENTED"));
  EXPECT_THAT(recorded.Last("failed"), HasSubstr("no leadership broker"));
  EXPECT_TRUE(absl::IsUnimplemented(client.Get().status()));
}

TEST_F(ClientTest, NeighboursBrokerIsNotFinal) {
  broker.Start();
  broker.Refuse({grpc::StatusCode::FAILED_PRECONDITION, "another pod's broker"});
  Client client(options);
  const std::unique_ptr<LeadershipWatch> watch = client.Watch(recorded.All());
  ASSERT_TRUE(Told("uncertain: the leadership broker at " + broker.address() + ": another pod's broker"));
  broker.Refuse(grpc::Status::OK);
  broker.Say(Leads("lock-1", 5));
  EXPECT_TRUE(Told("started 5"));
}

TEST_F(ClientTest, LossIsKnownWhileACallbackBlocks) {
  absl::Notification leave;
  std::atomic<LeadershipWatch*> self{nullptr};
  std::atomic<bool> was_leading{false};
  Callbacks callbacks = recorded.All();
  callbacks.on_started_leading = [&](const Leadership&) {
    while (self == nullptr) std::this_thread::yield();
    was_leading = self.load()->IsLeading();
    leave.WaitForNotification();
  };
  broker.Start();
  broker.Say(Leads("lock-1", 5));
  Client client(options);
  const std::unique_ptr<LeadershipWatch> watch = client.Watch(callbacks);
  self = watch.get();
  ASSERT_TRUE(Eventually([&] { return was_leading.load(); }));
  broker.Say(Standby("other"));
  EXPECT_TRUE(Eventually([&] { return !watch->IsLeading(); }));
  EXPECT_EQ(watch->FencingToken(), 0u);
  EXPECT_THAT(recorded.told(), ElementsAre("leader self"));
  leave.Notify();
  EXPECT_TRUE(Told("leader other"));
}

TEST_F(ClientTest, EndOfTheWatchWaitsForACallbackAndNoneComesAfter) {
  absl::Notification entered;
  absl::Notification leave;
  std::atomic<bool> left{false};
  Callbacks callbacks = recorded.All();
  callbacks.on_started_leading = [&](const Leadership&) {
    entered.Notify();
    leave.WaitForNotification();
    left = true;
  };
  broker.Start();
  broker.Say(Leads("lock-1", 5));
  Client client(options);
  std::unique_ptr<LeadershipWatch> watch = client.Watch(callbacks);
  entered.WaitForNotification();
  std::thread releaser([&] { leave.Notify(); });
  watch.reset();
  EXPECT_TRUE(left);
  releaser.join();
  broker.Say(Standby("other"));
  broker.Stop();
  EXPECT_THAT(recorded.told(), ElementsAre("leader self"));
}

TEST_F(ClientTest, WatchOutlivesItsClient) {
  broker.Start();
  auto client = std::make_unique<Client>(options);
  const std::unique_ptr<LeadershipWatch> watch = client->Watch(recorded.All());
  client.reset();
  broker.Say(Leads("lock-1", 5));
  EXPECT_TRUE(Told("started 5"));
}

using ClientDeathTest = ClientTest;

TEST_F(ClientDeathTest, WatchThatIsDestroyedInItsOwnCallbackEndsTheProcess) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(
      {
        broker.Start();
        broker.Say(Leads("lock-1", 5));
        Client client(options);
        absl::Notification made;
        std::unique_ptr<LeadershipWatch> watch;
        Callbacks callbacks;
        callbacks.on_started_leading = [&](const Leadership&) {
          made.WaitForNotification();
          watch.reset();
        };
        watch = client.Watch(callbacks);
        made.Notify();
        absl::Notification().WaitForNotification();
      },
      "destroyed inside one of its own callbacks");
}

}  // namespace
}  // namespace leadership
