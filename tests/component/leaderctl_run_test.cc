// `leaderctl run` against a real broker: when the command runs, how it is stopped, and how leaderctl ends.
#include <sys/stat.h>
#include <unistd.h>

#include <sstream>

#include "gmock/gmock.h"

#include "tests/component/leaderctl_program.h"
#include "tests/scenarios/scenario.h"

namespace leadership_broker::testing {
namespace {

using ::testing::HasSubstr;

constexpr int kLost = 123;

// Records its start and its end, and ends with 5 on SIGTERM.
constexpr char kWorker[] =
    "trap 'echo stopped >>$0; exit 5' TERM; trap 'echo hup >>$0' HUP; trap 'echo usr1 >>$0' USR1; "
    "echo started $$ $LEADERSHIP_FENCING_TOKEN $LEADERSHIP_LOCK $LEADERSHIP_LOCK_UID >>$0; "
    "while true; do sleep 0.02; done";

class LeaderctlRun : public Scenario {
 protected:
  std::unique_ptr<Leaderctl> Run(const std::string& address, const std::vector<std::string>& flags,
                                 const std::vector<std::string>& command, const std::vector<std::string>& before = {}) {
    std::vector<std::string> arguments = {"run"};
    arguments.insert(arguments.end(), flags.begin(), flags.end());
    arguments.push_back("--");
    arguments.insert(arguments.end(), command.begin(), command.end());
    return std::make_unique<Leaderctl>(address, arguments, before);
  }
  std::unique_ptr<Leaderctl> RunScript(const std::string& address, const std::vector<std::string>& flags,
                                       const std::string& script, const std::vector<std::string>& before = {}) {
    return Run(address, flags, {"sh", "-c", script, RecordFile()}, before);
  }

  // What the worker recorded, word by word.
  std::string RecordFile() const { return scratch_.File("record"); }
  std::string Record() const { return ReadTextFile(RecordFile()); }
  int Count(const std::string& word) const {
    int count = 0;
    std::istringstream words(Record());
    for (std::string next; words >> next;) count += next == word ? 1 : 0;
    return count;
  }
  bool WaitForCount(const std::string& word, int count) const {
    const bool there = Eventually([&] { return Count(word) >= count; });
    EXPECT_TRUE(there) << "no " << count << " times \"" << word << "\" in:\n" << Record();
    return there;
  }
  // The last words "started PID TOKEN LOCK UID".
  struct Start {
    pid_t pid = 0;
    uint64_t token = 0;
    std::string lock_name;
    std::string lock_uid;
  };
  Start LastStart() const {
    Start start;
    std::istringstream words(Record());
    for (std::string next; words >> next;) {
      if (next == "started") words >> start.pid >> start.token >> start.lock_name >> start.lock_uid;
    }
    return start;
  }

  static bool IsGone(pid_t pid) {
    const std::string state = ReadTextFile("/proc/" + std::to_string(pid) + "/stat");
    return state.empty() || state.find(") Z ") != std::string::npos;
  }

  // The pod's own lock is removed under it; the pod may win the next.
  void LoseTheLock() { DeleteLock(); }

