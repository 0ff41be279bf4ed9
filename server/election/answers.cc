// What the answers to the election's own requests teach: whether they were done, and what has to be asked now.
#include <utility>

#include "server/election/election.h"

namespace leadership_broker::election {
namespace {

// R16b: how long after its deletionTimestamp a pod is waited for that was never seen to hold the lock.
constexpr absl::Duration kCandidateSuspicion = absl::Seconds(10);

// 409, a broken connection, a server error, or an answer that cannot be read: the lock may have been created (R3).
bool IsAmbiguous(const kube::Outcome& outcome) {
  switch (outcome.status.code()) {
    case absl::StatusCode::kUnauthenticated:
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kResourceExhausted:
      return false;
    default:
      return true;
  }
}

bool IsConflict(const kube::Outcome& outcome) {
  return absl::IsAlreadyExists(outcome.status) || absl::IsAborted(outcome.status);
}

}  // namespace

void Election::On(const CreateAnswered& event) {
  creating_ = false;
  const kube::Outcome& outcome = event.answer.outcome;
  trust_.Heard(outcome, now_.boot);
  if (IsConflict(outcome)) {
    troubles_.Over(Activity::kCreate);
  } else {
    troubles_.Heard(Activity::kCreate, "", outcome);
  }
  if (outcome.ok()) {
    const Lock lock = ReadLock(event.answer.object);
    TakeEvidence(&lock, lock.version, /*adopted=*/false);
    if (held_.has_value() && held_->uid == lock.uid) {
      conflicts_ = 0;
      Verified(event.sent);
      return;
    }
    // It has gone already, perhaps with this pod (R16).
    in_doubt_since_ = own_read_at_ = now_.boot;
  }
  if (outcome.ok() || IsAmbiguous(outcome)) unsettled_since_ = now_.boot;
  // A refusal once is the ordinary end of a race; to be refused again and again with no lock in sight is not.
  if (!outcome.ok() && (!IsConflict(outcome) || ++conflicts_ > 1))
    Retry(&create_backoff_, outcome, &create_not_before_);
}

void Election::On(const DeleteAnswered& event) {
  writing_ = false;
  TellRemoval(event.outcome);
  trust_.Heard(event.outcome, now_.boot);
  const bool settled = absl::IsNotFound(event.outcome.status) || absl::IsAborted(event.outcome.status);
  if (settled) {
    unsettled_since_ = now_.boot;  // R6
    troubles_.Over(Activity::kDelete);
  } else {
    troubles_.Heard(Activity::kDelete, "", event.outcome);
  }
  // When it has gone the watch says so; until then it is tried again.
  Retry(&clear_backoff_, event.outcome, &clear_at_);
  take_over_not_before_ = clear_at_;
}

void Election::On(const ReleaseAnswered& event) {
  writing_ = false;
  const kube::Outcome& outcome = event.answer.outcome;
  trust_.Heard(outcome, now_.boot);
  if (absl::IsNotFound(outcome.status) || absl::IsAborted(outcome.status)) {
    unsettled_since_ = now_.boot;
    troubles_.Over(Activity::kRelease);
  } else {
    troubles_.Heard(Activity::kRelease, "", outcome);
  }
  if (!outcome.ok()) {
    Retry(&clear_backoff_, outcome, &clear_at_);
    take_over_not_before_ = clear_at_;
    return;
  }
  const Lock lock = ReadLock(event.answer.object);
  view_.Read(lock, lock.version);
}

void Election::On(const CandidatesListed& event) {
  listing_candidates_ = false;
  const kube::Outcome& outcome = event.listing.outcome;
  trust_.Heard(outcome, now_.boot);
  troubles_.Heard(Activity::kCandidates, "", outcome);
  if (!outcome.ok()) {
    Retry(&candidates_backoff_, outcome, &candidates_not_before_);
    return;
  }
  if (std::exchange(list_is_stale_, false)) return;
  const Lock* lock = view_.newest();
  for (const kube::Pod& pod : event.listing.items) {
    const PodRef candidate{pod.metadata().name(), pod.metadata().uid(), pod.spec().node_name()};
    if (candidate.uid == options_.self.uid || !IsCandidateFor(pod, options_.lock_name)) continue;
    if (ConditionOf(candidate.uid, pod) != PodCondition::kTerminating) continue;
    // Whoever was asked to go only after our lock was made has not led since.
    if (IsMine(lock) && DeletionBegan(pod) > lock->creation_time) continue;
    const absl::Duration left =
        outcome.server_time == absl::InfinitePast()
            ? absl::Seconds(pod.metadata().deletion_grace_period_seconds())
            : absl::FromUnixSeconds(pod.metadata().deletion_timestamp().seconds()) - outcome.server_time;
    suspects_.AddCandidate(candidate, now_.boot + left + kCandidateSuspicion);
  }
  suspects_.DropUntil(now_.boot);
  candidates_known_ = true;
  candidates_wanted_ = false;
}

}  // namespace leadership_broker::election
