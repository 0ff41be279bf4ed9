// R8, opt-in: an unreachable leader's lock is taken over. Its pod is deleted, its lock is marked as released, which
// ends its leadership, and once its app must have stopped by itself the lock is removed.
//
// What was done is told by the objects alone, so that any standby goes on where another stopped.
#include <algorithm>

#include "absl/strings/str_cat.h"

#include "server/election/election.h"

namespace leadership_broker::election {

using leadership::v1::Leadership;

void Election::On(const NodeSeen& event) {
  if (event.name != unreachable_.node()) return;
  if (event.read_sent.has_value()) {
    unreachable_.NodeRead(event.node, *event.read_sent);
  } else {
    unreachable_.Watched(event.node, now_, options_.create_spread * random_());  // R14
  }
}

void Election::On(const NodeUnwatched& event) {
  if (event.name == unreachable_.node()) unreachable_.Unwatched();
}

void Election::On(const HolderDeleteAnswered& event) {
  writing_ = false;
  TellRemoval(event.outcome);
  trust_.Heard(event.outcome, now_.boot);
  // Gone, or another by now: the watch of the pod says so.
  if (absl::IsNotFound(event.outcome.status) || absl::IsAborted(event.outcome.status)) {
    troubles_.Over(Activity::kHolderDelete);
  } else {
    troubles_.Heard(Activity::kHolderDelete, "", event.outcome);
  }
  // The next round of reads shows what has come of it.
  Retry(&take_over_backoff_, event.outcome, &take_over_not_before_);
}

const Lock* Election::LockToTakeOver() const {
  const Lock* lock = view_.newest();
  if (!unreachable_.enabled() || self_ != Self::kEligible || lock == nullptr || lock->form != Lock::Form::kHeld ||
      lock->being_deleted || lock->holder.uid == options_.self.uid) {
    return nullptr;
  }
  const PodCondition holder = HolderCondition();  // R7 sees to those that have ended
  return holder == PodCondition::kEnded || holder == PodCondition::kGone ? nullptr : lock;
}

void Election::NoteMark() {
  const Lock* lock = view_.newest();
  if (lock == nullptr || !IsReleased(*lock)) {
    marked_.clear();
  } else if (marked_ != lock->uid) {
    marked_ = lock->uid;
    marked_at_ = now_.boot;
  }
}

void Election::FollowNode() {
  const Lock* lock = LockToTakeOver();
  const std::string before = unreachable_.node();
  // A mark cannot be taken back, whatever becomes of the node.
  if (lock == nullptr || IsReleased(*lock)) {
    unreachable_.Follow("", "", now_);
  } else {
    const auto holder = seen_pods_.find(lock->holder.uid);
    unreachable_.Follow(lock->uid, holder == seen_pods_.end() ? "" : holder->second.node, now_);
  }
  // It is read no more, so that no answer would end a trouble with that.
  if (!unreachable_.since().has_value()) troubles_.Over(Activity::kHolderRead);
  if (unreachable_.node() == before) return;
  troubles_.Over(Activity::kNodeList);
  troubles_.Over(Activity::kNodeWatch);
}

absl::Duration Election::RemovableAt(const Lock& lock) const {
  // Who may mark a lock that names no limit is its holder, before it has led under it.
  if (lock.unverified_limit == absl::InfiniteDuration()) return now_.boot;
  return (marked_ == lock.uid ? marked_at_ : now_.boot) + RemovalWait(lock.unverified_limit);
}

absl::Duration Election::TakeOverDue() const {
  const Lock* lock = LockToTakeOver();
  if (lock == nullptr) return absl::InfiniteDuration();
  if (IsReleased(*lock)) {
    // Of a lock without a limit nobody knows how long its holder's app goes on.
    if (lock->unverified_limit == absl::InfiniteDuration()) return absl::InfiniteDuration();
    return std::max(RemovableAt(*lock), take_over_not_before_);
  }
  if (!Stands() || !unreachable_.Obstacle(*lock).empty()) return absl::InfiniteDuration();
  return std::max(unreachable_.NextAsk(), take_over_not_before_);
}

void Election::DecideTakingOver() {
  const Lock* lock = LockToTakeOver();
  if (lock == nullptr || !connected_ || writing_) return;
  const bool due = TakeOverDue() <= now_.boot;
  const kube::Precondition precondition{lock->uid, lock->resource_version};
  if (IsReleased(*lock)) {
    if (!due) return;
    WillTell(Happened::Kind::kReleasedLockRemoved, *lock);
    writing_ = true;
    actions_.push_back(DeleteLock{precondition});
  } else if (unreachable_.Confirmed(lock->holder, last_read_, now_.boot)) {
    unreachable_.Spend();
    writing_ = true;
    if (unreachable_.pod_is_terminating()) {
      actions_.push_back(ReleaseLock{precondition, lock->holder.uid});
    } else {
      WillTell(Happened::Kind::kUnreachableLeaderDeleted, *lock);
      actions_.push_back(DeleteHolder{lock->holder});
    }
  } else if (due) {
    // Unless the last round was made use of, something does not agree, or is not answered.
    if (unreachable_.unspent()) Retry(&take_over_backoff_, kube::Outcome{}, &take_over_not_before_);
    unreachable_.Ask(now_.boot);
    actions_.push_back(ReadNode{});
    actions_.push_back(ReadPod{lock->holder.uid});
  }
}

Election::Assessment Election::AssessReleased(const Lock& lock) const {
  Assessment result{Leadership::STATE_STANDBY, Leadership::REASON_NOBODY_LEADS, "", &lock};
  result.message = absl::StrCat("the lock of Pod ", lock.holder.name, " (", lock.holder.uid,
                                ") is marked as released, and is about to be removed");
  return result;
}

std::string Election::DescribeUnreachable(const Lock& lock) const {
  const loop::Instant since = *unreachable_.since();
  const auto time = [](absl::Time at) { return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", at, absl::UTCTimeZone()); };
  std::string text =
      absl::StrCat(", but its node ", unreachable_.node(), " cannot be reached since ", time(since.wall), "; ");
  const std::string obstacle = unreachable_.Obstacle(lock);
  if (!obstacle.empty()) {
    absl::StrAppend(&text, obstacle);
  } else if (!Stands()) {
    absl::StrAppend(&text, "its lock can be taken over once somebody calls Become");
  } else {
    absl::StrAppend(&text, "if that lasts, its pod is deleted and its lock taken over from ",
                    time(since.wall + (unreachable_.RipeAt() - since.boot)), " on");
  }
  return text;
}

}  // namespace leadership_broker::election