  const ScratchDir scratch_;
};

TEST_F(LeaderctlRun, CommandStartsWhenThisPodLeadsAndKnowsItsTerm) {
  const auto standbys = NewCandidates({"a", "b"});
  auto run = RunScript(standbys[1]->broker.address(), {}, kWorker);
  // Whatever it does by then, it does not start the command.
  EXPECT_EQ(RunLeaderctl(standbys[0]->broker.address(), {"run", "--", "true"}).exit_code, 0);
  EXPECT_EQ(Record(), "");
  standbys[0]->pod->DeleteByForce();
  ASSERT_TRUE(WaitForCount("started", 1));
  const Leadership now = standbys[1]->broker.Get();
  EXPECT_EQ(LastStart().token, now.fencing_token());
  EXPECT_EQ(LastStart().lock_name, lock);
  EXPECT_EQ(LastStart().lock_uid, now.lock().uid());
  run->Signal(SIGTERM);
  EXPECT_EQ(run->WaitForExitCode(), 5);
}

TEST_F(LeaderctlRun, ExitCodeIsTheCommands) {
  const auto leader = NewCandidate("a");
  const std::string& address = leader->broker.address();
  EXPECT_EQ(RunLeaderctl(address, {"run", "--", "sh", "-c", "exit 7"}).exit_code, 7);
  EXPECT_EQ(RunLeaderctl(address, {"run", "--restart", "--", "sh", "-c", "exit 0"}).exit_code, 0);
  EXPECT_EQ(RunLeaderctl(address, {"run", "--", "sh", "-c", "kill -KILL $$"}).exit_code, 128 + SIGKILL);
}

TEST_F(LeaderctlRun, CommandThatCannotBeRunIsToldWithoutABroker) {
  const std::string nobody = "unix:" + scratch_.File("socket");
  const Finished missing = RunLeaderctl(nobody, {"run", "--", "no-such-command"});
  EXPECT_EQ(missing.exit_code, 127);
  EXPECT_THAT(missing.output, HasSubstr("no-such-command"));
  EXPECT_EQ(RunLeaderctl(nobody, {"run", "--", scratch_.path()}).exit_code, 126);
}

TEST_F(LeaderctlRun, WrongLockIsAFailureOfItsOwn) {
  const auto leader = NewCandidate("a");
  const Finished finished = RunLeaderctl(leader->broker.address(), {"run", "--lock=other", "--", "true"});
  EXPECT_EQ(finished.exit_code, 125);
  EXPECT_THAT(finished.output, HasSubstr("other"));
}

TEST_F(LeaderctlRun, TimeoutIsForTheWaitAlone) {
  const auto standbys = NewCandidates({"a", "b"});
  EXPECT_EQ(RunLeaderctl(standbys[1]->broker.address(), {"run", "--timeout=200ms", "--", "true"}).exit_code, 124);
  auto run = RunScript(standbys[0]->broker.address(), {"--timeout=1s"}, "sleep 1.5; exit 6");
  EXPECT_EQ(run->WaitForExitCode(), 6);
}

TEST_F(LeaderctlRun, SignalsAreForwarded) {
  const auto leader = NewCandidate("a");
  auto run = RunScript(leader->broker.address(), {}, kWorker);
  ASSERT_TRUE(WaitForCount("started", 1));
  run->Signal(SIGHUP);
  EXPECT_TRUE(WaitForCount("hup", 1));
  run->Signal(SIGUSR1);
  EXPECT_TRUE(WaitForCount("usr1", 1));
  run->Signal(SIGTERM);
  EXPECT_EQ(run->WaitForExitCode(), 5);
}

TEST_F(LeaderctlRun, SignalBeforeTheCommandEndsLeaderctl) {
  const auto standbys = NewCandidates({"a", "b"});
  for (const int signal : {SIGTERM, SIGINT}) {
    auto run = RunScript(standbys[1]->broker.address(), {}, kWorker);
    ASSERT_TRUE(run->WaitForOutput("waiting for leadership"));
    run->Signal(signal);
    EXPECT_EQ(run->WaitForExitCode(), 128 + signal);
  }
  EXPECT_EQ(Record(), "");
}

TEST_F(LeaderctlRun, LossStopsTheCommand) {
  const auto leader = NewCandidate("a");
  auto run = RunScript(leader->broker.address(), {}, kWorker);
  ASSERT_TRUE(WaitForCount("started", 1));
  LoseTheLock();
  EXPECT_EQ(run->WaitForExitCode(), kLost);
  EXPECT_EQ(Count("stopped"), 1);
  EXPECT_EQ(Count("started"), 1);
  EXPECT_THAT(run->Output(), HasSubstr("does not lead any more"));
}

TEST_F(LeaderctlRun, WhatDoesNotEndWithinTheGracePeriodIsKilledWithItsDescendants) {
  const auto leader = NewCandidate("a");
  // Of its children one is an orphan, and none heeds SIGTERM.
  const std::string script =
      "trap '' TERM; sh -c 'echo child $$ >>$0; sleep 1000 & wait' $0 & "
      "(sh -c 'echo child $$ >>$0; sleep 1000 & wait' $0 &); "
      "while [ $(grep -c child $0) -lt 2 ]; do sleep 0.02; done; echo started $$ >>$0; "
      "while true; do sleep 0.02; done";
  auto run = RunScript(leader->broker.address(), {"--grace=300ms"}, script);
  ASSERT_TRUE(WaitForCount("started", 1));
  LoseTheLock();
  EXPECT_EQ(run->WaitForExitCode(), kLost);
  EXPECT_THAT(run->Output(), HasSubstr("killed"));
  std::istringstream words(Record());
  for (std::string word; words >> word;) {
    pid_t pid;
    if (words >> pid) {
      EXPECT_TRUE(IsGone(pid)) << word;
    }
  }
}

TEST_F(LeaderctlRun, WhatTheCommandLeavesBehindEndsWithIt) {
  const auto leader = NewCandidate("a");
  auto run = RunScript(leader->broker.address(), {}, "sleep 1000 & echo started $! >>$0; exit 4");
  EXPECT_EQ(run->WaitForExitCode(), 4);
  EXPECT_TRUE(IsGone(LastStart().pid));
}

TEST_F(LeaderctlRun, RestartRunsTheCommandAgainWithAGreaterToken) {
  const auto leader = NewCandidate("a");
  auto run = RunScript(leader->broker.address(), {"--restart"}, kWorker);
  ASSERT_TRUE(WaitForCount("started", 1));
  const Start first = LastStart();
  LoseTheLock();
  ASSERT_TRUE(WaitForCount("started", 2));
  EXPECT_EQ(Count("stopped"), 1);
  EXPECT_GT(LastStart().token, first.token);
  EXPECT_NE(LastStart().lock_uid, first.lock_uid);
  run->Signal(SIGTERM);
  EXPECT_EQ(run->WaitForExitCode(), 5);
}

TEST_F(LeaderctlRun, RestartStandsAgainWhereTheBrokerStandsOnRequest) {
  const auto leader = NewCandidate("a", {"--campaign=on-request"});
  auto run = RunScript(leader->broker.address(), {"--restart"}, kWorker);
  ASSERT_TRUE(WaitForCount("started", 1));
  LoseTheLock();
  ASSERT_TRUE(WaitForCount("started", 2));
  run->Signal(SIGTERM);
  EXPECT_EQ(run->WaitForExitCode(), 5);
}

TEST_F(LeaderctlRun, BrokerThatComesLateAndOneThatRestartsAreNothingToTheCommand) {
  const TestPod pod(&cluster, namespace_name, "a", {lock});
  const std::string address = "unix:" + pod.service_account_dir() + "/socket";
  auto run = RunScript(address, {}, kWorker);
  BrokerProcess broker(BrokerCommand::InPod(pod, lock), address);
  ASSERT_TRUE(WaitForCount("started", 1));
  broker.Kill();
  broker.Start();
  ASSERT_TRUE(broker.WaitServing());
  Subscriber app(broker.NewChannel());
  app.WaitForState(Leadership::STATE_LEADER);
  // The loss shows that leaderctl listens to the new broker; until then the command was let alone.
  EXPECT_EQ(Count("stopped"), 0);
  LoseTheLock();
  EXPECT_EQ(run->WaitForExitCode(), kLost);
  EXPECT_EQ(Count("started"), 1);
}

TEST_F(LeaderctlRun, UncertaintyStopsTheCommandUntilItIsOver) {
  const auto leader = NewCandidate("a");
  auto run = RunScript(leader->broker.address(), {"--restart", "--silence-limit=3s"}, kWorker);
  ASSERT_TRUE(WaitForCount("started", 1));
  const Start first = LastStart();
  leader->broker.Pause();
  EXPECT_TRUE(WaitForCount("stopped", 1));
  leader->broker.Resume();
  ASSERT_TRUE(WaitForCount("started", 2));
  EXPECT_EQ(LastStart().token, first.token) << "it is the same term";
  run->Signal(SIGTERM);
  EXPECT_EQ(run->WaitForExitCode(), 5);
}

TEST_F(LeaderctlRun, UncertaintyLetsTheCommandGoOnWhereThatIsWanted) {
  const auto leader = NewCandidate("a");
  auto run = RunScript(leader->broker.address(), {"--on-uncertain=continue", "--silence-limit=3s"}, kWorker);
  ASSERT_TRUE(WaitForCount("started", 1));
  leader->broker.Pause();
  EXPECT_TRUE(run->WaitForOutput("nobody knows whether this pod leads"));
  leader->broker.Resume();
  EXPECT_TRUE(run->WaitForOutput("leads still"));
  EXPECT_EQ(Count("stopped"), 0);
  LoseTheLock();
  EXPECT_EQ(run->WaitForExitCode(), kLost);
  EXPECT_EQ(Count("started"), 1);
}

TEST_F(LeaderctlRun, KilledLeaderctlTakesTheCommandWithItAndWhatTheCommandStarted) {
  const auto leader = NewCandidate("a");
  auto run = RunScript(leader->broker.address(), {}, "sleep 1000 & echo child $! >>$0; echo started $$ >>$0; wait");
  ASSERT_TRUE(WaitForCount("started", 1));
  run->Signal(SIGKILL);
  EXPECT_EQ(run->WaitForExitCode(), 128 + SIGKILL);
  std::istringstream words(Record());
  for (std::string word; words >> word;) {
    pid_t pid;
    if (words >> pid) {
      EXPECT_TRUE(Eventually([=] { return IsGone(pid); })) << word;
    }
  }
}

// As in a container, where leaderctl is the entry point.
class LeaderctlAsPid1 : public LeaderctlRun {
 protected:
  const std::vector<std::string> alone_ = {"unshare", "--fork", "--pid", "--mount-proc", "--kill-child"};

