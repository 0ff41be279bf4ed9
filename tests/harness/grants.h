// What RBAC allows, as single grants that can be compared.
#ifndef LEADERSHIP_BROKER_TESTS_HARNESS_GRANTS_H_
#define LEADERSHIP_BROKER_TESTS_HARNESS_GRANTS_H_

#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "nlohmann/json.hpp"

#include "tests/harness/admin_client.h"
#include "tests/harness/cluster.h"

namespace leadership_broker::testing {

// Resource, verb, object name ("" for any).
using Grants = std::set<std::tuple<std::string, std::string, std::string>>;

// The rules of a Role, or of a SelfSubjectRulesReview, that are about the core group or Events.
std::vector<RoleRule> ObjectRules(const nlohmann::json& rules);

Grants AllGrants(const std::vector<RoleRule>& rules);

// What whoever `client` is may do in the namespace with these, as the API server sees it now; nullopt when it
// does not answer. The authorizer learns of Roles and bindings by watches of its own: wait for what is expected.
std::optional<Grants> GrantsInForce(AdminClient& client, const std::string& namespace_name);

}  // namespace leadership_broker::testing

#endif  // LEADERSHIP_BROKER_TESTS_HARNESS_GRANTS_H_
