// The real thing: etcd, kube-apiserver and kube-controller-manager (its garbage collectors), as tests/lab/control-plane
// starts them.
//
// What it does that the stand-in need not: Compact restarts the API server, and so breaks the open watches, since the
// real one's watch cache answers from memory what etcd has forgotten; RevokeTokens takes up to eleven seconds, for as
// long as the real one's token cache lives; a StartApiServer leaves the collector up to half a minute to come back.
#ifndef LEADERSHIP_BROKER_TESTS_HARNESS_REAL_CLUSTER_H_
#define LEADERSHIP_BROKER_TESTS_HARNESS_REAL_CLUSTER_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/harness/cluster.h"
#include "tests/harness/scratch_dir.h"

namespace leadership_broker::testing {

// Not thread-safe. Failures of the lab end the process with the reason.
class RealCluster : public Cluster {
 public:
  // One control plane a test process: its tests share it, each in its own namespace. Made at the first call, ended with
  // the process.
  static RealCluster& Shared();
  // Another one, for what must not share.
  static std::unique_ptr<RealCluster> New();

  ~RealCluster() override;

  std::string Url() const override { return url_; }
  std::string CaFile() const override;
  AdminClient& Admin() override { return *admin_; }
  // Also undoes a StopApiServer or StopCollector that a failed test has left behind.
  std::string NewNamespace() override;
  void SetRole(const std::string& namespace_name, const std::vector<RoleRule>& rules) override;
  void SetClusterRole(const std::string& namespace_name, const std::vector<RoleRule>& rules) override;
  std::string IssueToken(const std::string& namespace_name, const std::string& pod_name,
                         const std::string& pod_uid) override;
  void RevokeTokens(const std::string& namespace_name) override;
  void StopApiServer() override;
  void StartApiServer() override;
  void Compact() override;
  void StopCollector() override;
  void StartCollector() override;

  // `kubectl apply --kustomize` of a folder of this project's, e.g. "deploy/admission"; a warning is an error.
  void ApplyFolder(const std::string& folder) const;
  // Runs a subcommand of tests/lab/control-plane, which names them.
  void Lab(const std::string& command) const;
  std::string AdminToken() const;
  std::string EtcdUrl() const;
  // For kubectl, as the administrator.
  std::string Kubeconfig() const;
  // What tests/lab/control-plane and tests/lab/node call DIR.
  const std::string& Folder() const { return lab_dir_; }
  // The folder of kubectl, grpcurl and the control plane's own programs.
  std::string Binaries() const;

 private:
  RealCluster();
  // The first line of a file of the lab's.
  std::string Line(const std::string& file) const;
  // A token of the namespace's ServiceAccount; `bound_object` may be null.
  std::string NewToken(const std::string& namespace_name, const nlohmann::json& bound_object);

  ScratchDir scratch_;
  std::string lab_dir_;
  std::string url_;
  std::unique_ptr<AdminClient> admin_;
  int namespaces_ = 0;
  bool api_server_stopped_ = false;
  bool collector_stopped_ = false;
  // By namespace: what RevokeTokens has to see refused.
  std::map<std::string, std::vector<std::string>> tokens_;
};

// The Role that deploy/kustomize/base ships, for `lock`: as the real API server reads it.
std::vector<RoleRule> ShippedRole(RealCluster& cluster, const std::string& lock);

// Gives the namespace's ServiceAccount the Role that deploy/kustomize/base ships, for `lock`.
inline void ApplyDeployRole(RealCluster& cluster, const std::string& namespace_name, const std::string& lock) {
  cluster.SetRole(namespace_name, ShippedRole(cluster, lock));
}

}  // namespace leadership_broker::testing

#endif  // LEADERSHIP_BROKER_TESTS_HARNESS_REAL_CLUSTER_H_
