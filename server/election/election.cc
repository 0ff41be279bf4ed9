// The steps of the election: what each event teaches, and whether a lock is ours. What the answers to its own requests
// teach is in answers.cc, what follows from it all in decide.cc, what is told in assessment.cc.
#include "server/election/election.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"

namespace leadership_broker::election {
namespace {

constexpr absl::Duration kFirstRetry = absl::Milliseconds(800);
constexpr absl::Duration kLastRetry = absl::Seconds(30);
constexpr absl::Duration kHealthy = absl::Minutes(2);
// kube-apiserver closes a connection that has been idle for 90 s.
constexpr absl::Duration kConnectionStaysWarm = absl::Seconds(60);

// Within this time all have looked at the other candidates (R16b), where that can wait.
constexpr absl::Duration kCandidatesSpread = absl::Seconds(30);

// In [0, 1), another one for every pod.
double ShareOf(const std::string& uid) {
  constexpr size_t kShares = 1 << 16;
  return static_cast<double>(std::hash<std::string>()(uid) % kShares) / kShares;
}

kube::Backoff NewBackoff() { return kube::Backoff(kFirstRetry, kLastRetry, kHealthy); }

std::optional<Lock> ReadOptional(const std::optional<kube::ConfigMap>& config_map) {
  return config_map.has_value() ? std::optional<Lock>(ReadLock(*config_map)) : std::nullopt;
}

}  // namespace

Election::Election(Options options, std::function<double()> random)
    : options_(std::move(options)),
      random_(std::move(random)),
      read_backoff_(NewBackoff()),
      create_backoff_(NewBackoff()),
      candidates_backoff_(NewBackoff()),
      clear_backoff_(NewBackoff()),
      unreachable_(options_.take_over_after),
      take_over_backoff_(NewBackoff()),
      trust_(options_.unverified_limit) {}

status::SnapshotPtr Election::Initial(loop::Instant now) {
  now_ = now;
  actions_.clear();
  Tell();
  return told_last_;
}

std::vector<Action> Election::Step(const Event& event, loop::Instant now) {
  now_ = now;
  actions_.clear();
  suspects_.DropUntil(now.boot);
  std::visit([this](const auto& e) { On(e); }, event);
  // Loss comes first (R4), then what else there is to tell, then what there is to do.
  CheckLoss();
  NoteTerm();
  NoteMark();
  ForgetUntracked();
  FollowNode();
  DecideTelling();
  Tell();
  DecideTakingOver();
  DecideReading();
  DecideReadingOwnPod();
  DecideCandidates();
  DecideWithdrawing();
  DecideClearing();
  DecideCreating();
  PutCreateFirst();
  return std::move(actions_);
}

void Election::PutCreateFirst() {
  if (actions_.empty() || !std::holds_alternative<CreateLock>(actions_.back())) return;
  std::rotate(actions_.begin(), std::prev(actions_.end()), actions_.end());
}

void Election::On(const LockSynced& event) {
  const std::optional<Lock> lock = ReadOptional(event.lock);
  Depart(view_.Sync(lock, ParseResourceVersion(event.resource_version)));
  connected_ = true;
  polling_ = event.polling;
  trust_.Heard(kube::Outcome{}, now_.boot);
  troubles_.Over(Activity::kLockList);
  read_in_flight_ = false;
  Settle(event.sent);
  // Holders may have come and gone unseen since the watch broke (R16b).
  candidates_known_ = false;
  list_is_stale_ = listing_candidates_;
  disowned_at_ = 0;
  CheckLoss();
  TakeEvidence(view_.newest(), view_.newest_version(), !created_any_);
  // While this pod leads on, nobody else can have led; and a poller asks only when it matters, or it would list pods at
  // every poll.
  candidates_wanted_ = told_.empty() && (candidates_wanted_ || !event.polling);
  candidates_spread_until_ = now_.boot + kCandidatesSpread * ShareOf(options_.self.uid);
  Verified(event.sent);
}

void Election::On(const LockWatched& event) {
  const Lock lock = ReadLock(event.lock);
  const bool deleted = event.kind == kube::WatchEventKind::kDeleted;
  Depart(view_.Watched(lock, deleted));
  verified_at_ = now_.wall;
}

void Election::On(const LockBookmarked& event) {
  view_.Bookmark(ParseResourceVersion(event.resource_version));
  verified_at_ = now_.wall;
}

void Election::On(const LockRead& event) {
  read_in_flight_ = false;
  trust_.Heard(event.outcome, now_.boot);
  if (!event.outcome.ok()) {
    Retry(&read_backoff_, event.outcome, &read_not_before_);
    return;
  }
  connection_left_ = now_.boot;
  Settle(event.sent);
  const std::optional<Lock> lock = ReadOptional(event.lock);
  view_.Read(lock, ParseResourceVersion(event.resource_version));
  CheckLoss();
  const Lock* newest = view_.newest();
  if (lock.has_value() && newest != nullptr && newest->uid == lock->uid && IsMine(newest)) {
    TakeEvidence(&*lock, ParseResourceVersion(event.resource_version), !created_any_);
  }
  Verified(event.sent);
}

void Election::On(const LockContact& event) {
  connected_ = event.connected;
  if (connected_) return;
  read_in_flight_ = false;
  list_is_stale_ = listing_candidates_;
}

void Election::On(const StoreRestored&) {
  actions_.push_back(
      Warn{absl::StrCat("the API server's store went back in time (restored from a backup?): reading lock ",
                        options_.lock_name, " anew. Fencing tokens of before may be greater than those of now.")});
  // Whatever the next list says is newer than what was known.
  if (held_.has_value()) held_->version = 0;
  disowned_at_ = 0;
}

void Election::On(const OwnPodSeen& event) {
  if (in_doubt_since_.has_value() && event.read_sent.value_or(-absl::InfiniteDuration()) >= *in_doubt_since_) {
    in_doubt_since_.reset();
  }
  if (event.pod.has_value() && options_.self.uid.empty()) {
    options_.self.uid = event.pod->metadata().uid();
    actions_.push_back(Warn{absl::StrCat("this pod's UID was neither given (POD_UID) nor in the token: taken from Pod ",
                                         options_.self.name, ", which is ", options_.self.uid)});
    disowned_at_ = 0;
    // A lock of our own, lost before we knew ourselves, made a suspect of us.
    if (suspects_.Forget(options_.self.uid)) in_doubt_since_ = own_read_at_ = now_.boot;
  }
  if (!event.pod.has_value() || event.pod->metadata().uid() != options_.self.uid) {
    self_ = self_seen_ ? Self::kEnded : Self::kNotFound;
    return;
  }
  self_seen_ = true;
  if (options_.self.node.empty()) options_.self.node = event.pod->spec().node_name();
  self_deletion_began_ = DeletionBegan(*event.pod);
  if (InTerminalPhase(*event.pod)) {
    self_ = Self::kEnded;
  } else {
    self_ = event.pod->metadata().has_deletion_timestamp() ? Self::kTerminating : Self::kEligible;
  }
}

void Election::On(const PodSeen& event) {
  SeenPod& pod = seen_pods_[event.uid];
  PodCondition& seen = pod.condition;
  // A pod that has ended stays ended, whatever an older answer says.
  const PodCondition before = seen;
  if (seen != PodCondition::kEnded && seen != PodCondition::kGone) seen = ConditionOf(event.uid, event.pod);
  // The holder is going: a read now makes the connection ready that a create will soon need. Where creates are spread,
  // what that saves is nothing, and all candidates together would keep the API server busy.
  const bool cold = !read_in_flight_ && now_.boot - connection_left_ > kConnectionStaysWarm;
  if (seen != before && cold && options_.create_spread == absl::ZeroDuration()) warm_up_ = true;
  suspects_.Learn(event.uid, seen);
  if (event.pod.has_value() && event.pod->metadata().uid() == event.uid) pod.node = event.pod->spec().node_name();
  if (event.read_sent.has_value()) unreachable_.PodRead(event.uid, event.pod, *event.read_sent);
}

void Election::On(const Heard& event) {
  trust_.Heard(event.outcome, now_.boot);
  if (event.activity == Activity::kLockWatch && event.outcome.ok()) polling_ = false;
  // An expired resourceVersion is in the way of things: the lock is listed again, and that is all.
  if (!absl::IsOutOfRange(event.outcome.status)) {
    troubles_.Heard(event.activity, event.pod_uid, event.outcome);
  }
}

// It counts for what the token is worth (R9), and is nobody's reason: the list and the watch say what goes wrong.
void Election::On(const OwnPodAnswered& event) { trust_.Heard(event.outcome, now_.boot); }

void Election::On(const Requested& event) { requested_ = event.waiting; }

void Election::On(const Tick&) {}

bool Election::IsMine(const Lock* lock) const {
  return lock != nullptr && lock->form == Lock::Form::kHeld && !lock->being_deleted && !options_.self.uid.empty() &&
         lock->holder.uid == options_.self.uid;
}

void Election::TakeEvidence(const Lock* shown, uint64_t at, bool adopted) {
  if (!IsMine(shown) || at < disowned_at_) return;
  if (held_.has_value() && held_->uid == shown->uid) return;
  // No object is newer than the answer that shows it.
  held_ = Held{shown->uid, std::min(shown->version, at), TokenOf(*shown), adopted, shown->creation_time};
}

void Election::CheckLoss() {
  if (!view_.known()) return;
  const Lock* lock = view_.newest();
  if (!IsMine(lock)) disowned_at_ = view_.newest_version();
  if (!held_.has_value()) return;
  const bool same = lock != nullptr && lock->uid == held_->uid;
  // Where this pod was told to lead the watch had come to the lock. What it shows of it since is no older news, though
  // a read has shown the lock ours again: whoever had it meanwhile may act on it still (R16a).
  const bool passed_on = !told_.empty() && !IsMine(view_.watched());
  if (same && IsMine(lock) && !passed_on) {
    // R8: it is being taken over. That this pod never leads under it again does not depend on the mark's staying.
    if (told_.empty() || !(IsReleased(*lock) || IsReleased(*view_.watched()))) return;
    given_up_ = std::exchange(told_, "");
    lost_ = true;
    return Tell();
  }
  // Not lost, only not yet come to: the watch is older than our evidence. Where this pod was told to lead the watch had
  // come to the lock, and what it shows instead now is no older, whatever its number.
  if (!same && told_.empty() && view_.newest_version() < held_->version) return;
  held_.reset();
  in_doubt_since_ = now_.boot;
  own_read_at_ = now_.boot;
  if (told_.empty()) return;
  told_.clear();
  lost_ = true;
  Tell();
}

void Election::Depart(const std::vector<LockView::Departure>& departures) {
  for (const LockView::Departure& departure : departures) {
    if (departure.holder.uid == options_.self.uid) continue;
    auto seen = seen_pods_.find(departure.holder.uid);
    if (seen != seen_pods_.end() &&
        (seen->second.condition == PodCondition::kEnded || seen->second.condition == PodCondition::kGone)) {
      continue;
    }
    if (!departure.released) {
      suspects_.AddHolder(departure.holder);
    } else if (departure.unverified_limit != absl::InfiniteDuration()) {
      // R8: its app may believe for so long that it leads. Whoever removed the lock has waited for that, unless it was
      // done by hand.
      const absl::Duration marked = marked_ == departure.lock_uid ? marked_at_ : now_.boot;
      const absl::Duration over = marked + RemovalWait(departure.unverified_limit);
      if (over > now_.boot) suspects_.AddReleased(departure.holder, over);
    }
  }
}

void Election::NoteTerm() {
  const Lock* lock = view_.newest();
  if (clearing_.empty() && withdrawing_.empty() && TakeOverDue() == absl::InfiniteDuration()) {
    troubles_.Over(Activity::kDelete);
    troubles_.Over(Activity::kRelease);
    troubles_.Over(Activity::kHolderDelete);
  }
  // Of a create that is not tried again for now, something else is the reason.
  if (lock != nullptr || !Stands() || !suspects_.empty()) troubles_.Over(Activity::kCreate);
  if (lock == nullptr) return;
  conflicts_ = 0;
  spread_drawn_ = false;
  if (lock->form != Lock::Form::kHeld || IsMine(lock)) return;
  lost_ = false;
  if (!other_.has_value() || other_->lock_uid != lock->uid) other_ = Other{lock->uid, TokenOf(*lock)};
}

void Election::ForgetUntracked() {
  std::set<std::string> tracked;
  for (const PodRef& pod : TrackedPods()) tracked.insert(pod.uid);
  troubles_.KeepPods(tracked);
  for (auto it = seen_pods_.begin(); it != seen_pods_.end();) {
    it = tracked.count(it->first) > 0 ? std::next(it) : seen_pods_.erase(it);
  }
}

uint64_t Election::TokenOf(const Lock& lock) {
  if (lock.version == 0) {
    actions_.push_back(Warn{absl::StrCat("resourceVersion \"", lock.resource_version, "\" of lock ", options_.lock_name,
                                         " is no decimal number of 64 bits: there is no fencing token")});
  }
  return lock.version;
}

void Election::Settle(absl::Duration sent) {
  last_read_ = sent;
  if (unsettled_since_.has_value() && sent >= *unsettled_since_) unsettled_since_.reset();
}

void Election::Verified(absl::Duration sent) {
  verified_at_ = now_.wall - (now_.boot - sent);
  if (held_.has_value()) trust_.Confirm(sent);
}

}  // namespace leadership_broker::election
