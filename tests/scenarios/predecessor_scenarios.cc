// R16 and R13: a removed lock does not free leadership; an ended pod does.
#include "gmock/gmock.h"

#include "tests/harness/eventually.h"
#include "tests/scenarios/scenario.h"

namespace leadership_broker::testing {
namespace {

class Predecessor : public Scenario {};

TEST_F(Predecessor, R16ForegroundDeletionFreesNobodyBeforeThePodHasGone) {
  auto leader = NewBoundCandidate("a");
  const Leadership before = leader->WaitForState(Leadership::STATE_LEADER).leadership;
  auto standby = NewCandidate("b");
  standby->WaitForLeader(*leader->pod);

  leader->pod->DeleteForeground();
  // The collector removes the lock at once, and the leader says so.
  leader->WaitFor([](const Leadership& told) { return told.state() != Leadership::STATE_LEADER; }, "the loss");
  EXPECT_TRUE(Eventually([&] { return Lock().is_null(); }));
  EXPECT_TRUE(leader->pod->Exists());
  standby->WaitForReason(Leadership::REASON_PREDECESSOR);
  // One that knows nothing of what was before waits just as well.
  auto newcomer = NewCandidate("c");
  newcomer->WaitForReason(Leadership::REASON_PREDECESSOR);
  EXPECT_TRUE(Lock().is_null());
  EXPECT_FALSE(standby->EverLed());
  EXPECT_FALSE(newcomer->EverLed());

  leader->pod->DeleteByForce();
  const auto next = [&before](const Leadership& told) {
    return told.has_leader() && told.lock().uid() != before.lock().uid();
  };
  const std::string winner = standby->WaitFor(next, "the next leader").leadership.leader().uid();
  EXPECT_NE(winner, leader->pod->uid());
  EXPECT_EQ(newcomer->WaitFor(next, "the next leader").leadership.leader().uid(), winner);
}

TEST_F(Predecessor, R16PodThatEndsFreesLeadershipBeforeItsObjectIsGone) {
  auto leader = NewBoundCandidate("a");
  leader->pod->SetRunning();
  leader->WaitForState(Leadership::STATE_LEADER);
  auto standby = NewCandidate("b");
  standby->WaitForLeader(*leader->pod);
  leader->pod->DeleteForeground();
  standby->WaitForReason(Leadership::REASON_PREDECESSOR);
  leader->pod->SetEnded("Failed");
  standby->WaitForState(Leadership::STATE_LEADER);
}

TEST_F(Predecessor, R13LockThatAnOrphaningDeletionLeftWithoutOwnerIsCleared) {
  auto leader = NewBoundCandidate("a");
  const Leadership before = leader->WaitForState(Leadership::STATE_LEADER).leadership;
  auto standby = NewCandidate("b", {"--orphan-grace=100ms"});
  standby->WaitForLeader(*leader->pod);
  leader->pod->DeleteOrphaning();
  // Without its owner it is no lock any more; but while its holder lives it is left alone.
  standby->WaitForReason(Leadership::REASON_LOCK_INVALID);
  EXPECT_EQ(Lock()["metadata"]["uid"], before.lock().uid());
  leader->pod->DeleteByForce();
  EXPECT_GT(standby->WaitForState(Leadership::STATE_LEADER).leadership.fencing_token(), before.fencing_token());
}

struct BadForm {
  const char* name;
  const char* owners;  // JSON
  const char* told;    // what the message has to say
};
class InvalidLock : public Scenario, public ::testing::WithParamInterface<BadForm> {};

TEST_P(InvalidLock, R13IsSaidAndLeftAlone) {
  // The collector would take away what names owners that never were.
  cluster.StopCollector();
  const nlohmann::json object = {
      {"metadata", {{"name", lock}, {"ownerReferences", nlohmann::json::parse(GetParam().owners)}}}};
  const HttpAnswer created = cluster.Admin().Post(Path("configmaps"), object);
  ASSERT_EQ(created.status, 201) << created.text;
  auto candidate = NewCandidate("a", {"--orphan-grace=100ms"});
  const Leadership told = candidate->WaitForReason(Leadership::REASON_LOCK_INVALID).leadership;
  EXPECT_EQ(told.state(), Leadership::STATE_UNKNOWN);
  EXPECT_THAT(told.message(), ::testing::HasSubstr(GetParam().told));
  // Mended by hand, it is taken up at once; until then it stayed what it was.
  EXPECT_EQ(Lock()["metadata"]["resourceVersion"], created.body["metadata"]["resourceVersion"]);
  DeleteLock();
  candidate->WaitForState(Leadership::STATE_LEADER);
  cluster.StartCollector();
}

INSTANTIATE_TEST_SUITE_P(
    R13, InvalidLock,
    ::testing::Values(
        BadForm{"NoOwner", "[]", "no owner"},
        BadForm{
            "TwoOwners",
            R"([{"apiVersion":"v1","kind":"Pod","name":"x","uid":"x-uid"},{"apiVersion":"v1","kind":"Pod","name":"y","uid":"y-uid"}])",
            "y-uid"},
        BadForm{"DeploymentAsOwner", R"([{"apiVersion":"apps/v1","kind":"Deployment","name":"web","uid":"web-uid"}])",
                "Deployment web"}),
    [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace leadership_broker::testing
