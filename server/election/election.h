// The election for one lock, as one candidate sees it: pure decisions.
//
// Step takes one event and returns what is to be done, in order. No I/O, no threads, no clock: time comes with the
// event, randomness by constructor. The rules it keeps (R1 to R16) are in docs/design.md.
#ifndef LEADERSHIP_BROKER_ELECTION_ELECTION_H_
#define LEADERSHIP_BROKER_ELECTION_ELECTION_H_

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "server/election/event.h"
#include "server/election/lock_view.h"
#include "server/election/suspects.h"
#include "server/election/troubles.h"
#include "server/election/trust.h"
#include "server/election/unreachable.h"
#include "server/kube/backoff.h"
#include "server/loop/scheduler.h"

namespace leadership_broker::election {

struct Options {
  std::string namespace_name;
  std::string lock_name;
  // This pod. An empty UID is learned by name from the first read, with a warning (R1).
  PodRef self;
  // --campaign=on-request: stand only while somebody waits.
  bool on_request = false;
  // How long a lock whose holder's pod is gone is left to the garbage collector. InfiniteDuration: for ever.
  absl::Duration orphan_grace = absl::Seconds(5);
  // R14.
  absl::Duration create_spread = absl::ZeroDuration();
  // R9. InfiniteDuration: none.
  absl::Duration unverified_limit = absl::InfiniteDuration();
  // R8. InfiniteDuration: never.
  absl::Duration take_over_after = absl::InfiniteDuration();
  // The broker's version, written into the lock for people.
  std::string version;
};

class Election {
 public:
  // `random` draws from [0, 1).
  Election(Options options, std::function<double()> random);

  // The state before anything is known: the first thing to publish.
  status::SnapshotPtr Initial(loop::Instant now);

  std::vector<Action> Step(const Event& event, loop::Instant now);

  // When a Tick is wanted at the latest (boot clock); InfiniteDuration for never.
  absl::Duration Deadline() const;

  // The other pods to keep an eye on, by list and watch: the holder's, and the suspects'. Changes with every step.
  std::vector<PodRef> TrackedPods() const;
  // The node to keep an eye on; empty for none (R8).
  const std::string& TrackedNode() const { return unreachable_.node(); }

 private:
  enum class Self { kUnread, kEligible, kTerminating, kEnded, kNotFound };
  // A lock that is ours by R2's evidence: our create was answered 201, or an uncached read showed it.
  struct Held {
    std::string uid;
    uint64_t version = 0;  // of the object the evidence showed
    uint64_t token = 0;
    bool adopted = false;
    absl::Time creation_time;
  };
  // A term of another pod.
  struct Other {
    std::string lock_uid;
    uint64_t token = 0;
  };

  void On(const LockSynced& event);
  void On(const LockWatched& event);
  void On(const LockBookmarked& event);
  void On(const LockRead& event);
  void On(const LockContact& event);
  void On(const StoreRestored& event);
  void On(const OwnPodSeen& event);
  void On(const PodSeen& event);
  void On(const NodeSeen& event);
  void On(const NodeUnwatched& event);
  void On(const Heard& event);
  void On(const OwnPodAnswered& event);
  void On(const CreateAnswered& event);
  void On(const DeleteAnswered& event);
  void On(const ReleaseAnswered& event);
  void On(const HolderDeleteAnswered& event);
  void On(const CandidatesListed& event);
  void On(const Requested& event);
  void On(const Tick& event);

  // ---- Facts.
  bool IsMine(const Lock* lock) const;
  // `shown` is the lock at version `at`, by an uncached read (or list) or by the answer to our create: R2's two ways to
  // a lock.
  void TakeEvidence(const Lock* shown, uint64_t at, bool adopted);
  void Depart(const std::vector<LockView::Departure>& departures);
  void NoteTerm();
  void ForgetUntracked();
  // What is known was confirmed by a request sent at `sent` (boot clock).
  void Verified(absl::Duration sent);
  uint64_t TokenOf(const Lock& lock);
  PodCondition HolderCondition() const;
  // The lock held is of a term that was this pod's before: it was adopted, or told of.
  bool GoesOn() const { return held_.has_value() && (held_->adopted || held_->uid == led_); }
  // Although its pod is being deleted, since it led before that (R5, R10).
  bool LeadsOnDying() const { return GoesOn() && held_->creation_time <= self_deletion_began_; }
  bool MayTell() const;
  bool Stands() const;

  // ---- An unreachable leader (take_over.cc).
  // The lock of another pod, alive as far as is known, that this pod might take over; null when there is none.
  const Lock* LockToTakeOver() const;
  void NoteMark();
  void FollowNode();
  void DecideTakingOver();
  // When a lock that is marked as released may be removed; InfiniteDuration when never by this pod.
  absl::Duration RemovableAt(const Lock& lock) const;
  // When the next step of a take-over is due; InfiniteDuration when none is.
  absl::Duration TakeOverDue() const;

