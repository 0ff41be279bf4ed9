// Gives up leadership in the one way that is safe in an election for life: it deletes this broker's own pod. On request
// (--allow-step-down), and by itself when an app container of the pod has not been running for too long
// (--step-down-after). It deletes no other pod, and none that does not lead. The election goes on meanwhile: the pod
// leads until it has ended (R5).
//
// All on the loop's thread.
#ifndef LEADERSHIP_BROKER_ELECTION_STEP_DOWN_H_
#define LEADERSHIP_BROKER_ELECTION_STEP_DOWN_H_

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"

#include "leadership/v1/leadership.pb.h"
#include "server/election/app_downtime.h"
#include "server/election/event.h"
#include "server/kube/api.h"
#include "server/kube/backoff.h"
#include "server/loop/scheduler.h"

namespace leadership_broker::election {

class StepDown {
 public:
  using Answer = std::function<void(const absl::Status&)>;
  struct Options {
    std::string namespace_name;
    std::string pod_name;
    // InfiniteDuration: only on request.
    absl::Duration after = absl::InfiniteDuration();
  };
  // What it asks of whoever stands.
  struct Candidate {
    // This pod's UID while it leads on any lock; else empty.
    std::function<std::string()> leading_uid;
    // Has the pod read, uncached; OwnPodSeen tells the answer, if there is one.
    std::function<void()> read_own_pod;
    // Tells people.
    std::function<void(const std::string&)> warn;
    // How the pod's deletion was answered.
    std::function<void(const kube::Outcome&)> answered = [](const kube::Outcome&) {};
    // Is told that the API server has accepted the pod's deletion.
    std::function<void(const Happened&)> happened = [](const Happened&) {};
  };

  // Both pointers must outlive it.
  StepDown(kube::Api* api, loop::Scheduler* scheduler, Options options, Candidate candidate);

  // What is known of this broker's own pod; with when the read was sent (boot clock), if it was one.
  void OwnPodSeen(const std::optional<kube::Pod>& pod, std::optional<absl::Duration> read_sent);
  // Contact over its watch was lost.
  void OwnPodLost();
  // What is told of leadership has changed.
  void LeadershipTold() { Decide(); }

  // Somebody asks for it, of a lock of which `told` is told. `answer` is called once, unless this goes first.
  void Ask(const leadership::v1::Leadership& told, Answer answer);

 private:
  // Whether the app has been down for too long, and what to do about it next.
  void Decide();
  void WakeAt(absl::Duration when);
  void Delete(const std::string& uid, const std::string& why);
  void Answered(const std::string& uid, const std::string& why, const kube::Outcome& outcome);

  kube::Api* const api_;
  loop::Scheduler* const scheduler_;
  const Options options_;
  const Candidate candidate_;

  // The pod is there, and nobody has asked for its deletion yet; false before it was seen.
  bool alive_ = false;
  absl::Duration last_read_ = -absl::InfiniteDuration();
  AppDowntime downtime_;
  // When a read was asked for that is to confirm the downtime.
  std::optional<absl::Duration> confirming_since_;
  absl::Duration not_before_ = -absl::InfiniteDuration();
  kube::Backoff backoff_{absl::Seconds(1), absl::Minutes(2), absl::Minutes(10)};

  bool deleting_ = false;
  std::vector<Answer> answers_;  // to those who wait for it
  loop::Handle timer_;
  loop::Handle request_;
};

}  // namespace leadership_broker::election

#endif  // LEADERSHIP_BROKER_ELECTION_STEP_DOWN_H_
