#include "server/election/app_downtime.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/unit/election/app_pods.h"

namespace leadership_broker::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr absl::Duration kLimit = absl::Minutes(2);

class AppDowntimeTest : public ::testing::Test {
 protected:
  // The pod is so for so long.
  void Now(const kube::Pod& pod, absl::Duration lasting) {
    downtime_.See(pod, now_);
    now_ += lasting;
  }
  // What Due says, from now on; negative when the time is up.
  absl::Duration Left() const { return downtime_.Due() - now_; }

  election::AppDowntime downtime_{kLimit};
  absl::Duration now_ = absl::Hours(50);
};

TEST_F(AppDowntimeTest, AnAppThatRunsIsNeverDue) {
  EXPECT_EQ(downtime_.Due(), absl::InfiniteDuration()) << "before anything was seen";
  Now(RunningApp(), absl::Hours(1));
  EXPECT_EQ(downtime_.Due(), absl::InfiniteDuration());
  EXPECT_EQ(downtime_.Why(), "");
}

TEST_F(AppDowntimeTest, AnAppThatStopsIsDueAfterTheLimitFromWhenThatWasSeen) {
  Now(RunningApp(), absl::Hours(1));
  Now(EndedApp(1), absl::Seconds(1));
  EXPECT_EQ(Left(), kLimit - absl::Seconds(1));
  Now(WaitingApp(), absl::Minutes(1));
  EXPECT_EQ(Left(), kLimit - absl::Seconds(61)) << "waiting goes on where having ended left off";
  Now(WaitingApp(), absl::Minutes(2));
  EXPECT_EQ(Left(), kLimit - absl::Seconds(181));
  EXPECT_THAT(downtime_.Why(), AllOf(HasSubstr("app"), HasSubstr("CrashLoopBackOff")));
}

TEST_F(AppDowntimeTest, OneThatHasNeverStartedIsDueToo) {
  Now(WaitingApp("ImagePullBackOff"), absl::Minutes(1));
  EXPECT_EQ(Left(), absl::Minutes(1));
  EXPECT_THAT(downtime_.Why(), HasSubstr("ImagePullBackOff"));
}

TEST_F(AppDowntimeTest, AnAppThatIsRestartedOnceIsNeverDue) {
  Now(RunningApp(), absl::Hours(1));
  Now(EndedApp(137), kLimit - absl::Seconds(1));
  Now(RunningApp(), kLimit);
  EXPECT_EQ(downtime_.Due(), absl::InfiniteDuration());
  Now(EndedApp(137), absl::ZeroDuration());
  EXPECT_EQ(Left(), kLimit) << "it had recovered, so the time begins anew";
}

// As a kubelet does it: 10 s, 20 s, 40 s and so on, up to five minutes.
TEST_F(AppDowntimeTest, ACrashLoopOfShortRunsIsOneDowntime) {
  Now(RunningApp(), absl::Hours(1));
  for (absl::Duration wait : {absl::Seconds(1), absl::Seconds(10), absl::Seconds(20), absl::Seconds(40)}) {
    Now(EndedApp(1), absl::ZeroDuration());
    Now(WaitingApp(), wait);
    EXPECT_GT(Left(), absl::ZeroDuration());
    Now(RunningApp(), absl::Seconds(1));
    EXPECT_EQ(downtime_.Due(), absl::InfiniteDuration()) << "nothing is done to an app that runs";
  }
  Now(EndedApp(1), absl::ZeroDuration());
  EXPECT_EQ(Left(), absl::Seconds(49)) << "120 s less the 71 that it was down";
  Now(WaitingApp(), absl::Seconds(80));
  EXPECT_LT(Left(), absl::ZeroDuration());
}

TEST_F(AppDowntimeTest, ARunThatIsAnInstantShorterThanTheLimitIsNoRecovery) {
  Now(WaitingApp(), absl::Minutes(1));
  Now(RunningApp(), kLimit - absl::Milliseconds(1));
  Now(WaitingApp(), absl::ZeroDuration());
  EXPECT_EQ(Left(), absl::Minutes(1));
}

TEST_F(AppDowntimeTest, ALimitThatWasPassedBeforeTheRunIsDueAtOnceAfterIt) {
  Now(WaitingApp(), kLimit * 3);
  Now(RunningApp(), absl::Seconds(1));
  const absl::Duration again = now_;
  Now(WaitingApp(), absl::Seconds(5));
  EXPECT_EQ(downtime_.Due(), again);
}

