#include "server/election/step_down.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

#include "server/election/pod_condition.h"

namespace leadership_broker::election {
namespace {

using leadership::v1::Leadership;

absl::Status MayBeAsked(const Leadership& told) {
  switch (told.state()) {
    case Leadership::STATE_LEADER:
      return absl::OkStatus();
    case Leadership::STATE_UNKNOWN:
      return absl::UnavailableError(absl::StrCat("it is not known whether this pod leads: ", told.message()));
    default:
      return absl::FailedPreconditionError(
          absl::StrCat("this pod does not lead, so there is nothing to give up: ", told.message()));
  }
}

// As the API has it for a caller, to whom it makes no difference how exactly the API server is in trouble.
absl::Status ForCaller(const kube::Outcome& outcome) {
  const absl::string_view message = outcome.status.message();
  switch (outcome.status.code()) {
    case absl::StatusCode::kOk:
    case absl::StatusCode::kAborted:
      return outcome.status;
    case absl::StatusCode::kPermissionDenied:
      return absl::PermissionDeniedError(
          absl::StrCat(message, "; a Role has to give the broker the verb delete on pods"));
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kInvalidArgument:
      return absl::FailedPreconditionError(message);
    default:
      return absl::UnavailableError(message);
  }
}

}  // namespace

StepDown::StepDown(kube::Api* api, loop::Scheduler* scheduler, Options options, Candidate candidate)
    : api_(api),
      scheduler_(scheduler),
      options_(std::move(options)),
      candidate_(std::move(candidate)),
      downtime_(options_.after) {}

void StepDown::OwnPodSeen(const std::optional<kube::Pod>& pod, std::optional<absl::Duration> read_sent) {
  alive_ = pod.has_value() && !pod->metadata().has_deletion_timestamp() && !InTerminalPhase(*pod);
  if (read_sent.has_value()) last_read_ = std::max(last_read_, *read_sent);
  if (alive_) downtime_.See(*pod, scheduler_->Now().boot);
  Decide();
}

void StepDown::OwnPodLost() {
  downtime_.Lose(scheduler_->Now().boot);
  Decide();
}

void StepDown::Ask(const Leadership& told, Answer answer) {
  if (absl::Status status = MayBeAsked(told); !status.ok()) return answer(status);
  // It has been asked for already, by whomever.
  if (!alive_) return answer(absl::OkStatus());
  answers_.push_back(std::move(answer));
  if (deleting_) return;
  Delete(told.self().uid(), absl::StrCat("it was asked to give up the lock ", told.lock().name()));
}

void StepDown::Decide() {
  timer_.reset();
  if (options_.after == absl::InfiniteDuration() || deleting_ || !alive_) return;
  const absl::Duration now = scheduler_->Now().boot;
  const absl::Duration due = downtime_.Due();
  if (now < due) {
    confirming_since_.reset();
    return WakeAt(due);
  }
  const std::string uid = candidate_.leading_uid();
  // A standby harms nobody. It is looked at again when it comes to lead.
  if (uid.empty()) return confirming_since_.reset();
  // What the watch showed last may be long past: only a read from after the time was up is believed.
  if (confirming_since_.has_value() && last_read_ >= *confirming_since_) {
    confirming_since_.reset();
    return Delete(uid, absl::StrCat("it leads, and its ", downtime_.Why(), " has not been running for ",
                                    absl::FormatDuration(options_.after), " (--step-down-after)"));
  }
  if (now >= not_before_) {
    confirming_since_ = now;
    not_before_ = now + backoff_.Next(now, scheduler_->Random());
    candidate_.read_own_pod();
  }
  WakeAt(not_before_);
}

void StepDown::WakeAt(absl::Duration when) {
  if (when == absl::InfiniteDuration()) return;
  timer_ = scheduler_->After(when - scheduler_->Now().boot, [this] { Decide(); });
}

void StepDown::Delete(const std::string& uid, const std::string& why) {
  candidate_.warn(absl::StrCat("deleting this pod: ", why));
  deleting_ = true;
  request_ = api_->DeletePod(options_.namespace_name, options_.pod_name, {uid, ""},
                             [this, uid, why](const kube::WriteAnswer& answer) { Answered(uid, why, answer.outcome); });
}

void StepDown::Answered(const std::string& uid, const std::string& why, const kube::Outcome& outcome) {
  deleting_ = false;
  if (outcome.ok()) {
    candidate_.happened({Happened::Kind::kSteppedDown, {options_.pod_name, uid, ""}, {}, why});
  } else {
    candidate_.warn(absl::StrCat("this pod was not deleted: ", outcome.status.message()));
  }
  const absl::Status status = ForCaller(outcome);
  for (const Answer& answer : std::exchange(answers_, {})) answer(status);
  candidate_.answered(outcome);
  Decide();
}

}  // namespace leadership_broker::election
