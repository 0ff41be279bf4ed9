// What is going wrong with the API server, by what the broker was doing, and how to say it.
//
// Pure; the election's thread.
#ifndef LEADERSHIP_BROKER_ELECTION_TROUBLES_H_
#define LEADERSHIP_BROKER_ELECTION_TROUBLES_H_

#include <map>
#include <set>
#include <string>
#include <utility>

#include "leadership/v1/leadership.pb.h"
#include "server/kube/api.h"

namespace leadership_broker::election {

// In the order in which their troubles are shown: one at a time.
enum class Activity {
  kLockList,
  kOwnPodList,
  kCreate,
  kLockWatch,
  kOwnPodWatch,
  kCandidates,
  kOtherPodList,
  kOtherPodWatch,
  kNodeList,
  kNodeWatch,
  kHolderRead,    // reading the node and the pod of an unreachable holder
  kHolderDelete,  // deleting the pod of an unreachable holder
  kRelease,       // marking a lock as released
  kDelete,        // removing a lock
};

struct Trouble {
  leadership::v1::Leadership::Reason reason;
  std::string message;
};

// The reason that an error of the API server is told under.
leadership::v1::Leadership::Reason ReasonOf(const kube::Outcome& outcome);

class Troubles {
 public:
  // Remembers a failure, or that there is none any more. `pod_uid`: of the other pod that it was about, if it was.
  void Heard(Activity activity, const std::string& pod_uid, const kube::Outcome& outcome);
  void Over(Activity activity) { troubles_.erase({activity, ""}); }
  // Forgets what was about other pods than these.
  void KeepPods(const std::set<std::string>& pod_uids);
  // The one to show; null when all is well.
  const Trouble* Worst() const { return troubles_.empty() ? nullptr : &troubles_.begin()->second; }

 private:
  std::map<std::pair<Activity, std::string>, Trouble> troubles_;
};

}  // namespace leadership_broker::election

#endif  // LEADERSHIP_BROKER_ELECTION_TROUBLES_H_
