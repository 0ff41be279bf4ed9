#include "server/announce/leader_label.h"

#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/harness/virtual_scheduler.h"
#include "tests/unit/announce/announce_api.h"

namespace leadership_broker::testing {
namespace {

using leadership::v1::Leadership;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kList[] = "list leadership-broker/lock,example.com/role=leader";

kube::Pod Pod(const std::string& name, const std::string& label, const std::string& lock = "lock") {
  kube::Pod pod;
  pod.mutable_metadata()->set_name(name);
  pod.mutable_metadata()->set_uid(name + "-uid");
  auto& labels = *pod.mutable_metadata()->mutable_labels();
  labels["leadership-broker/lock"] = lock;
  if (!label.empty()) labels["example.com/role"] = label;
  return pod;
}

class LeaderLabelTest : public ::testing::Test {
 protected:
  void Told(Leadership::State state, Leadership::Reason reason = Leadership::REASON_UNSPECIFIED) {
    auto snapshot = std::make_shared<status::Snapshot>();
    snapshot->leadership.mutable_self()->set_uid("me-uid");
    snapshot->leadership.set_state(state);
    snapshot->leadership.set_reason(reason);
    label_.Told(snapshot);
  }
  // What has been asked of the API server since the last time.
  std::vector<std::string> Sent(absl::Duration after = absl::ZeroDuration()) {
    scheduler_.Advance(after);
    const std::vector<std::string> all = api_.Whats();
    std::vector<std::string> sent(all.begin() + static_cast<long>(seen_), all.end());
    seen_ = all.size();
    return sent;
  }
  void Lead() {
    label_.OwnPodSeen(Pod("me", ""));
    Told(Leadership::STATE_LEADER);
    ASSERT_THAT(Sent(), ElementsAre(kList));
    api_.AnswerList({});
    ASSERT_THAT(Sent(), ElementsAre("label me=leader"));
    api_.Answer();
    label_.OwnPodSeen(Pod("me", "leader"));
  }

