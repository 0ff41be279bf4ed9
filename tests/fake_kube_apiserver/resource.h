// The kinds of object that the stand-in knows.
#ifndef LEADERSHIP_BROKER_TESTS_FAKE_KUBE_APISERVER_RESOURCE_H_
#define LEADERSHIP_BROKER_TESTS_FAKE_KUBE_APISERVER_RESOURCE_H_

#include <string>
#include <vector>

namespace leadership_broker::testing::fake {

enum class NameRule {
  kDnsSubdomain,  // RFC 1123, dots allowed
  kDnsLabel,      // RFC 1123, no dots
  kPathSegment,   // whatever can stand in a URL's path
};

struct Resource {
  // Empty for the core group.
  std::string group;
  std::string plural;
  std::string singular;
  // As people type it; may be empty.
  std::string short_name;
  std::string kind;
  bool namespaced;
  // Whether …/status is written apart from the rest.
  bool has_status;
  // Whether DELETE answers with the object that went, as the real server does for some kinds, rather than with a
  // Status.
  bool answers_deletion_with_object;
  NameRule name_rule;

  // "v1", or "GROUP/v1": every kind here is at v1.
  std::string ApiVersion() const { return group.empty() ? "v1" : group + "/v1"; }
  // As in a Status: "configmaps", "roles.rbac.authorization.k8s.io".
  std::string QualifiedPlural() const { return group.empty() ? plural : plural + "." + group; }
  // As in a validation error: "ConfigMap", "Role.rbac.authorization.k8s.io".
  std::string QualifiedKind() const { return group.empty() ? kind : kind + "." + group; }
};

// All of them; they live as long as the program, and two are the same if their addresses are.
const std::vector<Resource>& Resources();

// nullptr when there is none such.
const Resource* FindResource(const std::string& group, const std::string& plural);
const Resource* FindKind(const std::string& api_version, const std::string& kind);

// For those that the code itself names; ends the program when there is none such.
const Resource& CoreResource(const std::string& plural);

}  // namespace leadership_broker::testing::fake

#endif  // LEADERSHIP_BROKER_TESTS_FAKE_KUBE_APISERVER_RESOURCE_H_
