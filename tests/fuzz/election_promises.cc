#include "tests/fuzz/election_promises.h"

#include <algorithm>

#include "tests/fuzz/check.h"

namespace leadership_broker::fuzz {

using election::Lock;
using leadership::v1::Leadership;

namespace {

bool Leads(const status::Snapshot& told) { return told.leadership.state() == Leadership::STATE_LEADER; }

// Differing only in when it was verified.
bool SameNews(Leadership a, Leadership b) {
  for (Leadership* told : {&a, &b}) {
    told->clear_verified_at();
    told->clear_revision();
  }
  return a.SerializeAsString() == b.SerializeAsString();
}

// What JSON, and most languages' own times, can say.
bool IsTime(const google::protobuf::Timestamp& time) {
  return time.seconds() >= -62135596800 && time.seconds() <= 253402300799 && time.nanos() >= 0 &&
         time.nanos() < 1'000'000'000;
}

}  // namespace

ElectionPromises::ElectionPromises(const election::Options& options, status::SnapshotPtr initial)
    : options_(options), self_uid_(options.self.uid), told_(std::move(initial)) {}

void ElectionPromises::Learn(const election::Event& event, loop::Instant now) {
  now_ = now;
  std::visit([this](const auto& e) { On(e); }, event);
}

bool ElectionPromises::IsOurs(const std::optional<Lock>& lock, const std::string& uid) const {
  return lock.has_value() && lock->uid == uid && lock->form == Lock::Form::kHeld && !lock->being_deleted &&
         lock->holder.uid == self_uid_;
}

void ElectionPromises::MoveHolder(const std::optional<Lock>& lock) {
  if (holder_.has_value()) {
    const auto& [lock_uid, pod_uid] = *holder_;
    const bool stays = lock.has_value() && lock->uid == lock_uid &&
                       (lock->form == Lock::Form::kInvalid || lock->holder.uid == pod_uid);
    if (stays) return;
    if (pod_uid != self_uid_ && ended_.count(pod_uid) == 0 && released_.count(*holder_) == 0) {
      predecessors_.insert(pod_uid);
    }
    holder_.reset();
  }
  if (lock.has_value() && lock->form == Lock::Form::kHeld) holder_ = {lock->uid, lock->holder.uid};
}

void ElectionPromises::On(const election::LockSynced& event) {
  connected_ = true;
  candidates_known_ = false;
  list_is_stale_ = listing_;
  reading_ = false;  // a reflector that lists again may be asked again
  read_.reset();
  read_version_ = 0;
  watched_ = event.lock.has_value() ? std::optional<Lock>(election::ReadLock(*event.lock)) : std::nullopt;
  last_confirmed_ = std::max(last_confirmed_, event.sent);
  if (watched_.has_value()) {
    See(*watched_);
    if (IsOurs(watched_, watched_->uid)) proven_.insert(watched_->uid);
    released_.emplace(watched_->uid, watched_->released_by);
  }
  MoveHolder(watched_);
}

void ElectionPromises::On(const election::LockWatched& event) {
  const Lock lock = election::ReadLock(event.lock);
  See(lock);
  released_.emplace(lock.uid, lock.released_by);
  watched_ = event.kind == kube::WatchEventKind::kDeleted ? std::nullopt : std::optional<Lock>(lock);
  MoveHolder(watched_);
}

void ElectionPromises::On(const election::LockRead& event) {
  read_out_ = reading_ = false;
  if (!event.outcome.ok()) return;
  last_confirmed_ = std::max(last_confirmed_, event.sent);
  const auto lock = event.lock.has_value() ? std::optional<Lock>(election::ReadLock(*event.lock)) : std::nullopt;
  KnowByRead(lock, election::ParseResourceVersion(event.resource_version));
  if (!lock.has_value()) return;
  See(*lock);
  if (IsOurs(lock, lock->uid)) proven_.insert(lock->uid);
}

void ElectionPromises::KnowByRead(const std::optional<Lock>& lock, uint64_t version) {
  if (version < read_version_) return;
  read_ = lock;
  read_version_ = version;
}

void ElectionPromises::On(const election::LockContact& event) {
  connected_ = event.connected;
  if (connected_) return;
  reading_ = false;
  list_is_stale_ = listing_;
}

void ElectionPromises::On(const election::OwnPodSeen& event) {
  own_pod_ = event.pod;
  if (!self_uid_.empty() || !own_pod_.has_value()) return;
  self_uid_ = own_pod_->metadata().uid();
  predecessors_.erase(self_uid_);
}

void ElectionPromises::On(const election::PodSeen& event) {
  const election::PodCondition condition = election::ConditionOf(event.uid, event.pod);
  if (condition != election::PodCondition::kEnded && condition != election::PodCondition::kGone) return;
  ended_.insert(event.uid);
  predecessors_.erase(event.uid);
}

void ElectionPromises::On(const election::CreateAnswered& event) {
  creating_ = false;
  if (!event.answer.outcome.ok()) return;
  const Lock lock = election::ReadLock(event.answer.object);
  See(lock);
  last_confirmed_ = std::max(last_confirmed_, event.sent);
  if (IsOurs(lock, lock.uid)) proven_.insert(lock.uid);
}

void ElectionPromises::On(const election::ReleaseAnswered& event) {
  releasing_ = false;
  if (!event.answer.outcome.ok()) return;
  const Lock lock = election::ReadLock(event.answer.object);
  See(lock);
  KnowByRead(lock, lock.version);
}

void ElectionPromises::On(const election::CandidatesListed& event) {
  listing_ = false;
  if (event.listing.outcome.ok() && !std::exchange(list_is_stale_, false)) candidates_known_ = true;
}

bool ElectionPromises::SelfMayStand() const {
  return own_pod_.has_value() && own_pod_->metadata().uid() == self_uid_ &&
         !own_pod_->metadata().has_deletion_timestamp() && !election::InTerminalPhase(*own_pod_);
}

void ElectionPromises::CheckLeader(const status::Snapshot& told) const {
  const Leadership& leadership = told.leadership;
  const std::string& lock_uid = leadership.lock().uid();
  fuzz::Check(!self_uid_.empty() && leadership.leader().uid() == self_uid_, "R1: who is told to lead is this pod");
  fuzz::Check(proven_.count(lock_uid) == 1, "R2: a lock is ours by an answer of our own", lock_uid);
  fuzz::Check(IsOurs(watched_, lock_uid) || IsOurs(read_, lock_uid), "R4: whoever leads holds the lock", lock_uid);
  fuzz::Check(own_pod_.has_value() && own_pod_->metadata().uid() == self_uid_ && !election::InTerminalPhase(*own_pod_),
              "R5: a pod that has ended does not lead");
  fuzz::Check(told.trusted_until > now_.boot, "R9: who leads is trusted for a while yet");
  if (options_.unverified_limit != absl::InfiniteDuration()) {
    fuzz::Check(told.trusted_until <= last_confirmed_ + options_.unverified_limit,
                "R9: trust counts from when the confirming request was sent");
  }
  // Held all the while, it cannot have been anybody else's.
  if (!Leads(*told_) && led_ != lock_uid) {
    fuzz::Check(predecessors_.empty(), "R16: nobody is told to lead while one who led may still act");
    fuzz::Check(candidates_known_ && connected_, "R16: nobody is told to lead before the candidates were looked at");
  }
  if (!Leads(*told_)) return;
  fuzz::Check(told_->leadership.lock().uid() == lock_uid, "R4: between two terms there is a loss");
  fuzz::Check(told_->leadership.fencing_token() == leadership.fencing_token(), "a term has one fencing token");
}

void ElectionPromises::Did(const election::Publish& action) {
  const status::Snapshot& told = *action.snapshot;
  const Leadership& leadership = told.leadership;
  fuzz::Check(leadership.lock().namespace_() == "ns" && leadership.lock().name() == "lock", "a message names its lock");
  fuzz::Check(leadership.state() != Leadership::STATE_UNSPECIFIED, "a message has a state");
  fuzz::Check(leadership.reason() != Leadership::REASON_UNSPECIFIED, "a message has a reason");
  fuzz::Check(!leadership.message().empty(), "a message has a sentence");
  fuzz::Check(
      IsTime(leadership.lock().creation_time()) && IsTime(leadership.state_since()) && IsTime(leadership.verified_at()),
      "a message's times can be shown");
  fuzz::Check(told.is_loss == (Leads(*told_) && !Leads(told)), "R4: a loss is one, and nothing else is");
  fuzz::Check(!told.is_loss || !acted_, "R4: a loss is told before anything else is done");
  const uint64_t expected = told_->leadership.revision() + (SameNews(leadership, told_->leadership) ? 0 : 1);
  fuzz::Check(leadership.revision() == expected, "revision rises by one with each change");
  if (Leads(told)) {
    CheckLeader(told);
    led_ = leadership.lock().uid();
  }
  told_ = action.snapshot;
}

void ElectionPromises::Did(const election::CreateLock& action) {
  fuzz::Check(!creating_, "one create at a time");
  creating_ = true;
  const Lock lock = election::ReadLock(action.lock);
  fuzz::Check(lock.form == Lock::Form::kHeld && lock.holder.uid == self_uid_, "what is created is a lock of ours");
  fuzz::Check(SelfMayStand(), "R1, R5: nobody stands who was not seen fit to");
  fuzz::Check(connected_ && !watched_.has_value(), "R14: nobody stands against a lock that is there");
  fuzz::Check(!Leads(*told_), "who leads does not stand");
  fuzz::Check(predecessors_.empty(), "R16: nobody stands while one who led may still act");
  fuzz::Check(candidates_known_, "R16: nobody stands before the candidates were looked at");
  fuzz::Check(!options_.on_request || requested_, "nobody stands for whom nobody waits");
}

void ElectionPromises::Did(const election::ReadTheLock&) {
  fuzz::Check(!reading_, "one read at a time");
  read_out_ = reading_ = true;
}

void ElectionPromises::Did(const election::ListCandidates&) {
  fuzz::Check(!listing_, "one list of candidates at a time");
  listing_ = true;
  list_is_stale_ = false;
}

bool ElectionPromises::HasSeen(const kube::Precondition& precondition,
                               const std::function<bool(const Lock&)>& holds) const {
  const auto seen = seen_.find({precondition.uid, precondition.resource_version});
  return seen != seen_.end() && std::any_of(seen->second.begin(), seen->second.end(), holds);
}

void ElectionPromises::Did(const election::DeleteLock& action) {
  fuzz::Check(!deleting_ && !releasing_ && !deleting_pod_, "one removal at a time");
  deleting_ = true;
  const auto& [uid, resource_version] = action.precondition;
  fuzz::Check(!uid.empty() && !resource_version.empty(), "R6: a removal names what it means");
  fuzz::Check(HasSeen(action.precondition, [](const Lock&) { return true; }), "R6: a removal means what was seen");
  const bool may_go = HasSeen(action.precondition, [&](const Lock& lock) {
    if (lock.form == Lock::Form::kInvalid) return false;
    if (lock.holder.uid == self_uid_) return lock.released_by == self_uid_;
    return ended_.count(lock.holder.uid) == 1 || (TakesOver() && lock.released_by == lock.holder.uid);
  });
  fuzz::Check(may_go && !Leads(*told_), "R7, R8, R13: only a lock whose holder has ended goes, or one that we gave up",
              uid);
}

void ElectionPromises::Did(const election::ReleaseLock& action) {
  fuzz::Check(!deleting_ && !releasing_ && !deleting_pod_, "one removal at a time");
  releasing_ = true;
  fuzz::Check(HasSeen(action.precondition, [&](const Lock& lock) { return lock.holder.uid == action.holder_uid; }),
              "a mark names the lock's holder");
  const bool ours = action.holder_uid == self_uid_;
  fuzz::Check((ours || (TakesOver() && SelfMayStand())) && !Leads(*told_),
              "R8: what is marked is a lock of ours that we do not lead under, or one that is taken over");
}

void ElectionPromises::Did(const election::DeleteHolder& action) {
  fuzz::Check(!deleting_ && !releasing_ && !deleting_pod_, "one removal at a time");
  deleting_pod_ = true;
  fuzz::Check(TakesOver() && SelfMayStand() && !Leads(*told_), "R8: only who may take over deletes a pod");
  fuzz::Check(!action.holder.uid.empty() && action.holder.uid != self_uid_, "R6: a deletion names what it means");
}

void ElectionPromises::Check(const std::vector<election::Action>& actions, const election::Election& election,
                             loop::Instant now) {
  now_ = now;
  acted_ = false;
  for (const election::Action& action : actions) {
    std::visit([this](const auto& a) { Did(a); }, action);
    if (!std::holds_alternative<election::Warn>(action) && !std::holds_alternative<election::Publish>(action)) {
      acted_ = true;
    }
  }
  if (Leads(*told_)) CheckLeader(*told_);
  if (!IsOurs(watched_, led_) && !IsOurs(read_, led_)) led_.clear();
  fuzz::Check(election.Deadline() > now.boot, "what is due was done");
  std::set<std::string> tracked;
  for (const election::PodRef& pod : election.TrackedPods()) {
    fuzz::Check(!pod.name.empty() && !pod.uid.empty(), "a pod that is watched has a name");
    fuzz::Check(pod.uid != self_uid_, "our own pod is not watched as another");
    fuzz::Check(tracked.insert(pod.uid).second, "a pod is watched once", pod.uid);
  }
  fuzz::Check(tracked.size() <= election::Suspects::kMostTracked + 2, "few pods are watched");
}

}  // namespace leadership_broker::fuzz