  RecordingAnnounceApi api_;
  VirtualScheduler scheduler_;
  std::vector<std::string> warnings_;
  announce::LeaderLabel label_{
      &api_, &scheduler_, {"ns", "me", "lock", "example.com/role", "leader"}, [this](const std::string& line) {
        warnings_.push_back(line);
      }};
  size_t seen_ = 0;
};

TEST_F(LeaderLabelTest, ALeaderTakesTheLabelOffTheOthersAndThenPutsItOnItself) {
  label_.OwnPodSeen(Pod("me", ""));
  Told(Leadership::STATE_LEADER);
  EXPECT_THAT(api_.Whats(), IsEmpty()) << "not in the call that tells";
  EXPECT_THAT(Sent(), ElementsAre(kList));
  api_.AnswerList({Pod("me", "leader"), Pod("former", "leader"), Pod("stranger", "leader", "other-lock")});
  EXPECT_THAT(Sent(), ElementsAre("unlabel former"));
  EXPECT_EQ(api_.requests.back().uid, "former-uid");
  api_.Answer();
  EXPECT_THAT(Sent(), ElementsAre("label me=leader"));
  EXPECT_EQ(api_.requests.back().uid, "me-uid");
  api_.Answer();
  label_.OwnPodSeen(Pod("me", "leader"));
  EXPECT_THAT(Sent(absl::Hours(1)), IsEmpty()) << "a settled leader writes nothing";
}

TEST_F(LeaderLabelTest, ItGoesWithLeadership) {
  Lead();
  Told(Leadership::STATE_STANDBY, Leadership::REASON_LOCK_LOST);
  EXPECT_THAT(Sent(), ElementsAre("unlabel me"));
  api_.Answer();
  label_.OwnPodSeen(Pod("me", ""));
  EXPECT_THAT(Sent(absl::Hours(1)), IsEmpty());
  Told(Leadership::STATE_LEADER);
  EXPECT_THAT(Sent(), ElementsAre(kList));
}

TEST_F(LeaderLabelTest, ItGoesFromAnIneligibleAndFromAnUnverifiedPod) {
  Lead();
  Told(Leadership::STATE_UNKNOWN, Leadership::REASON_API_UNREACHABLE);
  EXPECT_THAT(Sent(), ElementsAre("unlabel me"));
  api_.Answer();
  Told(Leadership::STATE_LEADER);
  Sent();
  api_.AnswerList({});
  EXPECT_THAT(Sent(), ElementsAre("label me=leader"));
  api_.Answer();
  Told(Leadership::STATE_INELIGIBLE);
  EXPECT_THAT(Sent(), ElementsAre("unlabel me"));
}

TEST_F(LeaderLabelTest, AStandbyThatStartsWithTheLabelOfAnEarlierTermRemovesIt) {
  Told(Leadership::STATE_UNKNOWN, Leadership::REASON_STARTING);
  label_.OwnPodSeen(Pod("me", "leader"));
  EXPECT_THAT(Sent(absl::Seconds(5)), IsEmpty()) << "it may lead yet";
  Told(Leadership::STATE_STANDBY, Leadership::REASON_ANOTHER_LEADS);
  EXPECT_THAT(Sent(), ElementsAre("unlabel me"));
}

TEST_F(LeaderLabelTest, AStandbyWithoutItWritesNothing) {
  Told(Leadership::STATE_STANDBY, Leadership::REASON_ANOTHER_LEADS);
  label_.OwnPodSeen(Pod("me", ""));
  label_.OwnPodSeen(Pod("me", "another-value"));
  EXPECT_THAT(Sent(absl::Hours(1)), IsEmpty());
}

// R10: nobody is to see the label go.
TEST_F(LeaderLabelTest, ABrokerThatRestartsBesideALeaderLeavesTheLabelOn) {
  Told(Leadership::STATE_UNKNOWN, Leadership::REASON_STARTING);
  label_.OwnPodSeen(Pod("me", "leader"));
  Told(Leadership::STATE_STANDBY, Leadership::REASON_CONFIRMING);
  EXPECT_THAT(Sent(absl::Seconds(5)), IsEmpty());
  Told(Leadership::STATE_LEADER, Leadership::REASON_ADOPTED);
  EXPECT_THAT(Sent(), ElementsAre(kList));
  api_.AnswerList({Pod("me", "leader")});
  EXPECT_THAT(Sent(absl::Hours(1)), IsEmpty());
}

TEST_F(LeaderLabelTest, WhatSomebodyTakesOffIsPutOnAgainAndEverMoreSlowly) {
  Lead();
  absl::Duration waited = absl::ZeroDuration();
  for (int i = 0; i < 12; ++i) {
    label_.OwnPodSeen(Pod("me", ""));
    const absl::Duration before = scheduler_.Now().boot;
    while (Sent().empty()) scheduler_.Advance(absl::Seconds(1));
    waited = scheduler_.Now().boot - before;
    EXPECT_EQ(api_.Whats().back(), "label me=leader");
    api_.Answer();
    label_.OwnPodSeen(Pod("me", "leader"));
  }
  EXPECT_GE(waited, absl::Minutes(2));
}

TEST_F(LeaderLabelTest, ANewPodOfTheSameNameIsNotMine) {
  Lead();
  kube::Pod other = Pod("me", "");
  other.mutable_metadata()->set_uid("other-uid");
  label_.OwnPodSeen(other);
  EXPECT_THAT(Sent(absl::Hours(1)), IsEmpty());
}

TEST_F(LeaderLabelTest, OneThatCannotBeStrippedHoldsNothingUpAndIsTriedAgain) {
  label_.OwnPodSeen(Pod("me", ""));
  Told(Leadership::STATE_LEADER);
  Sent();
  api_.AnswerList({Pod("former", "leader")});
  ASSERT_THAT(Sent(), ElementsAre("unlabel former"));
  api_.Answer(absl::StatusCode::kUnavailable);
  EXPECT_THAT(Sent(), ElementsAre("label me=leader"));
  api_.Answer();
  EXPECT_THAT(Sent(absl::Seconds(5)), ElementsAre(kList));
  api_.AnswerList({Pod("former", "leader")});
  EXPECT_THAT(Sent(), ElementsAre("unlabel former"));
  api_.Answer(absl::StatusCode::kNotFound);
  EXPECT_THAT(Sent(absl::Hours(1)), IsEmpty());
}

TEST_F(LeaderLabelTest, WithoutAListItLabelsItselfAllTheSame) {
  label_.OwnPodSeen(Pod("me", ""));
  Told(Leadership::STATE_LEADER);
  Sent();
  api_.AnswerList({}, absl::UnavailableError("away"));
  EXPECT_THAT(Sent(), ElementsAre("label me=leader"));
}

TEST_F(LeaderLabelTest, WithoutTheRightItWarnsOnceAndTriesOnEverMoreSlowly) {
  label_.OwnPodSeen(Pod("me", ""));
  Told(Leadership::STATE_LEADER);
  Sent();
  api_.AnswerList({});
  int tries = 0;
  for (int minute = 0; minute < 60; ++minute) {
    for (const std::string& sent : Sent(absl::Minutes(1))) {
      EXPECT_EQ(sent, "label me=leader");
      ++tries;
      api_.Answer(absl::StatusCode::kPermissionDenied, "cannot patch pods");
    }
  }
  EXPECT_THAT(warnings_, ElementsAre(AllOf(HasSubstr("cannot patch pods"), HasSubstr("verb patch on pods"))));
  EXPECT_GE(tries, 10);
  EXPECT_LE(tries, 25);
}

TEST_F(LeaderLabelTest, ALossWhileTheLabelIsBeingSetTakesItOffAtOnce) {
  label_.OwnPodSeen(Pod("me", ""));
  Told(Leadership::STATE_LEADER);
  Sent();
  api_.AnswerList({Pod("former", "leader")});
  Sent();
  api_.Answer();
  ASSERT_THAT(Sent(), ElementsAre("label me=leader"));
  Told(Leadership::STATE_STANDBY, Leadership::REASON_LOCK_LOST);
  EXPECT_THAT(Sent(), IsEmpty()) << "one request at a time";
  api_.Answer();
  EXPECT_THAT(Sent(), ElementsAre("unlabel me"));
}

TEST_F(LeaderLabelTest, ALossWhileTheOthersAreListedStripsNobody) {
  label_.OwnPodSeen(Pod("me", ""));
  Told(Leadership::STATE_LEADER);
  Sent();
  Told(Leadership::STATE_STANDBY, Leadership::REASON_LOCK_LOST);
  api_.AnswerList({Pod("successor", "leader")});
  EXPECT_THAT(Sent(absl::Hours(1)), IsEmpty());
}

TEST_F(LeaderLabelTest, APodThatIsGoneIsLeftAlone) {
  Lead();
  Told(Leadership::STATE_INELIGIBLE);
  ASSERT_THAT(Sent(), ElementsAre("unlabel me"));
  api_.Answer(absl::StatusCode::kNotFound);
  EXPECT_THAT(Sent(absl::Hours(1)), IsEmpty());
}

}  // namespace
}  // namespace leadership_broker::testing
