// Rights of a namespace's ServiceAccount, written as RBAC objects; the same for the stand-in and the real cluster.
#ifndef LEADERSHIP_BROKER_TESTS_HARNESS_RIGHTS_H_
#define LEADERSHIP_BROKER_TESTS_HARNESS_RIGHTS_H_

#include <string>
#include <vector>

#include "nlohmann/json.hpp"

#include "tests/harness/admin_client.h"
#include "tests/harness/cluster.h"

namespace leadership_broker::testing {

// The ServiceAccount that every namespace of the tests has.
inline constexpr char kCandidateAccount[] = "candidate";

// The answer's body. Ends the process unless the answer is a 2xx.
nlohmann::json Must(HttpAnswer answer, const std::string& what);

// Gives the ServiceAccount exactly these rights in its namespace, by a Role and a RoleBinding of its name; or besides
// at the cluster scope. Each ends the process when it is refused.
void ApplyRole(AdminClient& admin, const std::string& namespace_name, const std::vector<RoleRule>& rules);
void ApplyClusterRole(AdminClient& admin, const std::string& namespace_name, const std::vector<RoleRule>& rules);

}  // namespace leadership_broker::testing

#endif  // LEADERSHIP_BROKER_TESTS_HARNESS_RIGHTS_H_