  // The process that is PID 1 in there.
  static pid_t Inner(const Leaderctl& outer) {
    const std::string pid = std::to_string(outer.pid());
    const std::string children = "/proc/" + pid + "/task/" + pid + "/children";
    EXPECT_TRUE(Eventually([&] { return !ReadTextFile(children).empty(); }));
    return std::atoi(ReadTextFile(children).c_str());
  }
};

TEST_F(LeaderctlAsPid1, OrphansAreReaped) {
  const auto leader = NewCandidate("a");
  // Doubly forked, so that they become leaderctl's; a zombie would keep its place in /proc.
  auto run = RunScript(leader->broker.address(), {},
                       "for i in 1 2 3 4 5 6 7 8; do (sh -c 'echo $$ >>$0' $0 &); done; "
                       "while [ $(grep -c . $0) -lt 8 ]; do sleep 0.02; done; "
                       "for pid in $(cat $0); do while [ -e /proc/$pid ]; do sleep 0.02; done; done; exit 42",
                       alone_);
  EXPECT_EQ(run->WaitForExitCode(), 42);
}

TEST_F(LeaderctlAsPid1, SignalsAreForwardedAndTheCommandsExitCodeIsReturned) {
  const auto leader = NewCandidate("a");
  auto run = RunScript(leader->broker.address(), {}, kWorker, alone_);
  ASSERT_TRUE(WaitForCount("started", 1));
  kill(Inner(*run), SIGTERM);
  EXPECT_EQ(run->WaitForExitCode(), 5);
  EXPECT_EQ(Count("stopped"), 1);
}

TEST_F(LeaderctlAsPid1, LossStopsTheCommand) {
  const auto leader = NewCandidate("a");
  auto run = RunScript(leader->broker.address(), {}, kWorker, alone_);
  ASSERT_TRUE(WaitForCount("started", 1));
  LoseTheLock();
  EXPECT_EQ(run->WaitForExitCode(), kLost);
}

// A process of its own namespace has no default for SIGTERM.
TEST_F(LeaderctlAsPid1, WaitEndsOnSigterm) {
  const auto standbys = NewCandidates({"a", "b"});
  Leaderctl wait(standbys[1]->broker.address(), {"wait"}, alone_);
  const pid_t inner = Inner(wait);
  ASSERT_TRUE(Eventually([&] {
    return ReadTextFile("/proc/" + std::to_string(inner) + "/status").find("SigCgt:\t0000000000000000") ==
               std::string::npos &&
           ReadTextFile("/proc/" + std::to_string(inner) + "/comm") == "leaderctl\n";
  }));
  EXPECT_TRUE(Eventually([&] {
    kill(inner, SIGTERM);
    return !wait.Running();
  }));
  EXPECT_EQ(wait.WaitForExitCode(), 143);
}

}  // namespace
}  // namespace leadership_broker::testing
