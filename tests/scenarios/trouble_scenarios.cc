// R9 and R11: an API server that is away, a Role that lacks something, a token that is replaced.
#include "gmock/gmock.h"

#include "tests/harness/eventually.h"
#include "tests/scenarios/scenario.h"

namespace leadership_broker::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class Trouble : public Scenario {
 protected:
  // Breaks every watch, so that the next ones meet the rights of then.
  void BounceApiServer() {
    cluster.StopApiServer();
    cluster.StartApiServer();
  }
};

Subscriber::Predicate Connected(bool connected) {
  return [connected](const Leadership& told) { return told.api_connected() == connected; };
}

TEST_F(Trouble, R9ApiServerAwayAndBackIsNoChangeOfLeaderAndTakeoverStillWorks) {
  auto candidates = NewCandidates({"a", "b"});
  const Leadership before = candidates[0]->Says();
  cluster.StopApiServer();
  for (auto& candidate : candidates) candidate->WaitFor(Connected(false), "that contact is lost");
  cluster.StartApiServer();
  // What the brokers had watched from is forgotten.
  cluster.Compact();
  for (auto& candidate : candidates) candidate->WaitFor(Connected(true), "that contact is back");
  for (const Told& told : candidates[0]->app.History()) {
    if (told.leadership.revision() < before.revision()) continue;
    EXPECT_EQ(told.leadership.state(), Leadership::STATE_LEADER);
    EXPECT_EQ(told.leadership.fencing_token(), before.fencing_token());
  }
  EXPECT_FALSE(candidates[1]->EverLed());
  candidates[0]->pod->Delete();
  EXPECT_GT(candidates[1]->WaitForState(Leadership::STATE_LEADER).leadership.fencing_token(), before.fencing_token());
}

TEST_F(Trouble, R9UnverifiedLimitFencesALeaderThatHearsNothingAndLetsItGoOnAfterwards) {
  auto leader = NewCandidate("a", {"--unverified-limit=3s"});
  const Leadership before = leader->WaitForState(Leadership::STATE_LEADER).leadership;
  EXPECT_TRUE(before.has_valid_for());
  EXPECT_EQ(Lock()["metadata"]["annotations"]["leadership-broker/unverified-limit"], "3s");
  cluster.StopApiServer();
  leader->WaitForState(Leadership::STATE_UNKNOWN);
  cluster.StartApiServer();
  const Leadership after = leader->WaitForState(Leadership::STATE_LEADER).leadership;
  EXPECT_EQ(after.lock().uid(), before.lock().uid());
  EXPECT_EQ(after.fencing_token(), before.fencing_token());
}

TEST_F(Trouble, R11RoleThatLosesWatchAndThenCreateIsNamedAndRecoveredFromWithoutARestart) {
  const std::vector<RoleRule> role = BrokerRole(lock);
  auto candidates = NewCandidates({"a", "b"});
  Candidate& standby = *candidates[1];
  const auto forbidden = [](const std::string& verb) {
    return [verb](const Leadership& told) {
      return told.reason() == Leadership::REASON_FORBIDDEN &&
             told.message().find(verb + " configmaps") != std::string::npos;
    };
  };

  SetRole(Without(role, "configmaps", "watch"));
  BounceApiServer();
  EXPECT_EQ(standby.WaitFor(forbidden("watch"), "watch forbidden").leadership.state(), Leadership::STATE_STANDBY);
  SetRole(Without(role, "configmaps", "create"));
  standby.WaitForReason(Leadership::REASON_ANOTHER_LEADS);
  candidates[0]->pod->Delete();
  EXPECT_EQ(standby.WaitFor(forbidden("create"), "create forbidden").leadership.state(), Leadership::STATE_STANDBY);
  SetRole(role);
  standby.WaitForState(Leadership::STATE_LEADER);
}

TEST_F(Trouble, R11LeadershipPassesAlsoWhereNothingMayBeWatched) {
  SetRole(Without(Without(BrokerRole(lock), "configmaps", "watch"), "pods", "watch"));
  auto leader = NewCandidate("a");
  leader->WaitForState(Leadership::STATE_LEADER);
  auto standby = NewCandidate("b");
  standby->WaitForLeader(*leader->pod);
  leader->pod->Delete();
  standby->WaitForState(Leadership::STATE_LEADER);
}

TEST_F(Trouble, TokenThatIsReplacedAndTheOldOneRevokedIsNotSeenByClients) {
  auto candidates = NewCandidates({"a", "b"});
  cluster.RevokeTokens(namespace_name);
  candidates[0]->pod->RenewToken();
  candidates[1]->pod->RenewToken();
  // The takeover needs new requests, and each of them a token.
  candidates[0]->pod->Delete();
  candidates[1]->WaitForState(Leadership::STATE_LEADER);
  for (const Told& told : candidates[1]->app.History()) {
    EXPECT_NE(told.leadership.reason(), Leadership::REASON_UNAUTHORIZED) << candidates[1]->app.Describe();
  }
}

TEST_F(Trouble, R1WrongNamespaceIsSaidAndNothingIsCreatedThere) {
  // A namespace of its own with the same rights, in which this pod is not.
  const std::string elsewhere = cluster.NewNamespace();
  cluster.SetRole(elsewhere, BrokerRole(lock));
  const TestPod other(&cluster, elsewhere, "somebody");
  TestPod pod(&cluster, namespace_name, "a");
  BrokerCommand command = BrokerCommand::InPod(other, lock);
  command.environment.push_back("POD_NAME=nobody");
  command.environment.push_back("POD_UID=no-such-uid");
  // The token's claims name the pod, so a contradiction with them is an error at the start.
  const Finished refused = RunBroker(command);
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.output, AllOf(HasSubstr("nobody"), HasSubstr("somebody")));
}

}  // namespace
}  // namespace leadership_broker::testing
