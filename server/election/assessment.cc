// What is told: the state, the reason, and a sentence a person can act on.
#include "absl/strings/str_cat.h"

#include "server/election/election.h"
#include "server/status/set_time.h"

namespace leadership_broker::election {

using leadership::v1::Leadership;
using status::SetTime;

namespace {

std::string Name(const PodRef& pod) { return absl::StrCat("Pod ", pod.name, " (", pod.uid, ")"); }

void SetPod(const PodRef& from, leadership::v1::Pod* pod) {
  pod->set_name(from.name);
  pod->set_uid(from.uid);
  pod->set_node(from.node);
}

}  // namespace

Election::Assessment Election::AssessHeld(const Lock& lock) const {
  Assessment result{Leadership::STATE_STANDBY, Leadership::REASON_CONFIRMING, "", &lock};
  if (!told_.empty()) {
    if (!trust_.Fresh(now_.boot)) {
      result.state = Leadership::STATE_UNKNOWN;
      result.reason = Leadership::REASON_API_UNREACHABLE;
      result.message = "this pod holds the lock, but that was not confirmed within --unverified-limit";
      return result;
    }
    result.state = Leadership::STATE_LEADER;
    result.token = held_->token;
    result.name_leader = true;
    if (self_ == Self::kTerminating) {
      result.reason = Leadership::REASON_POD_TERMINATING;
      result.message = "this pod leads; it is being deleted, and leads until it is gone";
    } else if (held_->adopted) {
      result.reason = Leadership::REASON_ADOPTED;
      result.message = "this pod held the lock already when the broker started, and leads until it is destroyed";
    } else {
      result.reason = Leadership::REASON_WON;
      result.message = "this pod created the lock and leads until it is destroyed";
    }
    return result;
  }
  if (IsReleased(lock) && GoesOn()) {
    result.reason = Leadership::REASON_LOCK_LOST;
    result.message =
        "this pod led until its lock was marked as released: another pod takes it over, since this pod's node could "
        "not be reached";
    if (self_ == Self::kTerminating) result.state = Leadership::STATE_INELIGIBLE;
  } else if (self_ == Self::kTerminating && !LeadsOnDying()) {
    result.state = Leadership::STATE_INELIGIBLE;
    result.reason = Leadership::REASON_POD_TERMINATING;
    result.message = "this pod is being deleted and does not stand, although a lock was still created in its name";
  } else if (!suspects_.empty()) {
    result.reason = Leadership::REASON_PREDECESSOR;
    result.message = absl::StrCat(
        "this pod holds the lock, and waits to lead until these have ended, which may still act as "
        "leader: ",
        suspects_.Names());
  } else {
    result.message = "the lock is in this pod's name; the broker makes sure of it before it says that the pod leads";
  }
  return result;
}

Election::Assessment Election::AssessOther(const Lock& lock) const {
  Assessment result{Leadership::STATE_STANDBY, Leadership::REASON_ANOTHER_LEADS, "", &lock};
  if (lock.being_deleted) {
    result.reason = lost_ ? Leadership::REASON_LOCK_LOST : Leadership::REASON_NOBODY_LEADS;
    result.message = absl::StrCat("the lock of ", Name(lock.holder), " is being deleted");
    return result;
  }
  const PodCondition holder = HolderCondition();
  if (holder == PodCondition::kEnded || holder == PodCondition::kGone) {
    result.reason = Leadership::REASON_LEADER_GONE;
    result.message = absl::StrCat(Name(lock.holder), " held the lock and has ended; its lock is about to be removed");
    return result;
  }
  if (lock.form != Lock::Form::kHeld) {
    result.state = Leadership::STATE_UNKNOWN;
    result.reason = Leadership::REASON_LOCK_INVALID;
    result.message = absl::StrCat("ConfigMap ", options_.namespace_name, "/", options_.lock_name,
                                  " is no lock: ", lock.flaw, ". It is left alone; mend or delete it");
    return result;
  }
  if (IsReleased(lock)) return AssessReleased(lock);
  result.name_leader = true;
  result.token = other_.has_value() && other_->lock_uid == lock.uid ? other_->token : lock.version;
  result.message = absl::StrCat(Name(lock.holder), " leads");
  if (LockToTakeOver() != nullptr && unreachable_.since().has_value()) {
    result.reason = Leadership::REASON_LEADER_UNREACHABLE;
    absl::StrAppend(&result.message, DescribeUnreachable(lock));
  }
  return result;
}

Election::Assessment Election::AssessAbsent() const {
  Assessment result{Leadership::STATE_STANDBY, Leadership::REASON_NOBODY_LEADS,
                    "nobody holds the lock; this pod stands for it"};
  if (!suspects_.empty()) {
    result.reason = Leadership::REASON_PREDECESSOR;
    result.message =
        absl::StrCat("nobody holds the lock; this pod waits until these have ended, which may still act as leader: ",
                     suspects_.Names());
  } else if (lost_) {
    result.reason = Leadership::REASON_LOCK_LOST;
    result.message = "this pod led until its lock was removed";
  } else if (options_.on_request && !requested_) {
    result.reason = Leadership::REASON_NOT_REQUESTED;
    result.message = "nobody holds the lock; this pod stands for it once somebody calls Become";
  }
  return result;
}

Election::Assessment Election::AssessUndisturbed() const {
  const Lock* lock = view_.newest();
  if (self_ == Self::kEnded) {
    return {Leadership::STATE_INELIGIBLE, Leadership::REASON_POD_ENDED,
            "this pod has finished, or is gone from the API server", lock};
  }
  if (self_ == Self::kNotFound) {
    return {Leadership::STATE_INELIGIBLE, Leadership::REASON_POD_NOT_FOUND,
            absl::StrCat("namespace ", options_.namespace_name, " has no Pod ", options_.self.name,
                         options_.self.uid.empty() ? "" : " with UID ", options_.self.uid,
                         ": check the namespace, the pod's name and, where it is given, its UID"),
            lock};
  }
  if (trust_.refused()) {
    return {Leadership::STATE_UNKNOWN, Leadership::REASON_UNAUTHORIZED,
            "the API server keeps refusing this pod's own token, so the pod is gone from it", lock};
  }
  if (!view_.known()) {
    return {Leadership::STATE_UNKNOWN, Leadership::REASON_STARTING, "no answer from the API server yet"};
  }
  if (lock != nullptr && IsMine(lock)) return AssessHeld(*lock);
  Assessment result = lock != nullptr ? AssessOther(*lock) : AssessAbsent();
  if (self_ == Self::kTerminating) {
    result.state = Leadership::STATE_INELIGIBLE;
    result.reason = Leadership::REASON_POD_TERMINATING;
    result.message = absl::StrCat("this pod is being deleted and does not stand; ", result.message);
  }
  return result;
}

Election::Assessment Election::Assess() const {
  Assessment result = AssessUndisturbed();
  const Trouble* trouble = troubles_.Worst();
  // What only a person can mend is not hidden behind an API server that happens to be away.
  const bool final = result.state == Leadership::STATE_INELIGIBLE || result.reason == Leadership::REASON_LOCK_INVALID ||
                     result.reason == Leadership::REASON_UNAUTHORIZED;
  if (trouble != nullptr && !final) {
    result.reason = trouble->reason;
    result.message = absl::StrCat(result.message, "; ", trouble->message);
  }
  return result;
}

Leadership Election::Compose(const Assessment& assessment) const {
  Leadership told;
  leadership::v1::Lock& lock = *told.mutable_lock();
  lock.set_namespace_(options_.namespace_name);
  lock.set_name(options_.lock_name);
  if (assessment.lock != nullptr) {
    lock.set_uid(assessment.lock->uid);
    lock.set_resource_version(assessment.lock->resource_version);
    SetTime(assessment.lock->creation_time, lock.mutable_creation_time());
  }
  told.set_state(assessment.state);
  told.set_reason(assessment.reason);
  told.set_message(assessment.message);
  if (assessment.name_leader) SetPod(assessment.lock->holder, told.mutable_leader());
  SetPod(options_.self, told.mutable_self());
  told.set_fencing_token(assessment.token);
  told.set_api_connected(connected_);
  return told;
}

void Election::Tell() {
  auto next = std::make_shared<status::Snapshot>();
  Leadership& leadership = next->leadership;
  leadership = Compose(Assess());
  const bool leads = leadership.state() == Leadership::STATE_LEADER;
  if (leads) next->trusted_until = trust_.TrustedUntil();
  SetTime(now_.wall, leadership.mutable_state_since());
  leadership.set_revision(1);
  if (told_last_ != nullptr) {
    const Leadership& last = told_last_->leadership;
    if (last.state() == leadership.state()) *leadership.mutable_state_since() = last.state_since();
    // With these taken over, the two differ only by a change.
    leadership.set_revision(last.revision());
    if (last.has_verified_at()) *leadership.mutable_verified_at() = last.verified_at();
    if (leadership.SerializeAsString() != last.SerializeAsString()) leadership.set_revision(last.revision() + 1);
    next->is_loss = last.state() == Leadership::STATE_LEADER && !leads;
  }
  if (verified_at_ != absl::InfinitePast()) SetTime(verified_at_, leadership.mutable_verified_at());
  const bool same = told_last_ != nullptr && next->trusted_until == told_last_->trusted_until &&
                    leadership.SerializeAsString() == told_last_->leadership.SerializeAsString();
  if (same) return;
  told_last_ = next;
  actions_.push_back(Publish{next});
}

}  // namespace leadership_broker::election
