// What the tests put on the nodes: workloads as users write them, with the broker added by deploy/kustomize/sidecar.
#ifndef LEADERSHIP_BROKER_TESTS_E2E_WORKLOAD_H_
#define LEADERSHIP_BROKER_TESTS_E2E_WORKLOAD_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "nlohmann/json.hpp"

#include "tests/e2e/containers.h"
#include "tests/e2e/node_lab.h"
#include "tests/e2e/pod.h"

namespace leadership_broker::testing {

// The object of a workload of these containers; "witness" is added. `pod_spec` is merged into the pods' (a merge
// patch).
nlohmann::json Deployment(const std::string& name, int replicas, const std::vector<nlohmann::json>& containers,
                          const nlohmann::json& pod_spec = nlohmann::json::object());
nlohmann::json StatefulSet(const std::string& name, int replicas, const std::vector<nlohmann::json>& containers,
                           const nlohmann::json& pod_spec = nlohmann::json::object());
nlohmann::json Job(const std::string& name, const std::vector<nlohmann::json>& containers,
                   const nlohmann::json& pod_spec = nlohmann::json::object());

// A namespace with a lock, and the workloads that stand for it. Not thread-safe.
class Stage {
 public:
  static constexpr char kLock[] = "the-lock";

  // In a namespace that enforces Pod Security "restricted", unless told otherwise.
  explicit Stage(const std::string& pod_security = "restricted");
  // Its pods are ended.
  ~Stage();
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;

  NodeLab& lab() const { return lab_; }
  AdminClient& Admin() const { return lab_.Admin(); }
  const std::string& namespace_name() const { return namespace_; }

  // Applies them, each with the broker added. `broker` is patched into the sidecar's container (a strategic merge), and
  // `components` of deploy/kustomize are applied after the sidecar.
  void Apply(const std::vector<nlohmann::json>& workloads, const nlohmann::json& broker = nlohmann::json::object(),
             const std::vector<std::string>& components = {});
  // Applies a kustomization to the namespace. A resource or a component may begin with DEPLOY/, for deploy/.
  void ApplyKustomization(nlohmann::json kustomization, const std::map<std::string, nlohmann::json>& files = {});
  // Gives the workloads' ServiceAccount the same rights on another lock.
  void AllowLock(const std::string& lock);
  // Waits until the workload of this name has so many pods, all Ready, and returns them.
  std::vector<Pod> WaitReady(const std::string& workload, size_t count);
  // The same of those that were told what they are: one that it leads, the others that they stand by. The leader first.
  std::vector<Pod> WaitElected(const std::string& workload, size_t count);
  // Waits until the lock's holder is told that it leads, and returns it. Ends the process when nobody comes to lead.
  Pod WaitLeader();

  // The lock as it is; null when there is none.
  nlohmann::json Lock() const;
  // The pod that the lock's owner reference names, once it is bound to a node.
  std::optional<Pod> Holder() const;
  // Every Pod object of the workload.
  std::vector<nlohmann::json> PodObjects(const std::string& workload) const;
  std::vector<nlohmann::json> PodObjectsWith(const std::string& label_selector) const;
  std::string Path(const std::string& collection) const {
    return "/api/v1/namespaces/" + namespace_ + "/" + collection;
  }

 private:
  NodeLab& lab_;
  const std::string namespace_;
  const ScratchDir scratch_;
  int applied_ = 0;
};

}  // namespace leadership_broker::testing

#endif  // LEADERSHIP_BROKER_TESTS_E2E_WORKLOAD_H_
