// A namespace whose locks the policies of deploy/admission/ guard, and those who try to get round them.
#ifndef LEADERSHIP_BROKER_TESTS_CONTROL_PLANE_ADMISSION_PROTECTED_NAMESPACE_H_
#define LEADERSHIP_BROKER_TESTS_CONTROL_PLANE_ADMISSION_PROTECTED_NAMESPACE_H_

#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

#include "tests/harness/real_cluster.h"
#include "tests/harness/test_pod.h"

namespace leadership_broker::testing {

inline constexpr char kLock[] = "the-lock";
inline constexpr char kReleased[] = "leadership-broker/released";
inline constexpr char kBreakGlass[] = "leadership-broker:break-glass";

// Applies the policies and annotates the namespace, whose ServiceAccount may make and delete locks; all is in force
// when it returns. `removal` is the annotation leadership-broker/lock-removal; absent when empty.
void ProtectLocks(RealCluster& cluster, const std::string& namespace_name, const std::string& removal);

// Not thread-safe.
class ProtectedNamespace {
 public:
  // Of the shared cluster. Its ServiceAccount may do anything with ConfigMaps, so that a refusal is the policies' own.
  explicit ProtectedNamespace(const std::string& removal = "");

  RealCluster& cluster() { return cluster_; }
  const std::string& name() const { return name_; }
  AdminClient& admin() { return cluster_.Admin(); }
  // With this pod's own token.
  std::unique_ptr<AdminClient> As(const TestPod& pod);
  // With a token of the pods' ServiceAccount that is bound to no pod.
  std::unique_ptr<AdminClient> AsUnbound();
  // Somebody of this name who may do everything, as far as RBAC goes.
  std::unique_ptr<AdminClient> AsPerson(const std::string& user, std::vector<std::string> more_groups = {});

  std::string Locks() const { return "/api/v1/namespaces/" + name_ + "/configmaps"; }
  std::string LockPath() const { return Locks() + "/" + kLock; }
  // Null when there is none.
  nlohmann::json Lock();
  // Has the pod make it, as its broker would, and returns it.
  nlohmann::json MakeLock(const TestPod& holder);

 private:
  RealCluster& cluster_ = RealCluster::Shared();
  const std::string name_ = cluster_.NewNamespace();
};

nlohmann::json OwnerReference(const TestPod& pod);
// A lock as the brokers write it, with these owners.
nlohmann::json LockOwnedBy(const std::vector<nlohmann::json>& owners);
// A merge patch of one annotation.
nlohmann::json Annotate(const std::string& key, const nlohmann::json& value);

// A refusal by a policy, in words that hold `words`.
void ExpectDenied(const HttpAnswer& answer, const std::string& words);

}  // namespace leadership_broker::testing

#endif  // LEADERSHIP_BROKER_TESTS_CONTROL_PLANE_ADMISSION_PROTECTED_NAMESPACE_H_
