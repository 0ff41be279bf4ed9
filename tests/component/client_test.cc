// The C++ library beside a real broker: what an app is told over the life of both.
#include "leadership/client.h"

#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"

#include "tests/component/fake_test_cluster.h"
#include "tests/harness/eventually.h"
#include "tests/harness/recorded_callbacks.h"
#include "tests/scenarios/scenario.h"

namespace leadership_broker::testing {
namespace {

using ::leadership::Client;
using ::leadership::ClientOptions;
using ::leadership::LeadershipWatch;
using ::leadership::RecordedCallbacks;
using ::leadership::v1::Leadership;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class ClientBesideABroker : public Scenario {
 protected:
  explicit ClientBesideABroker(const std::vector<std::string>& flags = {}) : broker_(Command(flags)) {
    options_.address = broker_.address();
    options_.pod_uid = pod_.uid();
    options_.silence_limit = absl::Seconds(3);
  }
  bool Told(const std::string& word) {
    return Eventually([&] { return !recorded_.Last(word).empty(); });
  }
  BrokerCommand Command(const std::vector<std::string>& flags) const {
    BrokerCommand command = BrokerCommand::InPod(pod_, lock);
    command.flags.insert(command.flags.end(), flags.begin(), flags.end());
    return command;
  }
  std::string Started(uint64_t token) { return "started " + std::to_string(token); }

  TestPod pod_{&cluster, namespace_name, "a"};
  BrokerProcess broker_;
  ClientOptions options_;
  RecordedCallbacks recorded_;
};

TEST_F(ClientBesideABroker, R10_RestartIsNotSeen) {
  Client client(options_);
  const std::unique_ptr<LeadershipWatch> watch = client.Watch(recorded_.All());
  ASSERT_TRUE(Told("started"));
  const uint64_t token = watch->FencingToken();
  for (int restart = 0; restart < 3; ++restart) {
    broker_.Kill();
    broker_.Start();
    ASSERT_TRUE(broker_.WaitServing());
    ASSERT_TRUE(Eventually([&] { return client.Get()->reason() == Leadership::REASON_ADOPTED; }));
  }
  EXPECT_TRUE(watch->IsLeading());
  EXPECT_EQ(watch->FencingToken(), token);
  EXPECT_THAT(recorded_.told(), ElementsAre("leader a", Started(token)));
}

TEST_F(ClientBesideABroker, R4_LockRemovedByHandIsStopThenStartWithAGreaterToken) {
  Client client(options_);
  const std::unique_ptr<LeadershipWatch> watch = client.Watch(recorded_.All());
  ASSERT_TRUE(Told("started"));
  const uint64_t first = watch->FencingToken();
  DeleteLock();
  ASSERT_TRUE(Eventually([&] { return watch->FencingToken() > first; }));
  EXPECT_THAT(recorded_.told(),
              ElementsAre("leader a", Started(first), StartsWith("stopped: "), Started(watch->FencingToken())));
}

TEST_F(ClientBesideABroker, LockLostWhileTheBrokerWasAwayIsStopThenStart) {
  Client client(options_);
  const std::unique_ptr<LeadershipWatch> watch = client.Watch(recorded_.All());
  ASSERT_TRUE(Told("started"));
  const uint64_t first = watch->FencingToken();
  broker_.Kill();
  DeleteLock();
  broker_.Start();
  ASSERT_TRUE(Eventually([&] { return watch->FencingToken() > first; }));
  EXPECT_THAT(recorded_.Last("stopped"), StartsWith("stopped: "));
}

TEST_F(ClientBesideABroker, HungBrokerIsNoticedByItsMissingHeartbeats) {
  Client client(options_);
  const std::unique_ptr<LeadershipWatch> watch = client.Watch(recorded_.All());
  ASSERT_TRUE(Told("started"));
  // Its heartbeats alone keep it from that.
  EXPECT_TRUE(Eventually([&] { return client.Get().ok(); }));
  broker_.Pause();
  ASSERT_TRUE(Told("uncertain leader: the leadership broker has said nothing for 3s"));
  EXPECT_FALSE(watch->IsLeading());
  options_.call_timeout = absl::Milliseconds(300);
  EXPECT_EQ(Client(options_).Get().status().code(), absl::StatusCode::kUnavailable);
  broker_.Resume();
  ASSERT_TRUE(Told("still"));
  EXPECT_TRUE(watch->IsLeading());
}

class ClientBesideABrokerWithALimit : public ClientBesideABroker {
 protected:
  ClientBesideABrokerWithALimit() : ClientBesideABroker({"--unverified-limit=4s"}) {
    // Longer than any test: silence is not what makes uncertain here.
    options_.silence_limit = absl::Minutes(10);
  }
};

TEST_F(ClientBesideABrokerWithALimit, R9_WordOfAFrozenBrokerIsNotBelievedPastItsValidFor) {
  Client client(options_);
  const std::unique_ptr<LeadershipWatch> watch = client.Watch(recorded_.All());
  ASSERT_TRUE(Told("started"));
  broker_.Pause();
  ASSERT_TRUE(Told("uncertain leader: the leadership broker's last word has passed its valid_for"));
  EXPECT_FALSE(watch->IsLeading());
  broker_.Resume();
  ASSERT_TRUE(Told("still"));
  EXPECT_TRUE(watch->IsLeading());
}

TEST_F(ClientBesideABrokerWithALimit, R9_UnverifiedLeaderIsUncertainAndThenLeadsStill) {
  Client client(options_);
  const std::unique_ptr<LeadershipWatch> watch = client.Watch(recorded_.All());
  ASSERT_TRUE(Told("started"));
  cluster.StopApiServer();
  EXPECT_TRUE(Told("uncertain leader"));
  EXPECT_FALSE(watch->IsLeading());
  cluster.StartApiServer();
  ASSERT_TRUE(Told("still"));
  EXPECT_TRUE(watch->IsLeading());
  EXPECT_EQ(recorded_.Last("stopped"), "");
}

TEST_F(ClientBesideABroker, NeighboursBrokerIsNotBelieved) {
  options_.pod_uid = "another-uid";
  Client client(options_);
  ASSERT_TRUE(broker_.WaitServing());
  EXPECT_TRUE(absl::IsFailedPrecondition(client.Get().status()));
  const std::unique_ptr<LeadershipWatch> watch = client.Watch(recorded_.All());
  ASSERT_TRUE(Told("uncertain"));
  EXPECT_FALSE(watch->IsLeading());
}

TEST_F(ClientBesideABroker, UnknownLockIsFinalAndNamesThoseThereAre) {
  Client client(options_);
  const std::unique_ptr<LeadershipWatch> watch = client.Watch(recorded_.All(), "no-such-lock");
  ASSERT_TRUE(Told("failed"));
  EXPECT_THAT(recorded_.told(), ElementsAre(AllOf(StartsWith("failed: NOT_FOUND"), HasSubstr(lock))));
}

TEST_F(ClientBesideABroker, StandbyTakesOver) {
  Client client(options_);
  ASSERT_TRUE(client.WaitUntilLeader().ok());
  TestPod other_pod(&cluster, namespace_name, "b");
  BrokerProcess other_broker(other_pod, lock);
  options_.address = other_broker.address();
  options_.pod_uid = other_pod.uid();
  Client other(options_);
  const std::unique_ptr<LeadershipWatch> watch = other.Watch(recorded_.All());
  ASSERT_TRUE(Told("leader a"));
  pod_.DeleteByForce();
  const absl::StatusOr<Leadership> leads = other.WaitUntilLeader();
  ASSERT_TRUE(leads.ok()) << leads.status();
  ASSERT_TRUE(Told("started"));
  EXPECT_THAT(recorded_.told(), ElementsAre("leader a", "leader b", Started(leads->fencing_token())));
}

TEST_F(ClientBesideABroker, ListsLocksAndIsRefusedToStepDown) {
  Client client(options_);
  const auto locks = client.ListLocks();
  ASSERT_TRUE(locks.ok()) << locks.status();
  ASSERT_EQ(locks->locks_size(), 1);
  EXPECT_EQ(locks->locks(0).name(), lock);
  const absl::Status refused = client.StepDown();
  EXPECT_TRUE(absl::IsFailedPrecondition(refused)) << refused;
  EXPECT_THAT(std::string(refused.message()), HasSubstr(broker_.address()));
}

}  // namespace
}  // namespace leadership_broker::testing
