// The stand-in as a cluster, inside the test's own process.
#ifndef LEADERSHIP_BROKER_TESTS_HARNESS_FAKE_CLUSTER_H_
#define LEADERSHIP_BROKER_TESTS_HARNESS_FAKE_CLUSTER_H_

#include <memory>
#include <string>
#include <vector>

#include "tests/fake_kube_apiserver/fake_kube_apiserver.h"
#include "tests/harness/cluster.h"
#include "tests/harness/scratch_dir.h"

namespace leadership_broker::testing {

// Not thread-safe. Unlike the real one it forgets its tokens' Pods at once, and a Compact leaves open watches alone.
class FakeCluster : public Cluster {
 public:
  // Ends the process when the stand-in does not start.
  explicit FakeCluster(const fake::Settings& settings = {});

  std::string Url() const override { return server_->Url(); }
  std::string CaFile() const override { return scratch_.File("ca.crt"); }
  AdminClient& Admin() override { return *admin_; }
  std::string NewNamespace() override;
  void SetRole(const std::string& namespace_name, const std::vector<RoleRule>& rules) override;
  void SetClusterRole(const std::string& namespace_name, const std::vector<RoleRule>& rules) override;
  std::string IssueToken(const std::string& namespace_name, const std::string& pod_name,
                         const std::string& pod_uid) override;
  void RevokeTokens(const std::string& namespace_name) override;
  void StopApiServer() override { server_->StopServing(); }
  void StartApiServer() override;
  void Compact() override { server_->store().Compact(); }
  void StopCollector() override { server_->collector().Stop(); }
  void StartCollector() override { server_->collector().Start(); }

  // The store and the fault switches, which the real one does not have.
  fake::FakeKubeApiServer& server() { return *server_; }

 private:
  const ScratchDir scratch_;
  std::unique_ptr<fake::FakeKubeApiServer> server_;
  std::unique_ptr<AdminClient> admin_;
  int namespaces_ = 0;
};

}  // namespace leadership_broker::testing

#endif  // LEADERSHIP_BROKER_TESTS_HARNESS_FAKE_CLUSTER_H_
