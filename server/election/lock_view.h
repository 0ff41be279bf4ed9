// What a candidate knows of the lock: what its watch has come to, and what a read has shown beyond that.
//
// The two are kept apart because they answer different questions. Whether the lock is lost is asked of the newest
// knowledge, wherever it comes from (R4). Who held the lock in between is known only from the watch, which skips
// nothing; so leadership is told only once the watch itself has come to our lock (R16c). Pure; the election's thread.
#ifndef LEADERSHIP_BROKER_ELECTION_LOCK_VIEW_H_
#define LEADERSHIP_BROKER_ELECTION_LOCK_VIEW_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "server/election/lock_form.h"

namespace leadership_broker::election {

class LockView {
 public:
  // A holder whose lock went (or passed to somebody else) before our eyes.
  struct Departure {
    PodRef holder;
    // The lock had been marked as released by this very holder, or from it (R8, R16a).
    bool released = false;
    // The lock, as it was seen last.
    std::string lock_uid = {};
    absl::Duration unverified_limit = absl::InfiniteDuration();
  };

  // The consistent list from which the watch goes on: all that is known is what it says.
  std::vector<Departure> Sync(const std::optional<Lock>& lock, uint64_t version);
  // An event of the watch. `lock` is the object as the event shows it, also for a deletion.
  std::vector<Departure> Watched(const Lock& lock, bool deleted);
  // A bookmark: the watch has come to `version`.
  void Bookmark(uint64_t version);
  // A consistent read beside the watch. One older than what the watch has come to changes nothing.
  void Read(const std::optional<Lock>& lock, uint64_t version);

  // Whether anything is known at all.
  bool known() const { return known_; }
  // The lock as the newest knowledge has it; null when there is none.
  const Lock* newest() const;
  // How new that is.
  uint64_t newest_version() const { return read_version_ > watched_version_ ? read_version_ : watched_version_; }
  // The lock as the watch has it; null when there is none.
  const Lock* watched() const { return watched_.has_value() ? &*watched_ : nullptr; }

 private:
  // The holder of a lock object stays responsible for it even while somebody's edit makes the object invalid.
  static Departure DepartureOf(const PodRef& holder, const Lock& last);
  std::vector<Departure> MoveWatch(const std::optional<Lock>& lock, const std::optional<Lock>& last_seen);

  bool known_ = false;
  std::optional<Lock> watched_;
  uint64_t watched_version_ = 0;
  std::optional<PodRef> last_holder_;  // of watched_, as last seen in good form
  std::optional<Lock> read_;
  uint64_t read_version_ = 0;
};

}  // namespace leadership_broker::election

#endif  // LEADERSHIP_BROKER_ELECTION_LOCK_VIEW_H_
