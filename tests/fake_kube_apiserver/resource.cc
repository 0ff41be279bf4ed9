#include "tests/fake_kube_apiserver/resource.h"

#include <cstdlib>

namespace leadership_broker::testing::fake {

const std::vector<Resource>& Resources() {
  static const auto* const resources = new std::vector<Resource>{
      // group, plural, singular, short, kind, namespaced, status, deletion answers with the object, name rule
      {"", "namespaces", "namespace", "ns", "Namespace", false, true, true, NameRule::kDnsLabel},
      {"", "nodes", "node", "no", "Node", false, true, false, NameRule::kDnsSubdomain},
      {"", "configmaps", "configmap", "cm", "ConfigMap", true, false, false, NameRule::kDnsSubdomain},
      {"", "pods", "pod", "po", "Pod", true, true, true, NameRule::kDnsSubdomain},
      {"", "serviceaccounts", "serviceaccount", "sa", "ServiceAccount", true, false, true, NameRule::kDnsSubdomain},
      {"apps", "deployments", "deployment", "deploy", "Deployment", true, true, false, NameRule::kDnsSubdomain},
      {"events.k8s.io", "events", "event", "ev", "Event", true, false, false, NameRule::kDnsSubdomain},
      {"rbac.authorization.k8s.io", "roles", "role", "", "Role", true, false, false, NameRule::kPathSegment},
      {"rbac.authorization.k8s.io", "rolebindings", "rolebinding", "", "RoleBinding", true, false, false,
       NameRule::kPathSegment},
      {"rbac.authorization.k8s.io", "clusterroles", "clusterrole", "", "ClusterRole", false, false, false,
       NameRule::kPathSegment},
      {"rbac.authorization.k8s.io", "clusterrolebindings", "clusterrolebinding", "", "ClusterRoleBinding", false, false,
       false, NameRule::kPathSegment},
  };
  return *resources;
}

const Resource* FindResource(const std::string& group, const std::string& plural) {
  for (const Resource& resource : Resources()) {
    if (resource.group == group && resource.plural == plural) return &resource;
  }
  return nullptr;
}

const Resource* FindKind(const std::string& api_version, const std::string& kind) {
  for (const Resource& resource : Resources()) {
    if (resource.ApiVersion() == api_version && resource.kind == kind) return &resource;
  }
  return nullptr;
}

const Resource& CoreResource(const std::string& plural) {
  const Resource* resource = FindResource("", plural);
  if (resource == nullptr) std::abort();
  return *resource;
}

}  // namespace leadership_broker::testing::fake
