// This pod's standing for all of its locks: one look at the pod itself, and a campaigner for each lock; and its end,
// where that is wanted.
//
// All on the loop's thread.
#ifndef LEADERSHIP_BROKER_ELECTION_CANDIDACY_H_
#define LEADERSHIP_BROKER_ELECTION_CANDIDACY_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "server/election/campaigner.h"
#include "server/election/own_pod.h"
#include "server/election/step_down.h"

namespace leadership_broker::election {

class Candidacy {
 public:
  // One entry a lock: what to stand with, and who is told.
  struct Stand {
    Options options;
    Audience* audience;
  };

  // Publishes the initial states at once; nothing is sent before Start. `on_own_pod` sees this pod's object each time
  // it is seen. `step_down_after`: see StepDown. All pointers must outlive it.
  Candidacy(kube::Api* api, loop::Scheduler* scheduler, std::vector<Stand> stands,
            std::function<void(const kube::Pod&)> on_own_pod,
            absl::Duration step_down_after = absl::InfiniteDuration());
  ~Candidacy();

  void Start();

  // A caller of Become for this lock has come (+1), or gone (-1).
  void CountWaiter(const std::string& lock_name, int change);

  // A caller of StepDown for this lock; see StepDown::Ask.
  void AskToStepDown(const std::string& lock_name, StepDown::Answer answer);

 private:
  class Listener;
  struct Campaign {
    std::unique_ptr<Listener> listener;
    std::unique_ptr<Campaigner> campaigner;
    int waiters = 0;
  };

  void OwnPodAnswered(const kube::Outcome& outcome);
  // This pod's UID while it leads on any lock; else empty.
  std::string LeadingUid() const;

  kube::Api* const api_;
  loop::Scheduler* const scheduler_;
  const std::string namespace_name_;
  const std::string pod_name_;
  const std::function<void(const kube::Pod&)> on_own_pod_;
  StepDown step_down_;
  std::map<std::string, Campaign> campaigns_;
  std::unique_ptr<OwnPod> own_pod_;
};

}  // namespace leadership_broker::election

#endif  // LEADERSHIP_BROKER_ELECTION_CANDIDACY_H_
