// A cluster as the tests see it: the stand-in, or a real etcd, kube-apiserver and kube-controller-manager. The same
// scenarios run against both.
#ifndef LEADERSHIP_BROKER_TESTS_HARNESS_CLUSTER_H_
#define LEADERSHIP_BROKER_TESTS_HARNESS_CLUSTER_H_

#include <algorithm>
#include <string>
#include <vector>

#include "tests/harness/admin_client.h"

namespace leadership_broker::testing {

// One rule of the brokers' Role: which verbs on which resource ("pods", or with its group "events.events.k8s.io").
// `names` narrows it to those objects.
struct RoleRule {
  std::string resource;
  std::vector<std::string> verbs;
  std::vector<std::string> names;

  std::string Plural() const { return resource.substr(0, resource.find('.')); }
  std::string Group() const { return resource.substr(std::min(resource.size(), Plural().size() + 1)); }
};

class Cluster {
 public:
  virtual ~Cluster() = default;

  // "https://127.0.0.1:PORT". Stays the same over StopApiServer and StartApiServer.
  virtual std::string Url() const = 0;
  virtual std::string CaFile() const = 0;
  // May do everything.
  virtual AdminClient& Admin() = 0;

  // Makes a namespace of a fresh name with a ServiceAccount "candidate", which may do nothing yet, and returns the
  // name.
  virtual std::string NewNamespace() = 0;
  // Gives the namespace's ServiceAccount exactly these rights; in force when it returns.
  virtual void SetRole(const std::string& namespace_name, const std::vector<RoleRule>& rules) = 0;
  // The same besides at the cluster scope, for what is in no namespace.
  virtual void SetClusterRole(const std::string& namespace_name, const std::vector<RoleRule>& rules) = 0;
  // A token of that ServiceAccount bound to this pod, as the kubelet projects it into the pod.
  virtual std::string IssueToken(const std::string& namespace_name, const std::string& pod_name,
                                 const std::string& pod_uid) = 0;
  // Every token issued for the namespace until now is refused with 401 when it returns; IssueToken gives good ones.
  virtual void RevokeTokens(const std::string& namespace_name) = 0;

  // SIGKILL, and start again on the same address with the same store.
  virtual void StopApiServer() = 0;
  virtual void StartApiServer() = 0;
  // Forgets history: a watch from an older resource version is answered 410.
  virtual void Compact() = 0;
  // The garbage collector (on the real cluster all of the controller manager) neither collects nor loses its place
  // while stopped.
  virtual void StopCollector() = 0;
  virtual void StartCollector() = 0;
};

}  // namespace leadership_broker::testing

#endif  // LEADERSHIP_BROKER_TESTS_HARNESS_CLUSTER_H_
