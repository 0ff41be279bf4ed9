#include "server/election/step_down.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/harness/virtual_scheduler.h"
#include "tests/unit/election/app_pods.h"
#include "tests/unit/election/silent_api.h"

namespace leadership_broker::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr absl::Duration kLimit = absl::Minutes(5);

// Keeps what is to be deleted, for the test to answer.
class DeletionApi : public SilentApi {
 public:
  struct Deletion {
    std::string pod;
    std::string uid;
    kube::WriteCallback callback;
  };

  loop::Handle DeletePod(const std::string& namespace_name, const std::string& name,
                         const kube::Precondition& precondition, kube::WriteCallback callback) override {
    deletions.push_back({namespace_name + "/" + name, precondition.uid, std::move(callback)});
    return nullptr;
  }
  void Answer(kube::Outcome outcome) { deletions.back().callback({std::move(outcome), {}}); }

  std::vector<Deletion> deletions;
};

class StepDownTest : public ::testing::Test {
 protected:
  StepDownTest() { StartAnew(kLimit); }

  void StartAnew(absl::Duration after) {
    step_down_.emplace(
        &api_, &scheduler_, election::StepDown::Options{"ns", "me", after},
        election::StepDown::Candidate{[this] { return leads_ ? "me-uid" : ""; }, [this] { ++reads_; },
                                      [this](const std::string& line) { said_.push_back(line); },
                                      [this](const kube::Outcome& outcome) { heard_.push_back(outcome.status.code()); },
                                      [this](const election::Happened& done) { done_.push_back(done); }});
  }

  void Watched(const std::optional<kube::Pod>& pod) { step_down_->OwnPodSeen(pod, std::nullopt); }
  // The answer to a read that was sent now.
  void Read(const std::optional<kube::Pod>& pod) { step_down_->OwnPodSeen(pod, scheduler_.Now().boot); }
  void Lead(bool leads) {
    leads_ = leads;
    step_down_->LeadershipTold();
  }

  static Leadership Told(Leadership::State state, const std::string& message = "") {
    Leadership told;
    told.mutable_lock()->set_name("lock");
    told.mutable_self()->set_uid("me-uid");
    told.set_state(state);
    told.set_message(message);
    return told;
  }
  void Ask(const Leadership& told) {
    step_down_->Ask(told, [this](const absl::Status& status) { answers_.push_back(status); });
  }
  std::vector<absl::StatusCode> Codes() const {
    std::vector<absl::StatusCode> codes;
    for (const absl::Status& answer : answers_) codes.push_back(answer.code());
    return codes;
  }

  DeletionApi api_;
  VirtualScheduler scheduler_;
  bool leads_ = true;
  int reads_ = 0;
  std::vector<std::string> said_;
  std::vector<absl::StatusCode> heard_;
  std::vector<election::Happened> done_;
  std::vector<absl::Status> answers_;
  std::optional<election::StepDown> step_down_;
};

// ---- On request.

TEST_F(StepDownTest, ALeaderThatIsAskedDeletesItsOwnPodAndAnswersWhatTheServerSaid) {
  Watched(RunningApp());
  Ask(Told(Leadership::STATE_LEADER));
  ASSERT_THAT(api_.deletions, SizeIs(1));
  EXPECT_EQ(api_.deletions[0].pod, "ns/me");
  EXPECT_EQ(api_.deletions[0].uid, "me-uid");
  EXPECT_THAT(answers_, IsEmpty()) << "not before it is accepted";
  EXPECT_THAT(said_, ElementsAre(HasSubstr("lock")));
  EXPECT_THAT(done_, IsEmpty());
  api_.Answer({});
  ASSERT_THAT(done_, SizeIs(1));
  EXPECT_EQ(done_[0].kind, election::Happened::Kind::kSteppedDown);
  EXPECT_EQ(done_[0].pod.uid, "me-uid");
  EXPECT_THAT(done_[0].why, HasSubstr("lock"));
  EXPECT_THAT(Codes(), ElementsAre(absl::StatusCode::kOk));
}

TEST_F(StepDownTest, WhoDoesNotLeadHasNothingToGiveUp) {
  Watched(RunningApp());
  Ask(Told(Leadership::STATE_STANDBY, "Pod other leads"));
  Ask(Told(Leadership::STATE_INELIGIBLE, "this pod has finished"));
  Ask(Told(Leadership::STATE_UNKNOWN, "no answer from the API server yet"));
  EXPECT_THAT(Codes(), ElementsAre(absl::StatusCode::kFailedPrecondition, absl::StatusCode::kFailedPrecondition,
                                   absl::StatusCode::kUnavailable));
  EXPECT_THAT(std::string(answers_[0].message()), HasSubstr("Pod other leads"));
  EXPECT_THAT(std::string(answers_[2].message()), HasSubstr("no answer"));
  EXPECT_THAT(api_.deletions, IsEmpty());
}

