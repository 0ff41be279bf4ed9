// Two real nodes beside a real control plane, with the images of tests/e2e on them: what runs, runs in containers.
#ifndef LEADERSHIP_BROKER_TESTS_E2E_NODE_LAB_H_
#define LEADERSHIP_BROKER_TESTS_E2E_NODE_LAB_H_

#include <sys/types.h>

#include <string>
#include <vector>

#include "tests/e2e/end_watch.h"
#include "tests/harness/real_cluster.h"
#include "tests/harness/scratch_dir.h"

namespace leadership_broker::testing {

// Not thread-safe. Failures of the lab end the process with the reason.
class NodeLab {
 public:
  static constexpr char kNode1[] = "node-1";
  static constexpr char kNode2[] = "node-2";

  // One a test process, made at the first call and ended with the process.
  static NodeLab& Shared();

  RealCluster& cluster() const { return *cluster_; }
  AdminClient& Admin() const { return cluster_->Admin(); }

  // Runs kubectl as the administrator; a failure fails the test. Returns what it wrote.
  std::string Kubectl(const std::vector<std::string>& arguments) const;
  // A command of tests/lab/node, which names them.
  void Node(const std::string& command, const std::string& node, const std::vector<std::string>& more = {}) const;
  // A command of this machine's, run on the node; a failure fails the test. Returns what it wrote.
  std::string RunOn(const std::string& node, const std::vector<std::string>& command) const;

  // Where the node keeps its containers' logs.
  std::string PodLogs(const std::string& node) const { return NodeFolder(node) + "/log/pods"; }
  // The container's first process, as this machine counts them; 0 when it does not run. `container_id` as Kubernetes
  // has it.
  pid_t Pid(const std::string& node, const std::string& container_id) const;
  EndWatch& ends() { return ends_; }
  // Whether the node's condition Ready has this status: "True", "Unknown"…
  bool NodeIs(const std::string& node, const std::string& ready) const;

 private:
  NodeLab();
  std::string NodeFolder(const std::string& node) const { return cluster_->Folder() + "/" + node; }

  RealCluster* cluster_;
  const ScratchDir scratch_;
  EndWatch ends_;
};

}  // namespace leadership_broker::testing

#endif  // LEADERSHIP_BROKER_TESTS_E2E_NODE_LAB_H_
