// Who leads, and who leads next.
#include "gmock/gmock.h"

#include "tests/harness/eventually.h"
#include "tests/scenarios/scenario.h"

namespace leadership_broker::testing {
namespace {

class Takeover : public Scenario {};

TEST_F(Takeover, FirstOfThreeLeadsAndWhenItsPodIsDeletedAnotherDoes) {
  auto candidates = NewCandidates({"a", "b", "c"});
  const Leadership first = candidates[0]->Says();
  EXPECT_EQ(first.state(), Leadership::STATE_LEADER);
  EXPECT_EQ(first.reason(), Leadership::REASON_WON);
  EXPECT_GT(first.fencing_token(), 0u);
  for (size_t i : {1, 2}) {
    EXPECT_EQ(candidates[i]->Says().state(), Leadership::STATE_STANDBY);
    EXPECT_EQ(candidates[i]->Says().fencing_token(), first.fencing_token());
    EXPECT_EQ(candidates[i]->Says().lock().uid(), first.lock().uid());
  }

  candidates[0]->pod->Delete();
  // Both are told by their streams; one of them that it leads, the other by whom it is led.
  const auto next = [&first](const Leadership& told) {
    return told.fencing_token() > first.fencing_token() && told.has_leader();
  };
  const Told b = candidates[1]->WaitFor(next, "the next leader");
  const Told c = candidates[2]->WaitFor(next, "the next leader");
  EXPECT_EQ(b.leadership.leader().uid(), c.leadership.leader().uid());
  EXPECT_EQ(b.leadership.fencing_token(), c.leadership.fencing_token());
  EXPECT_NE(b.leadership.state() == Leadership::STATE_LEADER, c.leadership.state() == Leadership::STATE_LEADER);
  // The one whose pod is gone leads no more.
  candidates[0]->WaitForState(Leadership::STATE_INELIGIBLE);
}

TEST_F(Takeover, R10BrokerOfALivingLeaderIsKilledAndStartedAgainAndNothingHasChanged) {
  auto candidates = NewCandidates({"a", "b"});
  const Leadership before = candidates[0]->Says();
  candidates[0]->broker.Kill();
  candidates[0]->app.WaitForEnd();
  candidates[0]->broker.Start();
  candidates[0]->app.Reconnect();
  const Leadership after = candidates[0]->WaitForState(Leadership::STATE_LEADER).leadership;
  EXPECT_EQ(after.lock().uid(), before.lock().uid());
  EXPECT_EQ(after.fencing_token(), before.fencing_token());
  EXPECT_EQ(after.reason(), Leadership::REASON_ADOPTED);
  for (const Told& told : candidates[1]->app.History()) {
    if (!told.leadership.has_leader()) continue;
    EXPECT_EQ(told.leadership.leader().uid(), before.leader().uid());
  }
}

TEST_F(Takeover, R1PodMadeAgainUnderTheSameNameDoesNotLeadOnItsPredecessorsLock) {
  auto first = NewCandidate("stateful-0");
  const Leadership before = first->WaitForState(Leadership::STATE_LEADER).leadership;
  cluster.StopCollector();
  first->pod->Delete();
  first->WaitForState(Leadership::STATE_INELIGIBLE);
  EXPECT_EQ(first->broker.Stop(), 0);

  auto second = NewCandidate("stateful-0", {"--orphan-grace=never"});
  ASSERT_NE(second->pod->uid(), first->pod->uid());
  second->WaitForReason(Leadership::REASON_LEADER_GONE);
  EXPECT_EQ(Lock()["metadata"]["uid"], before.lock().uid());
  cluster.StartCollector();
  const Leadership after = second->WaitForState(Leadership::STATE_LEADER).leadership;
  EXPECT_NE(after.lock().uid(), before.lock().uid());
  EXPECT_GT(after.fencing_token(), before.fencing_token());
}

TEST_F(Takeover, R4LockDeletedByHandIsALossOfItsOwnBeforeTheLeaderStandsAgain) {
  auto candidates = NewCandidates({"a", "b"});
  const Leadership before = candidates[0]->Says();
  DeleteLock();
  const Told again = candidates[0]->WaitFor(
      [&before](const Leadership& told) {
        return told.state() == Leadership::STATE_LEADER && told.lock().uid() != before.lock().uid();
      },
      "that it leads again");
  EXPECT_GT(again.leadership.fencing_token(), before.fencing_token());
  // Between the two terms lies a message that says that it leads no more.
  bool led = false;
  bool lost = false;
  for (const Told& told : candidates[0]->app.History()) {
    const bool leads = told.leadership.state() == Leadership::STATE_LEADER;
    lost = lost || (led && !leads);
    const bool of_before = told.leadership.lock().uid() == before.lock().uid();
    EXPECT_TRUE(!leads || of_before || lost) << candidates[0]->app.Describe();
    led = led || leads;
  }
  // R16: the living ex-holder alone may create again.
  EXPECT_FALSE(candidates[1]->EverLed());
}

TEST_F(Takeover, R7StandbyClearsAnOrphanAfterItsGraceWhenTheCollectorDoesNot) {
  auto candidates = NewCandidates({"a", "b"}, {"--orphan-grace=500ms"});
  const uint64_t token = candidates[0]->Says().fencing_token();
  cluster.StopCollector();
  candidates[0]->pod->Delete();
  candidates[1]->WaitForReason(Leadership::REASON_LEADER_GONE);
  EXPECT_GT(candidates[1]->WaitForState(Leadership::STATE_LEADER).leadership.fencing_token(), token);
  cluster.StartCollector();
}

struct End {
  const char* phase;
  const char* reason;
};
class TakeoverFromEnded : public Scenario, public ::testing::WithParamInterface<End> {};

TEST_P(TakeoverFromEnded, R7FinishedLeaderIsClearedAtOnceAlthoughItsPodStays) {
  // Were it not for R7, nothing would ever remove the lock: the pod object stays, and the grace is for ever.
  auto leader = NewBoundCandidate("a", {"--orphan-grace=never"});
  leader->pod->SetRunning();
  leader->WaitForState(Leadership::STATE_LEADER);
  auto standby = NewCandidate("b", {"--orphan-grace=never"});
  standby->WaitForLeader(*leader->pod);
  leader->pod->SetEnded(GetParam().phase, GetParam().reason);
  standby->WaitForState(Leadership::STATE_LEADER);
  EXPECT_EQ(leader->WaitForState(Leadership::STATE_INELIGIBLE).leadership.reason(), Leadership::REASON_POD_ENDED);
  EXPECT_TRUE(leader->pod->Exists());
}

INSTANTIATE_TEST_SUITE_P(R7, TakeoverFromEnded,
                         ::testing::Values(End{"Failed", ""}, End{"Failed", "Evicted"}, End{"Succeeded", ""}),
                         [](const auto& info) {
                           return std::string(info.param.phase) + (*info.param.reason != '\0' ? info.param.reason : "");
                         });

TEST_F(Takeover, R5CandidateThatHasSeenItsOwnPodBeingDeletedNeverCreates) {
  auto leader = NewCandidate("a");
  leader->WaitForState(Leadership::STATE_LEADER);
  auto dying = NewBoundCandidate("b");
  dying->WaitForLeader(*leader->pod);
  dying->pod->Delete();
  dying->WaitForReason(Leadership::REASON_POD_TERMINATING);
  leader->pod->Delete();
  dying->WaitFor([](const Leadership& told) { return told.lock().uid().empty(); }, "that the lock is gone");
  // A newcomer gets it; the dying one has left it alone all the while.
  auto newcomer = NewCandidate("c");
  newcomer->WaitForReason(Leadership::REASON_PREDECESSOR);
  EXPECT_TRUE(Lock().is_null());
  dying->pod->DeleteByForce();
  newcomer->WaitForState(Leadership::STATE_LEADER);
  EXPECT_FALSE(dying->EverLed());
}

TEST_F(Takeover, R9LeaderWhosePodIsDeletedByForceStopsSayingThatItLeads) {
  auto leader = NewBoundCandidate("a");
  leader->WaitForState(Leadership::STATE_LEADER);
  leader->pod->DeleteByForce();
  leader->WaitFor([](const Leadership& told) { return told.state() != Leadership::STATE_LEADER; },
                  "that it leads no more");
}

TEST_F(Takeover, R12BrokerThatIsToldToStopEndsItsStreamsAndKeepsTheLock) {
  auto candidates = NewCandidates({"a", "b"});
  const std::string uid = candidates[0]->Says().lock().uid();
  EXPECT_EQ(candidates[0]->broker.Stop(), 0);
  EXPECT_EQ(candidates[0]->app.WaitForEnd().error_code(), grpc::StatusCode::UNAVAILABLE);
  ASSERT_FALSE(Lock().is_null());
  EXPECT_EQ(Lock()["metadata"]["uid"], uid);
  EXPECT_EQ(candidates[1]->Says().state(), Leadership::STATE_STANDBY);
}

}  // namespace
}  // namespace leadership_broker::testing
