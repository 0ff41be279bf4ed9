#include "client/leaderctl/supervisor.h"

#include <signal.h>

#include "client/leaderctl/exit_codes.h"
#include "gtest/gtest.h"

namespace leadership::leaderctl {
namespace {

using Act = Supervisor::Act;

class SupervisorTest : public ::testing::Test {
 protected:
  static void ExpectExit(Act act, const Supervisor& supervisor, int exit_code) {
    EXPECT_EQ(act, Act::kExit);
    EXPECT_EQ(supervisor.exit_code(), exit_code);
  }

  Supervisor once_{/*restart=*/false};
  Supervisor again_{/*restart=*/true};
};

TEST_F(SupervisorTest, CommandStartsWithLeadershipAndItsExitCodeIsTheLastWord) {
  EXPECT_TRUE(again_.standing());
  EXPECT_EQ(again_.Leading(), Act::kStart);
  EXPECT_TRUE(again_.has_group());
  EXPECT_EQ(again_.CommandEnded(7), Act::kStop) << "what CMD left behind is to end too";
  ExpectExit(again_.GroupGone(), again_, 7);
}

TEST_F(SupervisorTest, LossStopsTheCommandAndHasACodeOfItsOwn) {
  once_.Leading();
  EXPECT_EQ(once_.NotLeading(), Act::kStop);
  EXPECT_EQ(once_.CommandEnded(0), Act::kNothing);
  ExpectExit(once_.GroupGone(), once_, kLost);
}

TEST_F(SupervisorTest, LossWithRestartStandsAgainOnceTheGroupIsGone) {
  again_.Leading();
  EXPECT_EQ(again_.NotLeading(), Act::kStop);
  EXPECT_FALSE(again_.standing());
  EXPECT_EQ(again_.CommandEnded(143), Act::kNothing);
  EXPECT_EQ(again_.GroupGone(), Act::kStand);
  EXPECT_TRUE(again_.standing());
  EXPECT_EQ(again_.Leading(), Act::kStart);
}

TEST_F(SupervisorTest, NewTermWaitsForTheOldGroupToBeGone) {
  again_.Leading();
  again_.NotLeading();
  EXPECT_EQ(again_.Leading(), Act::kNothing);
  again_.CommandEnded(143);
  EXPECT_EQ(again_.GroupGone(), Act::kStart);
}

TEST_F(SupervisorTest, NewTermThatIsOverBeforeTheOldGroupIsGoneStartsNothing) {
  again_.Leading();
  again_.NotLeading();
  again_.Leading();
  again_.NotLeading();
  again_.CommandEnded(143);
  EXPECT_EQ(again_.GroupGone(), Act::kStand);
}

TEST_F(SupervisorTest, LossBeforeTheStartStandsAgain) {
  EXPECT_EQ(once_.Leading(), Act::kStart);
  EXPECT_EQ(once_.NotStarted(), Act::kStand);
  EXPECT_TRUE(once_.standing());
  EXPECT_EQ(once_.NotLeading(), Act::kStand);
  EXPECT_EQ(once_.Leading(), Act::kStart);
}

TEST_F(SupervisorTest, SignalBeforeTheStartEndsWithItsNumber) {
  ExpectExit(once_.Terminate(SIGTERM), once_, 143);
  ExpectExit(again_.Terminate(SIGINT), again_, 130);
}

TEST_F(SupervisorTest, SignalWhileTheCommandRunsLeavesTheEndToTheCommand) {
  again_.Leading();
  EXPECT_EQ(again_.Terminate(SIGTERM), Act::kNothing);
  EXPECT_EQ(again_.CommandEnded(5), Act::kStop);
  ExpectExit(again_.GroupGone(), again_, 5);
}

TEST_F(SupervisorTest, LossAfterSigtermDoesNotTakeTheCommandsExitCodeAway) {
  again_.Leading();
  again_.Terminate(SIGTERM);
  EXPECT_EQ(again_.NotLeading(), Act::kStop);
  again_.CommandEnded(5);
  ExpectExit(again_.GroupGone(), again_, 5);
}

TEST_F(SupervisorTest, SigtermAfterALossKeepsFromStandingAgain) {
  again_.Leading();
  again_.NotLeading();
  EXPECT_EQ(again_.Terminate(SIGTERM), Act::kNothing);
  again_.CommandEnded(0);
  ExpectExit(again_.GroupGone(), again_, kLost);
}

TEST_F(SupervisorTest, HangupThatTheCommandSurvivedDoesNotKeepFromStandingAgain) {
  again_.Leading();
  again_.Terminate(SIGHUP);
  again_.NotLeading();
  again_.CommandEnded(143);
  EXPECT_EQ(again_.GroupGone(), Act::kStand);
}

TEST_F(SupervisorTest, GivingUpEndsAtOnceWithoutACommandAndAfterItWithOne) {
  ExpectExit(once_.GiveUp(kTimedOut), once_, kTimedOut);
  again_.Leading();
  EXPECT_EQ(again_.GiveUp(kRunFailure), Act::kStop);
  again_.CommandEnded(0);
  ExpectExit(again_.GroupGone(), again_, kRunFailure);
}

}  // namespace
}  // namespace leadership::leaderctl
