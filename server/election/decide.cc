// What follows from what is known: what to ask, what to write, and when to look again.
#include <algorithm>
#include <utility>

#include "server/election/election.h"

namespace leadership_broker::election {
namespace {

constexpr absl::Duration kOwnPodReadRetry = absl::Seconds(2);

}  // namespace

void Election::Retry(kube::Backoff* backoff, const kube::Outcome& outcome, absl::Duration* not_before) {
  *not_before = now_.boot + backoff->Next(now_.boot, random_(), outcome.retry_after);
}

bool Election::Stands() const { return self_ == Self::kEligible && (!options_.on_request || requested_); }

bool Election::MayTell() const {
  if (!held_.has_value() || !connected_) return false;
  // R16c: the watch itself has come to our lock, and nobody who led before may still act.
  const Lock* lock = view_.watched();
  if (!IsMine(lock) || lock->uid != held_->uid || !candidates_known_ || !suspects_.empty()) return false;
  // A read has shown an edit that the watch has not come to, and with it who else may have had the lock.
  const Lock* newest = view_.newest();
  if (newest == nullptr || newest->version > lock->version) return false;
  // What may be marked as given up is given up, whoever waits now.
  if (IsReleased(*lock) || held_->uid == given_up_) return false;
  if (trust_.refused() || !trust_.Fresh(now_.boot)) return false;
  if (self_ == Self::kTerminating) return LeadsOnDying();
  return self_ == Self::kEligible && (GoesOn() || Stands());
}

void Election::DecideTelling() {
  if (self_ == Self::kEnded || self_ == Self::kNotFound) told_.clear();
  if (!told_.empty() || !MayTell()) return;
  led_ = told_ = held_->uid;
  lost_ = false;
}

void Election::DecideReading() {
  // R2: a lock in our name that no answer of ours accounts for, e.g. of a create that was given up as lost.
  const bool unproven = IsMine(view_.newest()) && !held_.has_value() && !creating_;
  // Without a watch, nothing else would come to the lock that was just won before the next poll.
  const bool unreached =
      polling_ && held_.has_value() && (view_.watched() == nullptr || view_.watched()->uid != held_->uid);
  // While its token is refused nothing is sent that could show that it is taken again, unless it is asked for.
  const bool wanted = connected_ && (unsettled_since_.has_value() || unproven || unreached || warm_up_ ||
                                     trust_.refused() || unreachable_.WantsLock(last_read_, now_.boot));
  // R9: the limit counts from a read; also while the watch is broken, since a read may get through.
  const bool due = held_.has_value() && trust_.NextRead() <= now_.boot;
  if (read_in_flight_ || !(wanted || due) || (!due && now_.boot < read_not_before_)) return;
  read_in_flight_ = true;
  warm_up_ = false;
  trust_.ReadStarted(now_.boot);
  actions_.push_back(ReadTheLock{});
}

void Election::DecideReadingOwnPod() {
  if (!in_doubt_since_.has_value() || now_.boot < own_read_at_) return;
  own_read_at_ = now_.boot + kOwnPodReadRetry;
  actions_.push_back(ReadOwnPod{});
}

absl::Duration Election::CandidatesDue() const {
  // Nothing hangs on it while another leads and lives, so those who came at one moment do not all ask at that moment:
  // each answer is as long as they are many.
  const Lock* lock = view_.newest();
  const bool can_wait = lock != nullptr && !held_.has_value() && !lock->being_deleted &&
                        lock->holder.uid != options_.self.uid && HolderCondition() == PodCondition::kAlive;
  return can_wait ? std::max(candidates_not_before_, candidates_spread_until_) : candidates_not_before_;
}

void Election::DecideCandidates() {
  const bool held_untold = held_.has_value() && told_.empty();
  const bool wanted = candidates_wanted_ || held_untold || (view_.newest() == nullptr && Stands());
  if (candidates_known_ || !wanted || listing_candidates_ || !connected_ || !view_.known()) return;
  if (now_.boot < CandidatesDue()) return;
  listing_candidates_ = true;
  list_is_stale_ = false;
  actions_.push_back(ListCandidates{});
}

bool Election::MayCreate() const {
  return connected_ && !in_doubt_since_.has_value() && view_.known() && view_.newest() == nullptr &&
         view_.watched() == nullptr && !held_.has_value() && Stands() && !creating_ && !unsettled_since_.has_value() &&
         candidates_known_ && suspects_.empty() && !trust_.refused();
}

void Election::DecideCreating() {
  if (!MayCreate()) return;
  if (options_.create_spread > absl::ZeroDuration() && !std::exchange(spread_drawn_, true)) {
    create_not_before_ = std::max(create_not_before_, now_.boot + options_.create_spread * random_());  // R14
  }
  if (now_.boot < create_not_before_) return;
  creating_ = true;
  created_any_ = true;
  actions_.push_back(CreateLock{MakeLock(
      {options_.namespace_name, options_.lock_name, options_.self, options_.unverified_limit, options_.version})});
}

void Election::WillTell(Happened::Kind kind, const Lock& lock) {
  if (lock.holder.uid == options_.self.uid) return;
  removing_ = Happened{kind, lock.holder, {lock.uid, lock.resource_version}};
}

void Election::TellRemoval(const kube::Outcome& outcome) {
  if (removing_.has_value() && outcome.ok()) actions_.push_back(*std::move(removing_));
  removing_.reset();
}

PodCondition Election::HolderCondition() const {
  const Lock* lock = view_.newest();
  if (lock == nullptr || lock->form == Lock::Form::kInvalid) return PodCondition::kAlive;
  auto seen = seen_pods_.find(lock->holder.uid);
  return seen == seen_pods_.end() ? PodCondition::kAlive : seen->second.condition;
}

void Election::DecideClearing() {
  const Lock* lock = view_.newest();
  const PodCondition holder = HolderCondition();
  const bool ended = lock != nullptr && lock->holder.uid != options_.self.uid && !lock->being_deleted &&
                     (holder == PodCondition::kEnded || holder == PodCondition::kGone);
  if (!ended || self_ != Self::kEligible) {
    clearing_.clear();
    return;
  }
  if (clearing_ != lock->uid) {
    clearing_ = lock->uid;
    clear_at_ = now_.boot + options_.create_spread * random_() +
                (holder == PodCondition::kGone ? options_.orphan_grace : absl::ZeroDuration());  // R7
  }
  if (now_.boot < clear_at_ || writing_ || !connected_) return;
  WillTell(holder == PodCondition::kGone ? Happened::Kind::kOrphanedLockRemoved : Happened::Kind::kEndedLeaderCleared,
           *lock);
  writing_ = true;
  actions_.push_back(DeleteLock{{lock->uid, lock->resource_version}});
}

void Election::DecideWithdrawing() {
  const Lock* lock = view_.newest();
  const std::string before = std::exchange(withdrawing_, "");
  if (!held_.has_value() || !told_.empty() || !IsMine(lock) || lock->uid != held_->uid) return;
  const bool released = lock->released_by == options_.self.uid;
  const bool unwanted = options_.on_request && !requested_ && !GoesOn() && self_ == Self::kEligible;
  if (!released && !unwanted && lock->uid != given_up_) return;
  withdrawing_ = lock->uid;
  if (before != withdrawing_) clear_at_ = now_.boot;
  // One under which this pod may have led is left for as long as its app may still believe that.
  if (released && GoesOn()) clear_at_ = std::max(clear_at_, RemovableAt(*lock));
  if (now_.boot < clear_at_ || writing_ || !connected_) return;
  writing_ = true;
  const kube::Precondition precondition{lock->uid, lock->resource_version};
  // Others saw us hold it. The mark tells them that we never led under it, so that they need not wait for our end
  // (R16a).
  if (released) {
    actions_.push_back(DeleteLock{precondition});
  } else {
    given_up_ = lock->uid;
    actions_.push_back(ReleaseLock{precondition, options_.self.uid});
  }
}

std::vector<PodRef> Election::TrackedPods() const {
  std::vector<PodRef> pods = suspects_.Tracked();
  for (const Lock* lock : {view_.watched(), view_.newest()}) {
    if (lock == nullptr || lock->form == Lock::Form::kInvalid || lock->holder.uid == options_.self.uid) continue;
    const bool known =
        std::any_of(pods.begin(), pods.end(), [&](const PodRef& pod) { return pod.uid == lock->holder.uid; });
    if (!known) pods.push_back(lock->holder);
  }
  return pods;
}

absl::Duration Election::Deadline() const {
  absl::Duration deadline = absl::InfiniteDuration();
  // What is not ahead was done in the last step, or waits for something other than the time.
  const auto ahead = [&](absl::Duration when) {
    if (when > now_.boot) deadline = std::min(deadline, when);
  };
  ahead(suspects_.NextDrop());
  if (MayCreate()) ahead(create_not_before_);
  if (!clearing_.empty() || !withdrawing_.empty()) ahead(clear_at_);
  ahead(read_not_before_);
  if (in_doubt_since_.has_value()) ahead(own_read_at_);
  ahead(candidates_not_before_);
  if (candidates_wanted_) ahead(CandidatesDue());
  ahead(TakeOverDue());
  if (held_.has_value()) {
    ahead(trust_.TrustedUntil());
    ahead(trust_.NextRead());
  }
  return deadline;
}

}  // namespace leadership_broker::election
