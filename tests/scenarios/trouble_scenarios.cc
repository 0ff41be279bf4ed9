// R9 and R11: an API server that is away, a Role that lacks something, a token that is replaced.
#include "absl/time/clock.h"
#include "gmock/gmock.h"

#include "tests/harness/eventually.h"
#include "tests/scenarios/scenario.h"

namespace leadership_broker::testing {
namespace {

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
  absl::SleepFor(OutageLength());
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
  for (auto& candidate : candidates) candidate->pod->RenewToken();
  // A request that fell between the two may have been refused; that is over once the new token is there.
  const auto settled = [](const Leadership& told) {
    return told.api_connected() && told.reason() != Leadership::REASON_UNAUTHORIZED;
  };
  EXPECT_TRUE(Eventually([&] { return settled(candidates[0]->Says()) && settled(candidates[1]->Says()); }));
  const size_t before = candidates[1]->app.History().size();
  // The brokers still hold the old token; the takeover needs new requests.
  candidates[0]->pod->Delete();
  candidates[1]->WaitForState(Leadership::STATE_LEADER);
  const std::vector<Told> history = candidates[1]->app.History();
  for (size_t i = before; i < history.size(); ++i) {
    EXPECT_NE(history[i].leadership.reason(), Leadership::REASON_UNAUTHORIZED) << candidates[1]->app.Describe();
  }
}

}  // namespace
}  // namespace leadership_broker::testing
