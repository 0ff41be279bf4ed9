// This broker's own pod, as a kubelet reports on its app container.
#ifndef LEADERSHIP_BROKER_TESTS_UNIT_ELECTION_APP_PODS_H_
#define LEADERSHIP_BROKER_TESTS_UNIT_ELECTION_APP_PODS_H_

#include <string>

#include "tests/unit/election/candidate.h"

namespace leadership_broker::testing {

// Adds the status of a container to the pod's.
inline kube::ContainerState* StateOf(const std::string& container, kube::Pod* pod) {
  kube::ContainerStatus* const status = pod->mutable_status()->add_container_statuses();
  status->set_name(container);
  return status->mutable_state();
}

inline kube::Pod RunningApp() {
  kube::Pod pod = PodOf("me");
  StateOf("app", &pod)->mutable_running();
  return pod;
}

inline kube::Pod WaitingApp(const std::string& reason = "CrashLoopBackOff") {
  kube::Pod pod = PodOf("me");
  StateOf("app", &pod)->mutable_waiting()->set_reason(reason);
  return pod;
}

inline kube::Pod EndedApp(int exit_code, const std::string& restart_policy = "Always") {
  kube::Pod pod = PodOf("me");
  pod.mutable_spec()->set_restart_policy(restart_policy);
  StateOf("app", &pod)->mutable_terminated()->set_exit_code(exit_code);
  return pod;
}

}  // namespace leadership_broker::testing

#endif  // LEADERSHIP_BROKER_TESTS_UNIT_ELECTION_APP_PODS_H_
