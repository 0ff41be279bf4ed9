// For how long an app container of this pod has not been running, as far as the pod's status says (--step-down-after).
//
// Pure decisions: no I/O, no clock; time comes with the calls. Any one thread.
#ifndef LEADERSHIP_BROKER_ELECTION_APP_DOWNTIME_H_
#define LEADERSHIP_BROKER_ELECTION_APP_DOWNTIME_H_

#include <map>
#include <string>

#include "absl/time/time.h"

#include "server/kube/kube.pb.h"

namespace leadership_broker::election {

// An app that crashes as soon as it has been started again is down, though it runs for a second now and then, and waits
// longer and longer in between. So the times at which a container was seen not to be running add up over the breaks
// between them, until there is a break as long as the limit. A break is what is not known to be downtime: the container
// runs, or nobody knows. One that has done its work (exit code 0, and the pod's restartPolicy does not start it again)
// is not down.
class AppDowntime {
 public:
  // InfiniteDuration: never up.
  explicit AppDowntime(absl::Duration limit) : limit_(limit) {}

  // This broker's own pod, as it is seen at `now`.
  void See(const kube::Pod& pod, absl::Duration now);
  // Nothing is known any more, until the pod is seen again.
  void Lose(absl::Duration now);

  // When the limit is (or was) reached if nothing changes; InfiniteDuration while every container runs.
  absl::Duration Due() const;
  // The container that this is about, and what it waits for, for people; empty when there is none.
  std::string Why() const;

 private:
  struct Container {
    bool down = false;
    // Since when it has been so, or not.
    absl::Duration since;
    // The downtime before that.
    absl::Duration sum;
    std::string why;
  };

  absl::Duration DueOf(const Container& container) const;
  void Turn(bool down, absl::Duration now, Container* container) const;

  const absl::Duration limit_;
  std::map<std::string, Container> containers_;  // by name
};

}  // namespace leadership_broker::election

#endif  // LEADERSHIP_BROKER_ELECTION_APP_DOWNTIME_H_
