// Keeps a label on this pod while it leads, so that a Service can select the leader's pod; and takes it off pods that
// led before. It follows what is told, some milliseconds late, and proves nothing: see docs/events.md.
//
// A pod that comes to lead takes the label off the others first, with one try each, and then puts it on itself: so a
// Service does not name two by our doing, unless one of them could not be written.
//
// All on the loop's thread.
#ifndef LEADERSHIP_BROKER_ANNOUNCE_LEADER_LABEL_H_
#define LEADERSHIP_BROKER_ANNOUNCE_LEADER_LABEL_H_

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "server/kube/announce_api.h"
#include "server/kube/backoff.h"
#include "server/loop/scheduler.h"
#include "server/status/observer.h"

namespace leadership_broker::announce {

class LeaderLabel : public status::Observer {
 public:
  struct Options {
    std::string namespace_name;
    std::string pod_name;
    std::string lock_name;
    std::string key;
    std::string value;
  };

  // `warn` tells people. Both pointers must outlive it.
  LeaderLabel(kube::AnnounceApi* api, loop::Scheduler* scheduler, Options options,
              std::function<void(const std::string&)> warn);

  // What is told of the lock.
  void Told(const status::SnapshotPtr& snapshot) override;
  // This pod's object, as it was seen now.
  void OwnPodSeen(const kube::Pod& pod);

 private:
  // Something to be done until it is.
  struct Task {
    absl::Duration Due() const { return open ? not_before : absl::InfiniteDuration(); }
    bool IsDue(absl::Duration now) const { return Due() <= now; }
    bool open = false;
    absl::Duration not_before = -absl::InfiniteDuration();
    kube::Backoff backoff{absl::Seconds(1), absl::Minutes(5), absl::Minutes(10)};
  };

  bool Carries(const kube::Pod& pod) const;
  // Whether this pod has the label and should not, or the other way round.
  bool Differs() const;
  void Wake(absl::Duration after);
  // Sends the next request, if one is due and none is out.
  void Next();
  void ListOthers();
  void StripOther();
  void LabelSelf();
  // Puts off what was just tried; what has failed remains to be done.
  void Later(Task* task, const kube::Outcome& outcome);

  kube::AnnounceApi* const api_;
  loop::Scheduler* const scheduler_;
  const Options options_;
  const std::function<void(const std::string&)> warn_;

  // Whether this pod is to have the label; nothing while that is not known.
  std::optional<bool> wanted_;
  std::string uid_;
  // Whether it has it, as far as is known.
  std::optional<bool> carried_;

  Task self_;
  Task others_;
  bool others_tried_ = false;  // since this pod came to lead
  std::vector<kube::PodName> to_strip_;
  bool warned_ = false;

  bool out_ = false;  // a request

  // Last, so that they go first.
  loop::Handle timer_;
  loop::Handle request_;
};

}  // namespace leadership_broker::announce

#endif  // LEADERSHIP_BROKER_ANNOUNCE_LEADER_LABEL_H_