  // ---- The rest of a step.
  void CheckLoss();
  void DecideTelling();
  // When the candidates may be listed.
  absl::Duration CandidatesDue() const;
  void DecideCandidates();
  void DecideReading();
  void DecideReadingOwnPod();
  void DecideCreating();
  // Nobody waits to be told that there is no leader: the create that makes one is sent before that. (A loss is told
  // before anything else is done, R4, but leaves the own pod in doubt, so that no create comes of the same step.)
  void PutCreateFirst();
  void DecideClearing();
  void DecideWithdrawing();
  // What is to be told once the removal that is about to be sent has been accepted, and its answer.
  void WillTell(Happened::Kind kind, const Lock& lock);
  void TellRemoval(const kube::Outcome& outcome);
  // A read that was sent at `sent` has been answered.
  void Settle(absl::Duration sent);
  void Retry(kube::Backoff* backoff, const kube::Outcome& outcome, absl::Duration* not_before);
  bool MayCreate() const;
  // Publishes if anything but the time of verification has changed since the last time, or that alone has.
  void Tell();

  // ---- What is told (assessment.cc).
  struct Assessment {
    leadership::v1::Leadership::State state;
    leadership::v1::Leadership::Reason reason;
    std::string message;
    const Lock* lock = nullptr;
    bool name_leader = false;
    uint64_t token = 0;
  };
  Assessment Assess() const;
  Assessment AssessUndisturbed() const;
  Assessment AssessHeld(const Lock& lock) const;
  Assessment AssessOther(const Lock& lock) const;
  Assessment AssessReleased(const Lock& lock) const;
  // What there is to say of a leader whose node is unreachable.
  std::string DescribeUnreachable(const Lock& lock) const;
  Assessment AssessAbsent() const;
  leadership::v1::Leadership Compose(const Assessment& assessment) const;

  Options options_;
  std::function<double()> random_;
  loop::Instant now_;
  std::vector<Action> actions_;

  // This pod.
  Self self_ = Self::kUnread;
  bool self_seen_ = false;  // this pod was once there under its UID
  absl::Time self_deletion_began_ = absl::InfiniteFuture();
  // Since our lock was lost: a foreground deletion of this pod takes the lock first, and our watch of the pod may be
  // behind (R16).
  std::optional<absl::Duration> in_doubt_since_;
  absl::Duration own_read_at_ = -absl::InfiniteDuration();

  // The lock.
  LockView view_;
  bool connected_ = false;
  bool polling_ = false;
  bool read_in_flight_ = false;
  // Since when something is open that only a read sent after that can settle (R3, R6).
  std::optional<absl::Duration> unsettled_since_;
  bool warm_up_ = false;  // the lock is about to go, and the connection for the create may have gone cold
  // When a request last left its connection for others. A list does not: the watch that follows takes it.
  absl::Duration connection_left_ = -absl::InfiniteDuration();
  absl::Duration last_read_ = -absl::InfiniteDuration();
  absl::Duration read_not_before_ = -absl::InfiniteDuration();
  kube::Backoff read_backoff_;
  // The newest version at which the lock was seen not to be ours. Evidence from before is void (R2).
  uint64_t disowned_at_ = 0;
  std::optional<Held> held_;
  std::optional<Other> other_;
  std::string led_;    // the UID of the lock under which this process told last that the pod leads
  std::string told_;   // the UID of the lock under which this pod was told to lead; empty when it leads no more
  bool lost_ = false;  // it led, and nobody was seen to lead since

  // Standing.
  bool requested_ = false;
  bool creating_ = false;
  bool created_any_ = false;  // this process has sent a create, which may yet land
  absl::Duration create_not_before_ = -absl::InfiniteDuration();
  bool spread_drawn_ = false;
  int conflicts_ = 0;  // creates refused in a row although no lock was to be seen
  kube::Backoff create_backoff_;

  // Predecessors.
  Suspects suspects_;
  struct SeenPod {
    PodCondition condition = PodCondition::kAlive;
    std::string node;
  };
  std::map<std::string, SeenPod> seen_pods_;  // by UID, of the tracked ones
  bool candidates_known_ = false;             // listed since the last break in the lock's watch
  bool candidates_wanted_ = false;
  bool listing_candidates_ = false;
  absl::Duration candidates_not_before_ = -absl::InfiniteDuration();
  // Nor before this, while it can wait.
  absl::Duration candidates_spread_until_ = -absl::InfiniteDuration();
  kube::Backoff candidates_backoff_;
  bool list_is_stale_ = false;  // the watch broke while the list was out

  // Removing locks: of ended holders (R7), and our own that nobody waits for.
  std::string clearing_;     // the UID of the lock whose removal is wanted, of an ended holder
  std::string withdrawing_;  // the same of our own
  absl::Duration clear_at_ = absl::InfiniteDuration();
  bool writing_ = false;              // a removal or a mark is out
  std::optional<Happened> removing_;  // what to tell once the removal that is out has been accepted
  std::string given_up_;              // the UID of our lock that was to be marked as released; the mark may have landed
  kube::Backoff clear_backoff_;

  // An unreachable leader (R8).
  Unreachable unreachable_;
  std::string marked_;                                   // the UID of the lock that is seen to be marked as released
  absl::Duration marked_at_ = absl::InfiniteDuration();  // when that was seen first
  absl::Duration take_over_not_before_ = -absl::InfiniteDuration();
  kube::Backoff take_over_backoff_;

  Trust trust_;
  Troubles troubles_;

  // What was told last.
  status::SnapshotPtr told_last_;
  absl::Time verified_at_ = absl::InfinitePast();
};

}  // namespace leadership_broker::election

#endif  // LEADERSHIP_BROKER_ELECTION_ELECTION_H_
