// Makes Events of happenings: one request out at a time, from a short queue that nobody waits for. What it cannot send
// it drops. Never in the election's way: nothing is sent inside a call, and at first only after kSettle, so that the
// request finds the connections that a takeover needs free again.
//
// All on the loop's thread.
#ifndef LEADERSHIP_BROKER_ANNOUNCE_EVENT_RECORDER_H_
#define LEADERSHIP_BROKER_ANNOUNCE_EVENT_RECORDER_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <string>

#include "server/announce/event_series.h"
#include "server/announce/happening.h"
#include "server/kube/announce_api.h"
#include "server/kube/backoff.h"
#include "server/loop/scheduler.h"

namespace leadership_broker::announce {

class EventRecorder {
 public:
  static constexpr absl::Duration kSettle = absl::Seconds(1);
  static constexpr size_t kMaxQueued = 32;
  static constexpr int kMaxAttempts = 5;
  // How long after a first refusal by RBAC the next try is made, and after many: a Role that is missing is missing for
  // long, but an API server that has just started refuses too, until it has read the Roles.
  static constexpr absl::Duration kFirstForbiddenFor = absl::Minutes(1);
  static constexpr absl::Duration kMostForbiddenFor = absl::Hours(1);

  // `instance` is this pod's name. `warn` tells people. Both pointers must outlive it.
  EventRecorder(kube::AnnounceApi* api, loop::Scheduler* scheduler, std::string instance,
                std::function<void(const std::string&)> warn);

  void Record(const Happening& happening);

  // How many were given up: too many at once, or refused, or not to be sent. What EventSeries leaves out is not
  // counted.
  uint64_t dropped() const { return dropped_; }

 private:
  struct Posting {
    kube::Event event;
    // 1: the Event is to be made; more: it has come again.
    int count = 1;
    std::string observed;
    int attempts = 0;
  };
  // A verb that RBAC may lack.
  struct Right {
    absl::Duration lacking_until = -absl::InfiniteDuration();
    absl::Duration next_wait = kFirstForbiddenFor;
    bool warned = false;
  };

  kube::Event Make(const Happening& happening) const;
  void Enqueue(Posting posting);
  void SendAfter(absl::Duration wait);
  void Send();
  void Answered(const kube::Outcome& outcome);
  void Refused(bool creates, const kube::Outcome& outcome);
  // Whether the same may be tried again after such an answer, a few times.
  static bool MayPass(const kube::Outcome& outcome);

  kube::AnnounceApi* const api_;
  loop::Scheduler* const scheduler_;
  const std::string instance_;
  const std::function<void(const std::string&)> warn_;

  EventSeries series_;
  std::deque<Posting> queue_;  // the front is out while request_ is
  bool out_ = false;
  uint64_t dropped_ = 0;
  Right create_;
  Right patch_;
  bool warned_of_refusal_ = false;
  kube::Backoff backoff_{absl::Seconds(1), absl::Minutes(1), absl::Minutes(10)};

  // Last, so that they go first.
  loop::Handle timer_;
  loop::Handle request_;
};

}  // namespace leadership_broker::announce

#endif  // LEADERSHIP_BROKER_ANNOUNCE_EVENT_RECORDER_H_
