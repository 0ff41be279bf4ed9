#include "server/election/lock_view.h"

#include <algorithm>

namespace leadership_broker::election {
namespace {

bool HeldBy(const std::optional<Lock>& lock, const PodRef& holder, const std::string& lock_uid) {
  if (!lock.has_value() || lock->uid != lock_uid) return false;
  // In bad form it is nobody's, but the object is still there and so is its holder.
  return lock->form == Lock::Form::kInvalid || lock->holder.uid == holder.uid;
}

}  // namespace

const Lock* LockView::newest() const {
  const std::optional<Lock>& lock = read_version_ > watched_version_ ? read_ : watched_;
  return lock.has_value() ? &*lock : nullptr;
}

LockView::Departure LockView::DepartureOf(const PodRef& holder, const Lock& last) {
  return {holder, last.released_by == holder.uid, last.uid, last.unverified_limit};
}

std::vector<LockView::Departure> LockView::MoveWatch(const std::optional<Lock>& lock,
                                                     const std::optional<Lock>& last_seen) {
  std::vector<Departure> departures;
  if (watched_.has_value() && last_holder_.has_value() && !HeldBy(lock, *last_holder_, watched_->uid)) {
    const Lock& last = last_seen.has_value() && last_seen->uid == watched_->uid ? *last_seen : *watched_;
    departures.push_back(DepartureOf(*last_holder_, last));
    last_holder_.reset();
  }
  if (lock.has_value() && lock->form != Lock::Form::kInvalid) last_holder_ = lock->holder;
  if (!lock.has_value()) last_holder_.reset();
  watched_ = lock;
  return departures;
}

std::vector<LockView::Departure> LockView::Sync(const std::optional<Lock>& lock, uint64_t version) {
  const bool read_is_ahead = read_version_ > watched_version_ && read_.has_value();
  const bool still_there = lock.has_value() && watched_.has_value() && lock->uid == watched_->uid;
  // A read may have shown a mark that the watch broke off before.
  std::vector<Departure> departures = MoveWatch(lock, read_is_ahead && !still_there ? read_ : lock);
  // Or a holder.
  if (read_is_ahead && read_->form != Lock::Form::kInvalid && !HeldBy(lock, read_->holder, read_->uid)) {
    departures.push_back(DepartureOf(read_->holder, *read_));
  }
  read_.reset();
  read_version_ = 0;
  watched_version_ = version;
  known_ = true;
  return departures;
}

std::vector<LockView::Departure> LockView::Watched(const Lock& lock, bool deleted) {
  watched_version_ = std::max(watched_version_, lock.version);
  return MoveWatch(deleted ? std::nullopt : std::optional<Lock>(lock), lock);
}

void LockView::Bookmark(uint64_t version) { watched_version_ = std::max(watched_version_, version); }

void LockView::Read(const std::optional<Lock>& lock, uint64_t version) {
  if (!known_ || version < newest_version()) return;
  read_ = lock;
  read_version_ = version;
}

}  // namespace leadership_broker::election
