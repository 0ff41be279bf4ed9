// Forged histories: a good one passes, and each that breaks one rule is reported with that rule and no other.
#include <sstream>
#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

#include "tests/control_plane/chaos/checker/check.h"

namespace leadership_broker::chaos {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;
using Json = nlohmann::json;

constexpr char kCandidates[] = "system:serviceaccount:ns:candidate";

// Writes a history as the recorder would. Each line is a second after the one before.
class Forge {
 public:
  Forge() { Line("run", {{"candidates", kCandidates}}); }

  Forge& Line(const std::string& kind, Json line) {
    line["kind"] = kind;
    line["at"] = ++seconds_ * 1'000'000;
    lines_ += line.dump() + "\n";
    return *this;
  }

  // Changes in the store, each at the next revision.
  Forge& Lock(const std::string& uid, const std::string& holder, bool removed = false) {
    Json owners = Json::array();
    if (!holder.empty()) owners.push_back({{"kind", "Pod"}, {"uid", holder}});
    return Line(
        "lock",
        {{"revision", ++revision},
         {"removed", removed},
         {"object",
          {{"metadata", {{"uid", uid}, {"ownerReferences", owners}, {"creationTimestamp", Clock(revision)}}}}}});
  }
  Forge& LockGone(const std::string& uid, const std::string& holder) { return Lock(uid, holder, true); }

  Forge& Pod(const std::string& uid, Json metadata = Json::object(), Json status = Json::object(),
             bool removed = false) {
    metadata["uid"] = uid;
    const Json spec = {{"nodeName", "node"}, {"containers", {{{"name", "app"}}}}};
    return Line("pod", {{"revision", ++revision},
                        {"removed", removed},
                        {"object", {{"metadata", metadata}, {"spec", spec}, {"status", status}}}});
  }
  Forge& PodGone(const std::string& uid) { return Pod(uid, Json::object(), Json::object(), true); }
  Forge& PodDeleted(const std::string& uid, Json metadata = Json::object()) {
    metadata["deletionTimestamp"] = Clock(revision + 3);
    metadata["deletionGracePeriodSeconds"] = 2;
    return Pod(uid, metadata);
  }

  Forge& Apps(const std::string& pod) { return Line("apps started", {{"pod", pod}, {"subscribers", {"fast"}}}); }
  Forge& AppsStopped(const std::string& pod) { return Line("apps stopped", {{"pod", pod}}); }
  Forge& NewPod(const std::string& pod) { return Pod(pod).Apps(pod); }
  Forge& Fault(const std::string& fault, Json line = Json::object()) {
    line["fault"] = fault;
    return Line("fault", std::move(line));
  }

  // What an app of `pod` reads. Each message has the next revision of the broker.
  Forge& Told(const std::string& pod, const std::string& state, const std::string& reason, const std::string& lock,
              const std::string& leader, uint64_t token, Json more = Json::object()) {
    Json line = {{"pod", pod},
                 {"broker", broker},
                 {"subscriber", "fast"},
                 {"stream", broker},
                 {"leadership",
                  {{"state", "STATE_" + state},
                   {"reason", "REASON_" + reason},
                   {"lock", {{"uid", lock}}},
                   {"leader", {{"uid", leader}}},
                   {"fencingToken", std::to_string(token)},
                   {"revision", std::to_string(++said_)}}}};
    line.merge_patch(more);
    return Line("told", line);
  }
  Forge& Leads(const std::string& pod, const std::string& lock, uint64_t token, Json more = Json::object()) {
    return Told(pod, "LEADER", "WON", lock, pod, token, std::move(more));
  }
  Forge& StandsBy(const std::string& pod, const std::string& lock, const std::string& leader, uint64_t token) {
    return Told(pod, "STANDBY", "ANOTHER_LEADS", lock, leader, token);
  }

  Forge& Removal(const std::string& uid, const std::string& resource_version, int code = 200,
                 const std::string& propagation = "Background") {
    return Line("audit", {{"event",
                           {{"verb", "delete"},
                            {"user", {{"username", kCandidates}}},
                            {"responseStatus", {{"code", code}}},
                            {"requestObject",
                             {{"propagationPolicy", propagation},
                              {"preconditions", {{"uid", uid}, {"resourceVersion", resource_version}}}}}}}});
  }

