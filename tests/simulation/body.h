// What of a pod is on its node: its containers, as far as the election can tell them apart. It outlives the pod's
// object when that is deleted by force, and the broker's process is restarted in it.
#ifndef LEADERSHIP_BROKER_TESTS_SIMULATION_BODY_H_
#define LEADERSHIP_BROKER_TESTS_SIMULATION_BODY_H_

#include <memory>
#include <string>

#include "absl/time/time.h"

#include "tests/simulation/app.h"
#include "tests/simulation/broker.h"

namespace leadership_broker::simulation {

class Body {
 public:
  Body(World* world, std::string pod_name, int incarnation, bool has_label);
  Body(const Body&) = delete;
  Body& operator=(const Body&) = delete;

  // A new process of the broker; the fast app connects at once, the slow one when it comes to it.
  void StartBroker();
  // It ends, by whatever signal.
  void EndBroker();
  // The app's container ends, and with it what it believed.
  void EndApp();
  // The app's container ends and starts again.
  void RestartApp();
  // It crashes, and waits; and is started after that.
  void CrashApp();
  void StartApp();
  // The fast app takes all that there is to take.
  void HearFast();

  // The pod's object has just gone from the API.
  void ObjectGone();
  // The pod's object; null when it is gone from the API.
  PodPtr Object() const;
  // That its app believes that the pod leads; the fast one's belief first. Null when none does.
  const Belief* belief() const;

  const std::string name;
  // "<name>-<incarnation>"; also what it is called in histories.
  const std::string uid;
  const bool labelled;

  // ---- What runs. Written by the kubelet's moves.
  bool app_runs = true;
  bool app_waits = false;      // to be started again
  bool sidecar_wanted = true;  // the kubelet keeps the broker's container running
  std::unique_ptr<Broker> broker;
  // Two subscribers: one that takes every message at once, and one that takes its time. Gone with the app.
  std::unique_ptr<App> fast;
  std::unique_ptr<App> slow;

  // ---- What the kubelet is about.
  bool stopping = false;
  std::string end_phase = "Failed";  // the phase to be reported in the end
  bool phase_reported = false;
  bool end_reported = false;
  bool statuses_blank = false;
  // By when it kills what still runs (boot clock).
  absl::Duration kill_at = absl::InfiniteDuration();

  // ---- Its node.
  bool node_lost = false;  // the kubelet does nothing
  bool cut = false;        // nothing goes to the API server or comes from it

  // ---- Facts for the judge.
  bool object_gone_while_app_ran = false;
  absl::Duration object_gone_at = absl::InfiniteDuration();  // boot clock

  // How often it gets its turn, compared with others.
  double pace = 1;

 private:
  World* const world_;
  int processes_ = 0;
};

}  // namespace leadership_broker::simulation

#endif  // LEADERSHIP_BROKER_TESTS_SIMULATION_BODY_H_
