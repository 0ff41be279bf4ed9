// Pods as objects of the API: how they are made, how they are deleted in each manner, and what a kubelet reports of
// them. Pure but for the store that is passed in.
#ifndef LEADERSHIP_BROKER_TESTS_SIMULATION_POD_OBJECTS_H_
#define LEADERSHIP_BROKER_TESTS_SIMULATION_POD_OBJECTS_H_

#include <map>
#include <string>

#include "tests/simulation/store.h"

namespace leadership_broker::simulation {

enum class Propagation { kBackground, kForeground, kOrphan };

class PodObjects {
 public:
  PodObjects(Store* store, const absl::Time* now) : store_(store), now_(now) {}

  // Bound to a node, and reported as running.
  void Create(const std::string& name, const std::string& uid, bool labelled);

  // DELETE. The object goes at once when there is no grace period or the pod has finished, unless the collector has to
  // see to its dependents first.
  void Delete(const std::string& name, int grace_seconds, Propagation propagation);

  // The same as a broker asks for it, with the grace period that the pod has.
  kube::WriteAnswer Delete(const std::string& name, const kube::Precondition& precondition);

  // What the collector still has to do for a pod that is being deleted; kBackground when nothing.
  Propagation Awaits(const std::string& uid) const;
  // The collector has done it.
  void Finish(const std::string& uid);

  // What the kubelet reports.
  void ReportRunning(const std::string& name, bool app_too);
  void ReportNoStatuses(const std::string& name);
  // A terminal phase while the containers' statuses stay as they are.
  void ReportPhase(const std::string& name, const std::string& phase);
  void ReportEnded(const std::string& name, const std::string& phase);

  static constexpr int kGraceSeconds = 30;

 private:
  Store* const store_;
  const absl::Time* const now_;
  // By UID; as long as it is there the object cannot go.
  std::map<std::string, Propagation> awaited_;
};

}  // namespace leadership_broker::simulation

#endif  // LEADERSHIP_BROKER_TESTS_SIMULATION_POD_OBJECTS_H_
