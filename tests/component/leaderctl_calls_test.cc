// leaderctl's calls against a real broker: what they print, how they end, and what they say when they cannot.
#include <sys/prctl.h>

#include <cstdlib>

#include "gmock/gmock.h"
#include "nlohmann/json.hpp"

#include "tests/component/leaderctl_program.h"
#include "tests/scenarios/scenario.h"

namespace leadership_broker::testing {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class LeaderctlCalls : public Scenario {
 protected:
  static std::string NoAddress() { return "unix:" + ScratchDir().File("socket"); }

  // One line on standard error that says all of this.
  static void ExpectError(const Finished& finished, int exit_code, const std::vector<std::string>& words) {
    EXPECT_EQ(finished.exit_code, exit_code) << finished.output;
    EXPECT_THAT(finished.output, StartsWith("leaderctl: "));
    EXPECT_EQ(std::count(finished.output.begin(), finished.output.end(), '\n'), 1) << finished.output;
    for (const std::string& word : words) EXPECT_THAT(finished.output, HasSubstr(word));
  }

  std::unique_ptr<Candidate> NewLeader() {
    auto leader = NewCandidate("a");
    leader->WaitForState(Leadership::STATE_LEADER);
    return leader;
  }
};

TEST_F(LeaderctlCalls, StatusIsATableForPeopleAndTheMessageForPrograms) {
  const auto leader = NewLeader();
  const Finished table = RunLeaderctl(leader->broker.address(), {"status"});
  EXPECT_EQ(table.exit_code, 0);
  EXPECT_THAT(table.output, AllOf(HasSubstr(namespace_name + "/" + lock), HasSubstr("LEADER (won)"),
                                  HasSubstr("a (this pod)"), HasSubstr("connected, verified")));

  const Leadership now = leader->broker.Get();
  const Finished as_json = RunLeaderctl(leader->broker.address(), {"status", "-o", "json"});
  const json told = json::parse(as_json.output, nullptr, /*allow_exceptions=*/false);
  ASSERT_FALSE(told.is_discarded()) << as_json.output;
  EXPECT_EQ(told["state"], "STATE_LEADER");
  EXPECT_EQ(told["fencing_token"], std::to_string(now.fencing_token()));
  EXPECT_EQ(told["lock"]["uid"], now.lock().uid());
  EXPECT_EQ(told["leader"]["node"], "") << "fields that are empty are there too";

  const Finished as_yaml = RunLeaderctl(leader->broker.address(), {"status", "--output=yaml", "--lock", lock});
  EXPECT_THAT(as_yaml.output, AllOf(StartsWith("lock:\n  namespace: "), HasSubstr("\nstate: STATE_LEADER\n"),
                                    HasSubstr("\nfencing_token: \"" + std::to_string(now.fencing_token()) + "\"\n")));
}

TEST_F(LeaderctlCalls, LocksLists) {
  const auto leader = NewLeader();
  const Finished table = RunLeaderctl(leader->broker.address(), {"locks"});
  EXPECT_EQ(table.exit_code, 0);
  EXPECT_THAT(table.output, AllOf(HasSubstr("NAME"), HasSubstr(leader->broker.Get().lock().uid())));
  const Finished as_json = RunLeaderctl(leader->broker.address(), {"locks", "-o", "json"});
  EXPECT_EQ(json::parse(as_json.output)["locks"][0]["name"], lock);
}

TEST_F(LeaderctlCalls, ErrorsNameTheAddressAndWhatToCheck) {
  const std::string nobody = NoAddress();
  for (const std::vector<std::string>& call :
       std::vector<std::vector<std::string>>{{"status"}, {"locks"}, {"step-down", "--yes"}}) {
    std::vector<std::string> arguments = call;
    arguments.push_back("--timeout=100ms");
    ExpectError(RunLeaderctl(nobody, arguments), 1, {nobody, "--listen", "--address"});
  }
  ExpectError(RunLeaderctl("localhost", {"status"}), 2, {"\"localhost\"", "HOST:PORT", "unix:/PATH"});
  ExpectError(RunLeaderctl("localhost", {"watch"}), 2, {"\"localhost\"", "HOST:PORT"});
  ExpectError(RunLeaderctl(nobody, {"status", "--no-such-flag"}), 2, {"--no-such-flag"});
}

TEST_F(LeaderctlCalls, TheFlagWinsOverTheEnvironment) {
  const auto leader = NewLeader();
  EXPECT_EQ(RunLeaderctl(NoAddress(), {"status", "--address", leader->broker.address()}).exit_code, 0);
}

TEST_F(LeaderctlCalls, WhatTheBrokerRefusesIsSaidInItsWords) {
  const auto leader = NewLeader();
  const std::string& address = leader->broker.address();
  for (const char* subcommand : {"status", "wait", "watch"}) {
    ExpectError(RunLeaderctl(address, {subcommand, "--lock", "other"}), 1, {address, "other", lock, "leaderctl locks"});
    ExpectError(RunLeaderctl(address, {subcommand, "--lock", "Not_A_Name"}), 1, {address, "DNS-1123"});
  }
  std::vector<std::string> environment = LeaderctlEnvironment(address);
  environment.push_back("POD_UID=11111111-2222-3333-4444-555555555555");
  for (const char* subcommand : {"status", "wait", "watch", "locks"}) {
    ExpectError(RunProgram({BuiltLeaderctl(), subcommand}, kPatience, environment), 1, {address, "11111111-2222"});
  }
}

TEST_F(LeaderctlCalls, WaitEndsWhenThisPodLeads) {
  const auto standbys = NewCandidates({"a", "b"});
  Leaderctl wait(standbys[1]->broker.address(), {"wait"});
  EXPECT_EQ(RunLeaderctl(standbys[0]->broker.address(), {"wait", "--timeout=60s"}).exit_code, 0);
  EXPECT_TRUE(wait.Running());
  standbys[0]->pod->DeleteByForce();
  EXPECT_EQ(wait.WaitForExitCode(), 0);
  EXPECT_THAT(wait.Output(), HasSubstr(std::to_string(standbys[1]->broker.Get().fencing_token())));
}

TEST_F(LeaderctlCalls, WaitEndsWith124WhenItsTimeIsOver) {
  const auto standbys = NewCandidates({"a", "b"});
  ExpectError(RunLeaderctl(standbys[1]->broker.address(), {"wait", "--timeout=200ms"}), 124,
              {standbys[1]->broker.address(), "does not lead"});
  const std::string nobody = NoAddress();
  ExpectError(RunLeaderctl(nobody, {"wait", "--timeout=200ms"}), 124, {nobody});
}

TEST_F(LeaderctlCalls, WaitStandsWhereTheBrokerStandsOnRequestAndWaitsForABrokerToCome) {
  const TestPod pod(&cluster, namespace_name, "a", {lock});
  const std::string address = "unix:" + pod.service_account_dir() + "/socket";
  Leaderctl wait(address, {"wait", "-o", "json"});
  BrokerCommand command = BrokerCommand::InPod(pod, lock);
  command.flags.push_back("--campaign=on-request");
  BrokerProcess broker(command, address);
  EXPECT_EQ(wait.WaitForExitCode(), 0);
  EXPECT_EQ(json::parse(wait.Output())["state"], "STATE_LEADER");
}

TEST_F(LeaderctlCalls, WatchShowsEachChangeOnALineAndASilentBrokerOnOne) {
  const auto standbys = NewCandidates({"a", "b"});
  Leaderctl people(standbys[1]->broker.address(), {"watch"});
  Leaderctl programs(standbys[1]->broker.address(), {"watch", "-o", "json"});
  EXPECT_TRUE(people.WaitForOutput(" STANDBY    leader=a "));
  EXPECT_TRUE(programs.WaitForOutput("STATE_STANDBY"));
  standbys[0]->pod->DeleteByForce();
  EXPECT_TRUE(people.WaitForOutput(" LEADER     leader=b "));
  EXPECT_TRUE(programs.WaitForOutput("REASON_WON"));
  standbys[1]->broker.Kill();
  EXPECT_TRUE(people.WaitForOutput(" SILENT     no leadership broker answers at " + standbys[1]->broker.address()));
  standbys[1]->broker.Start();
  EXPECT_TRUE(people.WaitForOutput("reason=adopted"));
  EXPECT_TRUE(programs.WaitForOutput("REASON_ADOPTED"));

  std::istringstream lines(programs.Output());
  int silent = 0;
  for (std::string line; std::getline(lines, line);) {
    const json observation = json::parse(line, nullptr, /*allow_exceptions=*/false);
    ASSERT_FALSE(observation.is_discarded()) << line;
    EXPECT_THAT(observation["time"], EndsWith("Z"));
    if (!observation.contains("leadership")) {
      ++silent;
      EXPECT_THAT(observation["error"], HasSubstr(standbys[1]->broker.address()));
    }
  }
  EXPECT_EQ(silent, 1);
}

TEST_F(LeaderctlCalls, StepDownWantsAYes) {
  const auto leader = NewLeader();
  const std::string& address = leader->broker.address();
  ExpectError(RunLeaderctl(address, {"step-down"}), 2, {"--yes"});
  ExpectError(RunLeaderctl(address, {"step-down", "--yes"}), 1, {address, "--allow-step-down"});
  EXPECT_TRUE(leader->pod->Exists());
}

TEST_F(LeaderctlCalls, StepDownOfALeaderDeletesItsPod) {
  std::vector<RoleRule> role = BrokerRole(lock);
  SetRole(role);
  auto leader = NewBoundCandidate("a", {"--allow-step-down"});
  leader->WaitForState(Leadership::STATE_LEADER);
  auto standby = NewCandidate("b", {"--allow-step-down"});
  standby->WaitForLeader(*leader->pod);
  const auto is_being_deleted = [&] { return leader->pod->Object()["metadata"].contains("deletionTimestamp"); };

  ExpectError(RunLeaderctl(standby->broker.address(), {"step-down", "--yes"}), 1, {"does not lead", "Pod a"});
  const std::string& address = leader->broker.address();
  ExpectError(RunLeaderctl(address, {"step-down", "--yes", "--lock=other"}), 1, {"other", lock, "leaderctl locks"});
  ExpectError(RunLeaderctl(address, {"step-down", "--yes"}), 1, {address, "cannot delete pods \"a\"", "verb delete"});
  cluster.StopApiServer();
  const Finished unavailable = RunLeaderctl(address, {"step-down", "--yes", "--timeout=500ms"});
  ExpectError(unavailable, 1, {address, "cannot delete pods \"a\"", "cannot connect"});
  EXPECT_THAT(unavailable.output, ::testing::Not(HasSubstr("no leadership broker answers")));
  cluster.StartApiServer();
  EXPECT_FALSE(is_being_deleted());

  role.push_back({"pods", {"delete"}, {}});
  SetRole(role);
  const Finished done = RunLeaderctl(address, {"step-down", "--yes"});
  EXPECT_EQ(done.exit_code, 0) << done.output;
  EXPECT_EQ(done.output, "this pod is being deleted\n");
  EXPECT_TRUE(is_being_deleted());
  const Finished again = RunLeaderctl(address, {"step-down", "--yes", "-o", "json"});
  EXPECT_EQ(again.exit_code, 0) << again.output;
  EXPECT_EQ(json::parse(again.output), json::object());
}

TEST_F(LeaderctlCalls, OutputThatCannotBeWrittenIsAFailure) {
  const auto leader = NewLeader();
  const Finished finished = RunProgram({"/bin/sh", "-c", "\"$0\" status >/dev/full", BuiltLeaderctl()}, kPatience,
                                       LeaderctlEnvironment(leader->broker.address()));
  ExpectError(finished, 1, {"standard output"});
}

}  // namespace
}  // namespace leadership_broker::testing