TEST_F(StepDownTest, APodThatIsBeingDeletedNeedsNoSecondDeletion) {
  Watched(Terminating(RunningApp()));
  Ask(Told(Leadership::STATE_LEADER));
  EXPECT_THAT(Codes(), ElementsAre(absl::StatusCode::kOk));
  EXPECT_THAT(api_.deletions, IsEmpty());
}

TEST_F(StepDownTest, ThoseWhoAskWhileItIsOutShareItsAnswerAndALaterOneAsksAgain) {
  Watched(RunningApp());
  Ask(Told(Leadership::STATE_LEADER));
  Ask(Told(Leadership::STATE_LEADER));
  EXPECT_THAT(api_.deletions, SizeIs(1));
  api_.Answer(Failure(absl::StatusCode::kUnavailable));
  EXPECT_THAT(Codes(), ElementsAre(absl::StatusCode::kUnavailable, absl::StatusCode::kUnavailable));
  EXPECT_THAT(heard_, ElementsAre(absl::StatusCode::kUnavailable));
  Ask(Told(Leadership::STATE_LEADER));
  EXPECT_THAT(api_.deletions, SizeIs(2));
}

TEST_F(StepDownTest, ARefusalSaysWhoseItIsInTheServersWords) {
  const std::pair<absl::StatusCode, absl::StatusCode> expected[] = {
      {absl::StatusCode::kPermissionDenied, absl::StatusCode::kPermissionDenied},
      // Gone, or another pod's, or not to be deleted by some policy's will: trying again does not help.
      {absl::StatusCode::kNotFound, absl::StatusCode::kFailedPrecondition},
      {absl::StatusCode::kInvalidArgument, absl::StatusCode::kFailedPrecondition},
      {absl::StatusCode::kAborted, absl::StatusCode::kAborted},
      // It does.
      {absl::StatusCode::kUnavailable, absl::StatusCode::kUnavailable},
      {absl::StatusCode::kUnauthenticated, absl::StatusCode::kUnavailable},
      {absl::StatusCode::kResourceExhausted, absl::StatusCode::kUnavailable},
      {absl::StatusCode::kInternal, absl::StatusCode::kUnavailable},
      {absl::StatusCode::kDataLoss, absl::StatusCode::kUnavailable}};
  Watched(RunningApp());
  for (const auto& [server, caller] : expected) {
    Ask(Told(Leadership::STATE_LEADER));
    api_.Answer(Failure(server, "in the server's words"));
    EXPECT_EQ(answers_.back().code(), caller) << server;
    EXPECT_THAT(std::string(answers_.back().message()), HasSubstr("in the server's words"));
  }
  EXPECT_THAT(std::string(answers_.front().message()), HasSubstr("delete on pods"));
  EXPECT_THAT(said_, SizeIs(2 * std::size(expected))) << "the log has each try and each failure";
}

// ---- By itself.

TEST_F(StepDownTest, ALeaderWhoseAppIsDownForTooLongMakesSureAndDeletesItsOwnPod) {
  Watched(WaitingApp());
  scheduler_.Advance(kLimit - absl::Milliseconds(1));
  EXPECT_EQ(reads_, 0);
  scheduler_.Advance(absl::Milliseconds(1));
  EXPECT_EQ(reads_, 1);
  EXPECT_THAT(api_.deletions, IsEmpty()) << "what the watch showed last may be long past";
  Read(WaitingApp());
  ASSERT_THAT(api_.deletions, SizeIs(1));
  EXPECT_EQ(api_.deletions[0].uid, "me-uid");
  EXPECT_THAT(said_, ElementsAre(AllOf(HasSubstr("container app (CrashLoopBackOff)"), HasSubstr("5m"))));
  api_.Answer({});
  Watched(Terminating(WaitingApp()));
  scheduler_.Advance(absl::Hours(1));
  EXPECT_THAT(api_.deletions, SizeIs(1)) << "a pod that is being deleted is left alone";
  EXPECT_EQ(reads_, 1);
}

TEST_F(StepDownTest, AReadThatShowsTheAppRunningSparesIt) {
  Watched(WaitingApp());
  scheduler_.Advance(kLimit);
  Read(RunningApp());
  scheduler_.Advance(absl::Hours(1));
  EXPECT_THAT(api_.deletions, IsEmpty());
  Watched(WaitingApp());
  scheduler_.Advance(kLimit - absl::Seconds(1));
  EXPECT_EQ(reads_, 1);
}

TEST_F(StepDownTest, AReadFromBeforeTheTimeWasUpConfirmsNothing) {
  Watched(WaitingApp());
  const absl::Duration early = scheduler_.Now().boot;
  scheduler_.Advance(kLimit);
  step_down_->OwnPodSeen(WaitingApp(), early);
  EXPECT_THAT(api_.deletions, IsEmpty());
  Read(WaitingApp());
  EXPECT_THAT(api_.deletions, SizeIs(1));
}