// After a kubelet's restart containerStatuses may be empty for seconds while containers run.
TEST_F(AppDowntimeTest, AMissingStatusIsNoDowntime) {
  kube::Pod partial = PodOf("me");
  StateOf("another", &partial)->mutable_waiting();
  kube::Pod stateless = PodOf("me");
  StateOf("app", &stateless);
  for (const kube::Pod& unknown : {PodOf("me"), partial, stateless}) {
    Now(unknown, kLimit * 2);
    EXPECT_EQ(downtime_.Due(), absl::InfiniteDuration()) << unknown.ShortDebugString();
    Now(WaitingApp(), absl::Minutes(1));
    Now(unknown, absl::Seconds(10));
    EXPECT_EQ(downtime_.Due(), absl::InfiniteDuration());
    Now(WaitingApp(), absl::ZeroDuration());
    EXPECT_EQ(Left(), absl::Minutes(1)) << "and it does not count";
  }
}

TEST_F(AppDowntimeTest, WhatIsNotWatchedIsNoDowntime) {
  Now(WaitingApp(), absl::Minutes(1));
  downtime_.Lose(now_);
  EXPECT_EQ(downtime_.Due(), absl::InfiniteDuration());
  now_ += absl::Seconds(30);
  Now(WaitingApp(), absl::ZeroDuration());
  EXPECT_EQ(Left(), absl::Minutes(1));
  downtime_.Lose(now_);
  now_ += kLimit;
  Now(WaitingApp(), absl::ZeroDuration());
  EXPECT_EQ(Left(), kLimit) << "it may have run for so long";
}

TEST_F(AppDowntimeTest, AContainerThatHasDoneItsWorkIsNotDown) {
  for (const char* policy : {"Never", "OnFailure"}) {
    Now(EndedApp(0, policy), kLimit * 2);
    EXPECT_EQ(downtime_.Due(), absl::InfiniteDuration()) << policy;
  }
  Now(EndedApp(0), absl::ZeroDuration());
  EXPECT_EQ(Left(), kLimit) << "one that is always to run is down, however it ended";
  Now(EndedApp(3, "Never"), absl::Seconds(1));
  EXPECT_EQ(Left(), kLimit - absl::Seconds(1));
  EXPECT_THAT(downtime_.Why(), HasSubstr("exit code 3"));
}

TEST_F(AppDowntimeTest, AContainersOwnRestartPolicyGoesBeforeThePods) {
  kube::Pod pod = EndedApp(0, "Never");
  pod.mutable_spec()->mutable_containers(0)->set_restart_policy("Always");
  Now(pod, absl::ZeroDuration());
  EXPECT_EQ(Left(), kLimit);
  pod = EndedApp(0, "Always");
  pod.mutable_spec()->mutable_containers(0)->set_restart_policy("Never");
  Now(pod, absl::ZeroDuration());
  EXPECT_EQ(downtime_.Due(), absl::InfiniteDuration());
}

TEST_F(AppDowntimeTest, SidecarsAndInitContainersAreNotTheApp) {
  kube::Pod pod = RunningApp();
  for (const char* name : {"broker", "setup"}) {
    kube::ContainerStatus* const status = pod.mutable_status()->add_init_container_statuses();
    status->set_name(name);
    status->mutable_state()->mutable_waiting();
    // Nor is one that the spec does not have.
    StateOf(name, &pod)->mutable_waiting();
  }
  Now(pod, kLimit * 2);
  EXPECT_EQ(downtime_.Due(), absl::InfiniteDuration());
}

TEST_F(AppDowntimeTest, EachContainerHasItsOwnTimeAndTheFirstToBeUpCounts) {
  const auto pod = [](bool first_runs, bool second_runs) {
    kube::Pod both = PodOf("me");
    both.mutable_spec()->add_containers()->set_name("helper");
    kube::ContainerState* const first = StateOf("app", &both);
    first_runs ? (void)first->mutable_running() : (void)first->mutable_waiting();
    kube::ContainerState* const second = StateOf("helper", &both);
    second_runs ? (void)second->mutable_running() : (void)second->mutable_waiting();
    return both;
  };
  Now(pod(true, false), absl::Minutes(1));
  Now(pod(false, true), absl::Seconds(30));
  EXPECT_EQ(Left(), kLimit - absl::Seconds(30)) << "the two do not add up";
  Now(pod(false, false), absl::ZeroDuration());
  EXPECT_EQ(Left(), absl::Minutes(1)) << "the helper's time was a minute already";
  EXPECT_THAT(downtime_.Why(), HasSubstr("helper"));
}

}  // namespace
}  // namespace leadership_broker::testing
