// A container of the leader's pod ends and is started again, the pod goes on: the same leader in the same term.
#include <signal.h>

#include <algorithm>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "gtest/gtest.h"

#include "tests/e2e/workload.h"
#include "tests/harness/eventually.h"

namespace leadership_broker::testing {
namespace {

using Json = nlohmann::json;

class Restart : public ::testing::Test {
 protected:
  // Waits until the container has been started again so many times and is up.
  void WaitRestarts(const std::string& container, int count) {
    ASSERT_TRUE(Eventually([&] {
      const Json status = leader().Status(container);
      return !status.is_null() && status["restartCount"] >= count && status["ready"] == true;
    })) << container
        << " was not started again: " << leader().Describe();
  }

  // Waits until the app has worked after this, and has never stopped.
  void ExpectAppWorksOn(absl::Time since) {
    EXPECT_TRUE(Eventually([&] { return leader().Log("app").back().time > since; })) << leader().Describe();
    std::vector<std::string> steps;
    for (const Line& line : leader().Log("app")) {
      if (line.text == "start" || line.text == "stop") steps.push_back(line.text);
    }
    EXPECT_EQ(steps, std::vector<std::string>{"start"}) << leader().Describe();
  }

  // Every message that the pod got, from the first that it leads on, says that it does, under the same lock.
  void ExpectOneTerm() {
    bool led = false;
    for (const Told& told : leader().AllTold()) {
      led = led || told.state == "STATE_LEADER";
      if (!led || told.reason == "REASON_STARTING" || told.reason == "REASON_CONFIRMING") continue;
      EXPECT_EQ(told.state, "STATE_LEADER") << leader().Describe();
      EXPECT_EQ(told.lock_uid, lock_) << leader().Describe();
      EXPECT_EQ(told.token, token_) << leader().Describe();
    }
    EXPECT_FALSE(pods_[1].FirstTold("STATE_LEADER").has_value()) << pods_[1].Describe();
    EXPECT_EQ(stage_.Lock()["metadata"]["uid"], lock_);
  }

  const Pod& leader() const { return pods_[0]; }

  void Start(const Json& broker) {
    stage_.Apply({Deployment("app", 2, {ExampleApp(), Witness()})}, broker);
    pods_ = stage_.WaitElected("app", 2);
    lock_ = leader().Latest().lock_uid;
    token_ = leader().Latest().token;
  }

  Stage stage_;
  std::vector<Pod> pods_;
  std::string lock_;
  std::string token_;
};

TEST_F(Restart, R10_TheSidecarCrashes) {
  Start(Json::object());
  const absl::Time killed = absl::Now();
  leader().Signal("leadership-broker", SIGKILL);
  WaitRestarts("leadership-broker", 1);
  EXPECT_TRUE(Eventually([&] { return leader().FirstTold("STATE_LEADER", killed).has_value(); }))
      << leader().Describe();
  ExpectAppWorksOn(absl::Now());
  ExpectOneTerm();
}

TEST_F(Restart, R10_TheSidecarHangsAndFailsItsLivenessProbe) {
  Start(
      {{"livenessProbe",
        {{"periodSeconds", 1}, {"timeoutSeconds", 1}, {"failureThreshold", 2}, {"terminationGracePeriodSeconds", 1}}}});
  const absl::Time stopped = absl::Now();
  leader().Signal("leadership-broker", SIGSTOP);
  WaitRestarts("leadership-broker", 1);
  EXPECT_TRUE(Eventually([&] { return leader().FirstTold("STATE_LEADER", stopped).has_value(); }))
      << leader().Describe();
  ExpectAppWorksOn(absl::Now());
  ExpectOneTerm();
}

TEST_F(Restart, TheAppCrashes) {
  Start(Json::object());
  const size_t messages = leader().AllTold().size();
  leader().Signal("app", SIGKILL);
  WaitRestarts("app", 1);
  // The new one is told what the old one was.
  EXPECT_TRUE(Eventually([&] {
    const std::vector<Line> log = leader().Log("app");
    return std::count_if(log.begin(), log.end(), [](const Line& line) { return line.text == "start"; }) == 2;
  })) << leader().Describe();
  EXPECT_EQ(leader().Log("app").back().text.find("stop"), std::string::npos);
  EXPECT_EQ(leader().AllTold().size(), messages) << leader().Describe();
  ExpectOneTerm();
}

}  // namespace
}  // namespace leadership_broker::testing