TEST_F(StepDownTest, AStandbyNeverStepsDownHoweverLongItsAppIsDown) {
  leads_ = false;
  Watched(WaitingApp());
  scheduler_.Advance(absl::Hours(10));
  Read(WaitingApp());
  EXPECT_EQ(reads_, 0);
  EXPECT_THAT(api_.deletions, IsEmpty());
}

TEST_F(StepDownTest, AStandbyWhoseAppIsDownAndThatComesToLeadStepsDownThen) {
  leads_ = false;
  Watched(WaitingApp());
  scheduler_.Advance(kLimit * 2);
  Lead(true);
  EXPECT_EQ(reads_, 1);
  Read(WaitingApp());
  EXPECT_THAT(api_.deletions, SizeIs(1));
}

TEST_F(StepDownTest, ALeaderThatLosesTheLockMeanwhileIsSpared) {
  Watched(WaitingApp());
  scheduler_.Advance(kLimit);
  Lead(false);
  Read(WaitingApp());
  scheduler_.Advance(absl::Hours(1));
  EXPECT_THAT(api_.deletions, IsEmpty());
}

TEST_F(StepDownTest, APodThatIsBeingDeletedOrHasFinishedOrIsGoneIsLeftAlone) {
  kube::Pod finished = EndedApp(1, "Never");
  finished.mutable_status()->set_phase("Failed");
  for (const std::optional<kube::Pod>& pod : {std::optional<kube::Pod>(Terminating(WaitingApp())),
                                              std::optional<kube::Pod>(finished), std::optional<kube::Pod>()}) {
    Watched(WaitingApp());
    scheduler_.Advance(kLimit / 2);
    Watched(pod);
    scheduler_.Advance(kLimit * 2);
    EXPECT_EQ(reads_, 0);
    StartAnew(kLimit);
  }
}

TEST_F(StepDownTest, WithoutTheFlagTheAppMayBeDownForEver) {
  StartAnew(absl::InfiniteDuration());
  Watched(WaitingApp());
  scheduler_.Advance(absl::Hours(1000));
  Read(WaitingApp());
  EXPECT_EQ(reads_, 0);
  EXPECT_EQ(scheduler_.Next(), absl::InfiniteDuration());
}

TEST_F(StepDownTest, TimeOutOfContactDoesNotCount) {
  Watched(WaitingApp());
  scheduler_.Advance(kLimit / 2);
  step_down_->OwnPodLost();
  scheduler_.Advance(kLimit / 2);
  Read(WaitingApp());
  EXPECT_EQ(reads_, 0);
  scheduler_.Advance(kLimit / 2);
  EXPECT_EQ(reads_, 1);
}

TEST_F(StepDownTest, ARestartedBrokerBeginsAnew) {
  Watched(WaitingApp());
  scheduler_.Advance(kLimit - absl::Seconds(1));
  StartAnew(kLimit);
  Watched(WaitingApp());
  scheduler_.Advance(kLimit - absl::Seconds(1));
  EXPECT_EQ(reads_, 0);
  scheduler_.Advance(absl::Seconds(1));
  EXPECT_EQ(reads_, 1);
}

TEST_F(StepDownTest, ItIsTriedAgainWithBackoffAndMadeSureOfAnewEachTime) {
  Watched(WaitingApp());
  scheduler_.Advance(kLimit);
  // Reads that are not answered.
  scheduler_.Advance(absl::Seconds(10));
  EXPECT_EQ(reads_, 4) << "after 1 s, 2 s, 4 s";
  Read(WaitingApp());
  ASSERT_THAT(api_.deletions, SizeIs(1));
  scheduler_.Advance(absl::Minutes(1));
  EXPECT_EQ(reads_, 4) << "as long as the deletion is out there is nothing to do";
  api_.Answer(Failure(absl::StatusCode::kPermissionDenied, "cannot delete pods \"me\""));
  EXPECT_THAT(said_, ElementsAre(HasSubstr("CrashLoopBackOff"), HasSubstr("cannot delete pods")));
  EXPECT_EQ(reads_, 5);
  EXPECT_THAT(api_.deletions, SizeIs(1)) << "the app may run by now";
  Read(WaitingApp());
  EXPECT_THAT(api_.deletions, SizeIs(2));
  api_.Answer(Failure(absl::StatusCode::kUnavailable));
  scheduler_.Advance(absl::Hours(1));
  EXPECT_GE(reads_, 5 + 30);
  EXPECT_LE(reads_, 5 + 70) << "every one to two minutes in the end";
}

TEST_F(StepDownTest, WhoAsksWhileItIsDoneByItselfSharesTheAnswer) {
  Watched(WaitingApp());
  scheduler_.Advance(kLimit);
  Read(WaitingApp());
  Ask(Told(Leadership::STATE_LEADER));
  EXPECT_THAT(api_.deletions, SizeIs(1));
  api_.Answer({});
  EXPECT_THAT(Codes(), ElementsAre(absl::StatusCode::kOk));
}

}  // namespace
}  // namespace leadership_broker::testing
