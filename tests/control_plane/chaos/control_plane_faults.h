// What is done to the control plane, and to all pods at once, on a thread of its own.
#ifndef LEADERSHIP_BROKER_TESTS_CONTROL_PLANE_CHAOS_CONTROL_PLANE_FAULTS_H_
#define LEADERSHIP_BROKER_TESTS_CONTROL_PLANE_CHAOS_CONTROL_PLANE_FAULTS_H_

#include <string>
#include <thread>

#include "absl/time/time.h"

#include "tests/control_plane/chaos/agenda.h"
#include "tests/control_plane/chaos/api.h"
#include "tests/control_plane/chaos/choices.h"
#include "tests/control_plane/chaos/pod_slot.h"
#include "tests/control_plane/chaos/recorder.h"
#include "tests/harness/real_cluster.h"

namespace leadership_broker::chaos {

class ControlPlaneFaults {
 public:
  // Begins at once, and ends with everything mended once the course is calm. All pointers must outlive it.
  ControlPlaneFaults(testing::RealCluster* cluster, const Place& place, uint64_t seed, Course* course,
                     Recorder* recorder);
  ~ControlPlaneFaults() { Join(); }
  ControlPlaneFaults(const ControlPlaneFaults&) = delete;
  ControlPlaneFaults& operator=(const ControlPlaneFaults&) = delete;

  // Waits until everything is mended.
  void Join();

 private:
  void Run();
  void Harm(const std::string& fault);
  // Two commands of the lab, a while of at most `most` apart.
  void BreakAndMend(const std::string& break_command, const std::string& mend_command, absl::Duration most);
  void StopCollector(const std::string& fault);
  void WithdrawRights();
  void RevokeTokens();
  void RemoveLockByHand();
  void Pass(absl::Duration duration);

  testing::RealCluster* const cluster_;
  Api api_;
  Choices choices_;
  Deck deck_;
  Course* const course_;
  Recorder* const recorder_;
  const nlohmann::json rules_;  // of the brokers' Role
  Agenda agenda_;
  bool collector_stopped_ = false;
  bool rights_withdrawn_ = false;
  std::thread thread_;
};

}  // namespace leadership_broker::chaos

#endif  // LEADERSHIP_BROKER_TESTS_CONTROL_PLANE_CHAOS_CONTROL_PLANE_FAULTS_H_
