// A Pod as an object in the API, and the folder that a kubelet would mount into it. Nothing runs in it but the broker a
// test starts beside it.
#ifndef LEADERSHIP_BROKER_TESTS_HARNESS_TEST_POD_H_
#define LEADERSHIP_BROKER_TESTS_HARNESS_TEST_POD_H_

#include <string>
#include <vector>

#include "tests/harness/cluster.h"
#include "tests/harness/scratch_dir.h"

namespace leadership_broker::testing {

// Makes a Node object, with no kubelet behind it, and returns its fresh name. Pods bound to it keep their grace period
// when deleted, until DeleteByForce, which is also how a kubelet confirms; a pod bound to no node goes at once.
std::string NewNode(Cluster& cluster);

struct TestPodOptions {
  // The label leadership-broker/lock; none when empty (R16).
  std::string lock = {};
  // The node to bind it to; none when empty.
  std::string node = {};
  std::vector<std::string> containers = {"app"};
  // Init containers with restartPolicy Always.
  std::vector<std::string> sidecars = {};
};

// Not thread-safe. Uses the cluster's admin client. The object stays when this is destroyed. A request that must
// succeed and does not ends the process with the server's answer.
class TestPod {
 public:
  using Options = TestPodOptions;

  // Creates the Pod and issues its token.
  TestPod(Cluster* cluster, std::string namespace_name, std::string name, Options options = {});
  TestPod(const TestPod&) = delete;
  TestPod& operator=(const TestPod&) = delete;

  const std::string& namespace_name() const { return namespace_name_; }
  const std::string& name() const { return name_; }
  // Of the object made last.
  const std::string& uid() const { return uid_; }
  Cluster& cluster() const { return *cluster_; }

  // ca.crt, token and namespace: what --service-account-dir takes. Also a place for the broker's socket.
  const std::string& service_account_dir() const { return service_account_.path(); }
  // Issues a new token into it.
  void RenewToken();

  // The object now, as the API server has it; null when it is gone (another pod under its name is not it).
  nlohmann::json Object() const;
  bool Exists() const { return !Object().is_null(); }

  // With its grace period of 30 s.
  void Delete() { Delete(nlohmann::json::object()); }
  // Of no grace period: the object goes at once.
  void DeleteByForce() { Delete({{"gracePeriodSeconds", 0}}); }
  // Dependents first, as prune modes of GitOps tools do. Once the collector, which has to run, knows what
  // there is (CollectorComesBy).
  void DeleteForeground();
  // Dependents stay, without their owner. The same.
  void DeleteOrphaning();

  // What a kubelet reports when every container and sidecar runs.
  void SetRunning();
  // When the sidecars run, and the containers wait to be started (again), e.g. in "CrashLoopBackOff".
  void SetWaiting(const std::string& reason);
  // What it reports when all have ended: `phase` "Failed" or "Succeeded", `reason` for example "Evicted" or empty.
  void SetEnded(const std::string& phase, const std::string& reason = "");
  // Any status, e.g. a terminal phase with partial containerStatuses.
  void SetStatus(const nlohmann::json& status);

  // Creates it again under the same name, once the old object is gone; with a new UID and token.
  void Recreate();

 private:
  std::string Path() const;
  void Create();
  void Delete(const nlohmann::json& options);
  void AwaitCollector() const;
  // Statuses of all containers and sidecars in this state.
  nlohmann::json StatusWith(const nlohmann::json& container_state) const;

  Cluster* const cluster_;
  const std::string namespace_name_;
  const std::string name_;
  const Options options_;
  const ScratchDir service_account_;
  std::string uid_;
};

}  // namespace leadership_broker::testing

#endif  // LEADERSHIP_BROKER_TESTS_HARNESS_TEST_POD_H_