  History Read() const {
    std::istringstream in(lines_);
    std::string error;
    const std::optional<History> history = ReadHistory(in, &error);
    EXPECT_TRUE(history.has_value()) << error;
    return history.value_or(History());
  }
  Forge& End() { return Line("calm", Json::object()).Line("end", Json::object()); }

  uint64_t revision = 100;
  // The process that the next messages come from.
  int broker = 1;

 private:
  static std::string Clock(uint64_t seconds) {
    return "2026-01-01T00:" + std::to_string(10 + seconds / 60) + ":" + std::to_string(10 + seconds % 50) + "Z";
  }

  std::string lines_;
  int64_t seconds_ = 0;
  int said_ = 0;
};

std::vector<std::string> Rules(const Verdict& verdict) {
  std::vector<std::string> rules;
  for (const Violation& violation : verdict.violations) rules.push_back(violation.rule);
  return rules;
}

std::vector<std::string> BrokenBy(const Forge& forge) { return Rules(Check(forge.Read())); }

// Pod a leads under the lock l1 (token 103), and pod b stands by.
Forge Led() {
  Forge forge;
  forge.NewPod("a").NewPod("b").Lock("l1", "a").Leads("a", "l1", 103).StandsBy("b", "l1", "a", 103);
  return forge;
}

// … and a has been deleted and has ended: b may lead.
Forge Ended() {
  Forge forge = Led();
  forge.PodDeleted("a")
      .Told("a", "LEADER", "POD_TERMINATING", "l1", "a", 103)
      .AppsStopped("a")
      .PodGone("a")
      .LockGone("l1", "a");
  return forge;
}

TEST(Checker, AGracefulTakeoverIsGood) {
  Forge forge = Ended();
  forge.StandsBy("b", "", "", 0).Lock("l2", "b").Leads("b", "l2", forge.revision).End();
  const Verdict verdict = Check(forge.Read());
  EXPECT_THAT(Rules(verdict), IsEmpty());
  EXPECT_THAT(verdict.excused, IsEmpty());
  EXPECT_EQ(verdict.leaders, 2);
}

TEST(Checker, ALeaderThatGoesOnAfterARestartIsGood) {
  Forge forge = Led();
  forge.broker = 2;
  forge.Told("a", "UNKNOWN", "STARTING", "", "", 0).Told("a", "LEADER", "ADOPTED", "l1", "a", 103).End();
  EXPECT_THAT(BrokenBy(forge), IsEmpty());
}

TEST(Checker, WhatIsNoHistoryIsSaidByItsLine) {
  for (const char* bad : {"{}", "no JSON", R"({"kind":"told","at":1})", R"({"kind":"lock","at":"x"})"}) {
    std::istringstream in(std::string(R"({"kind":"calm","at":1})") + "\n" + bad + "\n");
    std::string error;
    EXPECT_FALSE(ReadHistory(in, &error).has_value()) << bad;
    EXPECT_THAT(error, HasSubstr("line 2: ")) << bad;
  }
}

TEST(Checker, ReportsTwoLeaders) {
  Forge forge = Led();
  forge.LockGone("l1", "a").PodDeleted("a", {{"finalizers", {"foregroundDeletion"}}});
  // b won although a's apps still run.
  forge.PodGone("a").Lock("l2", "b").Leads("b", "l2", forge.revision).AppsStopped("a").End();
  EXPECT_THAT(BrokenBy(forge), UnorderedElementsAre("R7 removal", "two leaders"));
}

TEST(Checker, ReportsTwoLeadersAfterAForegroundDeletion) {
  Forge forge = Led();
  forge.PodDeleted("a", {{"finalizers", {"foregroundDeletion"}}}).LockGone("l1", "a");
  forge.Lock("l2", "b").Leads("b", "l2", forge.revision).AppsStopped("a").PodGone("a").End();
  EXPECT_THAT(BrokenBy(forge), ElementsAre("two leaders"));
}

TEST(Checker, ExcusesAForcedDeletionWhileContainersRan) {
  Forge forge = Led();
  forge.Fault("pod forced", {{"pod", "a"}}).PodGone("a").LockGone("l1", "a");
  forge.Lock("l2", "b").Leads("b", "l2", forge.revision).AppsStopped("a").End();
  const Verdict verdict = Check(forge.Read());
  EXPECT_THAT(Rules(verdict), IsEmpty());
  EXPECT_EQ(verdict.excused.size(), 1);
}

TEST(Checker, DoesNotExcuseATakeoverBeforeTheForcedDeletion) {
  Forge forge = Led();
  forge.Fault("lock removed by hand", {{"lock", "l1"}}).LockGone("l1", "a");
  forge.Lock("l2", "b").Leads("b", "l2", forge.revision);
  forge.Fault("pod forced", {{"pod", "a"}}).PodGone("a").AppsStopped("a").End();
  EXPECT_THAT(BrokenBy(forge), ElementsAre("two leaders"));
}

TEST(Checker, ExcusesALockRemovedByHandOnlyForANewcomer) {
  for (const bool newcomer : {true, false}) {
    Forge forge = Led();
    forge.Fault("lock removed by hand", {{"lock", "l1"}}).LockGone("l1", "a");
    forge.broker = newcomer ? 2 : 1;
    forge.Lock("l2", "b").Leads("b", "l2", forge.revision);
    forge.broker = 1;
    forge.StandsBy("a", "l2", "b", forge.revision).End();
    if (newcomer) {
      EXPECT_THAT(BrokenBy(forge), IsEmpty());
    } else {
      EXPECT_THAT(BrokenBy(forge), ElementsAre("two leaders"));
    }
  }
}

TEST(Checker, ReportsAnOverlapWhoseLaterTokenIsNoGreater) {
  Forge forge = Led();
  forge.Fault("pod forced", {{"pod", "a"}}).PodGone("a").LockGone("l1", "a");
  forge.Lock("l2", "b").Leads("b", "l2", 103).AppsStopped("a").End();
  EXPECT_THAT(BrokenBy(forge), UnorderedElementsAre("overlap token", "R2 proof"));
}

TEST(Checker, ReportsASecondLock) {
  Forge forge = Led();
  forge.PodGone("a").AppsStopped("a").Lock("l2", "b").Leads("b", "l2", forge.revision).LockGone("l1", "a").End();
  EXPECT_THAT(BrokenBy(forge), ::testing::Contains("one lock"));
}

TEST(Checker, ReportsALockThatChangesHands) {
  Forge forge = Led();
  forge.Lock("l1", "b").Lock("l1", "a").End();
  EXPECT_THAT(BrokenBy(forge), ElementsAre("one lock"));
}

TEST(Checker, ReportsATokenLessThanOneSeen) {
  Forge forge = Led();
  forge.Lock("l1", "a").Leads("a", "l1", forge.revision).Leads("a", "l1", 103).End();
  EXPECT_THAT(BrokenBy(forge), ElementsAre("token"));
}

TEST(Checker, ReportsATokenLessThanOneSeenBeforeARestart) {
  Forge forge = Led();
  forge.Lock("l1", "a").Leads("a", "l1", forge.revision);
  forge.broker = 2;
  forge.Leads("a", "l1", 103).End();
  EXPECT_THAT(BrokenBy(forge), ElementsAre("token"));
}

TEST(Checker, ReportsALeaderUnderALockThatIsNotItsOwn) {
  Forge forge;
  forge.NewPod("a").NewPod("b").Lock("l1", "b").Leads("b", "l1", 103).Leads("a", "l1", 103, {{"broker", 7}});
  forge.StandsBy("a", "l1", "b", 103).End();
  EXPECT_THAT(BrokenBy(forge), ::testing::Contains("R2 proof"));
}

TEST(Checker, ReportsALossThatWasNotToldFirst) {
  Forge forge = Led();
  forge.Fault("lock removed by hand", {{"lock", "l1"}}).LockGone("l1", "a").Lock("l2", "a");
  forge.Leads("a", "l2", forge.revision).StandsBy("b", "l2", "a", forge.revision).End();
  EXPECT_THAT(BrokenBy(forge), ElementsAre("R4 loss first"));
}

TEST(Checker, ReportsALeaderUnderALockThatItHadLost) {
  Forge forge = Led();
  forge.Fault("lock removed by hand", {{"lock", "l1"}}).LockGone("l1", "a").StandsBy("a", "", "", 0);
  forge.Leads("a", "l1", 103).StandsBy("a", "", "", 0).Lock("l2", "a").Leads("a", "l2", forge.revision);
  forge.StandsBy("b", "l2", "a", forge.revision).End();
  EXPECT_THAT(BrokenBy(forge), ElementsAre("R4 lost for good"));
}

TEST(Checker, ReportsARevisionThatGoesBack) {
  Forge forge = Led();
  forge.Leads("a", "l1", 103, {{"leadership", {{"revision", "0"}}}}).End();
  EXPECT_THAT(BrokenBy(forge), ElementsAre("R15 order"));
}

TEST(Checker, ReportsTwoAppsThatAreToldDifferentThings) {
  Forge forge = Led();
  forge.Told("b", "STANDBY", "NOBODY_LEADS", "", "", 0, {{"subscriber", "slow"}, {"leadership", {{"revision", "2"}}}});
  forge.Told("b", "STANDBY", "ANOTHER_LEADS", "l1", "a", 103, {{"leadership", {{"revision", "2"}}}});
  forge.StandsBy("b", "l1", "a", 103).End();
  EXPECT_THAT(BrokenBy(forge), ::testing::Contains("R15 one voice"));
}

TEST(Checker, ReportsAWinnerThatHadSeenItsDeletion) {
  for (const int broker : {1, 2}) {
    Forge forge = Led();
    forge.Fault("lock removed by hand", {{"lock", "l1"}}).LockGone("l1", "a").PodDeleted("a");
    forge.broker = broker;
    forge.Told("a", "INELIGIBLE", "POD_TERMINATING", "", "", 0);
    forge.revision += 10;
    forge.Lock("l2", "a").Told("a", "LEADER", "POD_TERMINATING", "l2", "a", forge.revision);
    forge.AppsStopped("a").PodDeleted("a").PodGone("a").LockGone("l2", "a").Lock("l3", "b");
    forge.Leads("b", "l3", forge.revision, {{"broker", 1}}).End();
    EXPECT_THAT(BrokenBy(forge), ElementsAre("R5 deletion seen")) << broker;
  }
}

TEST(Checker, ALeaderThatFindsItsLockAtARestartWhileBeingDeletedIsGood) {
  Forge forge = Led();
  forge.PodDeleted("a");
  forge.broker = 2;
  forge.Told("a", "INELIGIBLE", "POD_TERMINATING", "l1", "", 0).Told("a", "LEADER", "POD_TERMINATING", "l1", "a", 103);
  forge.AppsStopped("a").PodGone("a").LockGone("l1", "a").Lock("l2", "b");
  forge.Leads("b", "l2", forge.revision, {{"broker", 1}}).End();
  EXPECT_THAT(BrokenBy(forge), IsEmpty());
}

TEST(Checker, ReportsALossWithoutCause) {
  Forge forge = Led();
  forge.Told("a", "UNKNOWN", "API_UNREACHABLE", "l1", "", 0).Leads("a", "l1", 103).End();
  EXPECT_THAT(BrokenBy(forge), ElementsAre("R9 lost without cause"));
}

TEST(Checker, ReportsALossBeforeItsCause) {
  for (const bool etcd_killed : {false, true}) {
    Forge forge = Led();
    if (etcd_killed) forge.Fault("etcd killed");
    forge.StandsBy("a", "", "", 0).Fault("lock removed by hand", {{"lock", "l1"}}).Fault("none").LockGone("l1", "a");
    forge.Lock("l2", "b").Leads("b", "l2", forge.revision).StandsBy("a", "l2", "b", forge.revision).End();
    if (etcd_killed) {
      EXPECT_THAT(BrokenBy(forge), IsEmpty()) << "the store's change may be seen late";
    } else {
      EXPECT_THAT(BrokenBy(forge), ElementsAre("R9 lost without cause"));
    }
  }
}

TEST(Checker, ReportsALossThatStillShowsTheLock) {
  Forge forge = Led();
  forge.Fault("lock removed by hand", {{"lock", "l1"}})
      .Told("a", "STANDBY", "CONFIRMING", "l1", "", 0)
      .LockGone("l1", "a");
  forge.Lock("l2", "b").Leads("b", "l2", forge.revision).StandsBy("a", "l2", "b", forge.revision).End();
  EXPECT_THAT(BrokenBy(forge), ElementsAre("R9 lost without cause"));
}

TEST(Checker, ALossAfterTheTokensWereRevokedHasACause) {
  Forge forge = Led();
  forge.Fault("tokens revoked").Told("a", "UNKNOWN", "UNAUTHORIZED", "l1", "", 0).Leads("a", "l1", 103).End();
  EXPECT_THAT(BrokenBy(forge), IsEmpty());
}

TEST(Checker, ReportsARemovalThatDoesNotSayWhatItMeans) {
  for (const auto& [uid, version, propagation] :
       {std::tuple("", "103", "Background"), {"l1", "", "Background"}, {"l1", "103", ""}}) {
    Forge forge = Led();
    forge.Removal(uid, version, 409, propagation).End();
    EXPECT_THAT(BrokenBy(forge), ElementsAre("R6 precondition"));
  }
}

TEST(Checker, WhatWasTurnedAwayBeforeItWasReadMayHaveSaidWhatItMeans) {
  for (const int code : {401, 403, 429, 500, 404}) {
    Forge forge = Led();
    forge.Line(
        "audit",
        {{"event", {{"verb", "delete"}, {"user", {{"username", kCandidates}}}, {"responseStatus", {{"code", code}}}}}});
    forge.End();
    EXPECT_EQ(BrokenBy(forge).size(), code == 404 ? 1 : 0) << code;
  }
}

TEST(Checker, ReportsARemovalOfAnotherVersionThanItNamed) {
  Forge forge = Ended();
  forge.Removal("l1", "102").Lock("l2", "b").Leads("b", "l2", forge.revision).End();
  EXPECT_THAT(BrokenBy(forge), ElementsAre("R6 precondition"));
}

TEST(Checker, ReportsARemovalWhoseHolderHasNotEnded) {
  Forge forge = Led();
  forge.Removal("l1", "103")
      .LockGone("l1", "a")
      .StandsBy("a", "", "", 0)
      .Lock("l2", "b")
      .Leads("b", "l2", forge.revision);
  forge.StandsBy("a", "l2", "b", forge.revision).End();
  EXPECT_THAT(BrokenBy(forge), ::testing::Contains("R7 removal"));
}

TEST(Checker, AFinishedPodHasEndedOnlyOnceAllItsContainersHave) {
  const Json running = {{"phase", "Failed"}};
  const Json terminated = {{"phase", "Failed"},
                           {"containerStatuses", {{{"name", "app"}, {"state", {{"terminated", Json::object()}}}}}}};
  for (const bool ended : {true, false}) {
    Forge forge = Led();
    forge.AppsStopped("a").Pod("a", Json::object(), ended ? terminated : running);
    forge.Told("a", "INELIGIBLE", "POD_ENDED", "l1", "", 0);
    forge.Removal("l1", "103").LockGone("l1", "a").Lock("l2", "b").Leads("b", "l2", forge.revision).End();
    if (ended) {
      EXPECT_THAT(BrokenBy(forge), IsEmpty());
    } else {
      EXPECT_THAT(BrokenBy(forge), UnorderedElementsAre("R7 removal", "R7 removal"));
    }
  }
}

TEST(Checker, ReportsALockThatIsGoneUnexplained) {
  Forge forge = Led();
  forge.LockGone("l1", "a").StandsBy("a", "", "", 0).Lock("l2", "a").Leads("a", "l2", forge.revision);
  forge.StandsBy("b", "l2", "a", forge.revision).End();
  EXPECT_THAT(BrokenBy(forge), ElementsAre("R7 removal"));
}

TEST(Checker, ReportsAnEndWithoutALock) {
  Forge forge = Ended();
  forge.StandsBy("b", "", "", 0).End();
  EXPECT_THAT(BrokenBy(forge), ElementsAre("end"));
}

TEST(Checker, ReportsAnAppThatDoesNotAgreeAtTheEnd) {
  Forge forge = Led();
  forge.NewPod("c").End();
  EXPECT_THAT(BrokenBy(forge), ElementsAre("end"));
}

TEST(Checker, ReportsAPodThatIsGoneAndStillLeadsAtTheEnd) {
  Forge forge = Led();
  forge.Fault("pod forced", {{"pod", "a"}}).PodGone("a").LockGone("l1", "a");
  forge.Lock("l2", "b").Leads("b", "l2", forge.revision).End();
  EXPECT_THAT(BrokenBy(forge), ElementsAre("end"));
}

TEST(Checker, ReportsAnEndThatIsStillChanging) {
  Forge forge;
  forge.NewPod("a").Line("calm", Json::object()).Lock("l1", "a");
  for (int i = 0; i < 100; ++i) forge.Fault("none");
  forge.Leads("a", "l1", forge.revision).Line("end", Json::object());
  EXPECT_THAT(BrokenBy(forge), ElementsAre("end"));
}

TEST(Checker, ReportsAHistoryThatStops) { EXPECT_THAT(BrokenBy(Led()), ElementsAre("end")); }

}  // namespace
}  // namespace leadership_broker::chaos
