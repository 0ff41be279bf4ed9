// Hands the state of one lock from the election's thread to every subscriber.
//
// Publish is called by the loop's thread alone; everything else by any thread. A subscriber has two slots: the loss it
// has not taken yet, and the newest snapshot; the loss is taken first (R4). A slow subscriber therefore costs nobody
// anything and misses no loss. Knows no gRPC.
#ifndef LEADERSHIP_BROKER_STATUS_HUB_H_
#define LEADERSHIP_BROKER_STATUS_HUB_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "leadership/v1/leadership.pb.h"
#include "server/loop/mutex.h"
#include "server/loop/scheduler.h"
#include "server/status/turnstile.h"
#include "server/status/worker.h"

namespace leadership_broker::status {

// What is told, at one moment. Immutable once published.
struct Snapshot {
  // All but `valid_for`, which depends on when it is sent.
  leadership::v1::Leadership leadership;
  // Until when, by the boot clock, a leader's snapshot may be trusted; InfiniteDuration without --unverified-limit
  // (R9).
  absl::Duration trusted_until = absl::InfiniteDuration();
  // This snapshot tells subscribers of the one before that this pod leads no more. Never coalesced away.
  bool is_loss = false;
};
using SnapshotPtr = std::shared_ptr<const Snapshot>;

// The slots are kept once, in the hub: the last loss and the newest snapshot, each with its place in the sequence of
// what was published; a subscriber is no more than the place it has reached. A later loss may stand for an unsent
// earlier one: whoever had seen an earlier term still sees a loss before the next, and what is skipped between was
// never told.
class Hub {
 public:
  // What there is for a subscriber.
  struct Next {
    // Null when there is nothing new.
    SnapshotPtr snapshot;
    // The hub was closed and nothing is left to be told.
    bool closed = false;
  };

  // Since the start, over all subscribers.
  struct Counts {
    // Snapshots taken, those that were taken again (TakeOrLatest) included.
    uint64_t taken = 0;
    // Those that a subscriber was too slow for: newer ones took their place.
    uint64_t coalesced = 0;
  };

  class Subscription;

  Hub() = default;
  Hub(const Hub&) = delete;
  Hub& operator=(const Hub&) = delete;

  // So many subscribers are told on the publisher's thread; the rest is told by a thread of the hub's own, since what
  // publishes owns the election, which must not wait for thousands of writes. For a loss it does wait (R4).
  static constexpr size_t kToldAtOnce = 16;

  // Makes `snapshot` the latest, then tells every subscriber that waits, by its on_ready, under no lock. A snapshot of
  // the same revision as the latest only refreshes it, and is told only if `trusted_until` is finite, since then the
  // clients' trust has to be renewed (R9). Ignored after Close.
  void Publish(SnapshotPtr snapshot) EXCLUDES(mutex_);

  // Null before the first Publish.
  SnapshotPtr Latest() const EXCLUDES(mutex_);

  // Waits for nobody.
  Counts counts() const { return {taken_.load(std::memory_order_relaxed), coalesced_.load(std::memory_order_relaxed)}; }

  // `on_ready` is called when there is something to take, once for each Take that had returned nothing; not before the
  // first such Take. So: subscribe, then Take, which returns the latest; nothing is lost between. It must not block: it
  // runs on the publisher's thread or on the hub's, and others wait behind it. It is never called twice at once. The
  // hub must outlive the subscription.
  [[nodiscard]] std::unique_ptr<Subscription> Subscribe(std::function<void()> on_ready) EXCLUDES(mutex_);

  // Waits, for some milliseconds at most, while very many subscribers are being told. For a thread that comes to Take
  // after each of them, and would wake, and sleep again, as often: it takes half again as much of the processor. Not
  // inside an on_ready, nor with a lock that one needs.
  void AwaitTurn() { turnstile_.Pass(); }

  // Ends it: subscribers are told by on_ready, and Take says `closed` once an unsent loss has been taken. Idempotent.
  void Close() EXCLUDES(mutex_);

 private:
  struct Subscriber;
  using Armed = std::vector<std::shared_ptr<Subscriber>>;

  Next Take(const std::shared_ptr<Subscriber>& subscriber, bool or_latest) EXCLUDES(mutex_);
  // Moves the subscriber on to what it takes now.
  void Reach(uint64_t sequence, Subscriber& subscriber) REQUIRES(mutex_);
  void Remove(Subscriber& subscriber) EXCLUDES(mutex_);
  // Empties armed_.
  Armed Disarm() REQUIRES(mutex_);
  void Tell(Armed armed) EXCLUDES(mutex_);

  mutable loop::Mutex mutex_;
  bool closed_ GUARDED_BY(mutex_) = false;
  // The place of latest_, and of the last loss (0: there was none).
  uint64_t sequence_ GUARDED_BY(mutex_) = 0;
  uint64_t loss_sequence_ GUARDED_BY(mutex_) = 0;
  SnapshotPtr latest_ GUARDED_BY(mutex_);
  SnapshotPtr loss_ GUARDED_BY(mutex_);
  // The subscribers whose on_ready is due at the next change.
  Armed armed_ GUARDED_BY(mutex_);
  std::atomic<uint64_t> taken_{0};
  std::atomic<uint64_t> coalesced_{0};
  // Closed while the crier tells some of them.
  Turnstile turnstile_;
  Worker crier_;
};

// Ends with its destruction: on_ready is not called after it. The destruction waits for an on_ready that is running,
// unless it happens inside that very on_ready.
class Hub::Subscription {
 public:
  ~Subscription();
  Subscription(const Subscription&) = delete;
  Subscription& operator=(const Subscription&) = delete;

  // The next thing to tell: the unsent loss, else the newest, else nothing (and on_ready will be called when there is
  // something). One thread at a time.
  Next Take() { return hub_->Take(subscriber_, false); }

  // As Take; but where there is nothing new it returns the latest again, if there is one.
  Next TakeOrLatest() { return hub_->Take(subscriber_, true); }

 private:
  friend class Hub;
  Subscription(Hub* hub, std::shared_ptr<Subscriber> subscriber);

  Hub* const hub_;
  const std::shared_ptr<Subscriber> subscriber_;
};

}  // namespace leadership_broker::status

#endif  // LEADERSHIP_BROKER_STATUS_HUB_H_
