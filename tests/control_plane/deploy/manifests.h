// What deploy/ ships, as a user has it rendered for an app of his: by kustomize, and by Helm.
#ifndef LEADERSHIP_BROKER_TESTS_CONTROL_PLANE_DEPLOY_MANIFESTS_H_
#define LEADERSHIP_BROKER_TESTS_CONTROL_PLANE_DEPLOY_MANIFESTS_H_

#include <ostream>
#include <string>
#include <vector>

#include "nlohmann/json.hpp"

#include "tests/control_plane/deploy/variants.h"
#include "tests/harness/child_process.h"
#include "tests/harness/real_cluster.h"

namespace leadership_broker::testing {

enum class Tool { kKustomize, kHelm };
std::ostream& operator<<(std::ostream& out, Tool tool);

// The control plane of these tests: as OpenShift has it, with OwnerReferencesPermissionEnforcement.
RealCluster& DeployCluster();

// A fresh namespace that refuses pods that are not `restricted`, and warns of what would make such. The app's
// ServiceAccount is there.
std::string NewRestrictedNamespace();

// Such a one, for all tests that leave nothing behind.
const std::string& SharedNamespace();

// The app's workload before any broker is added. `labels` are its own, not its pods'.
nlohmann::json PlainWorkload(const std::string& kind, const std::string& name, const nlohmann::json& labels);

// `kubectl apply` of these arguments, as a server-side dry run with warnings as errors; in JSON.
Finished DryRun(const std::vector<std::string>& arguments);

// The app with the broker, as a dry run on the API server answers: every object, defaults filled in. Fails the test,
// and returns an empty array, where the tool or the API server refuses it.
nlohmann::json Rendered(Tool tool, const Variant& variant, const std::string& namespace_name);
// In the shared namespace; rendered once.
const nlohmann::json& Rendered(Tool tool, const Variant& variant);

// What the tool itself says to such an app of the user's: for what has to be refused.
Finished Kustomize(const Variant& variant, const std::string& namespace_name, const nlohmann::json& workloads);
Finished Helm(const std::vector<std::string>& arguments);
// The chart's folder.
std::string Chart();

// Null when there is none.
nlohmann::json Find(const nlohmann::json& objects, const std::string& kind, const std::string& name);
// The same in a list of what has names: containers, env, volumes.
nlohmann::json Named(const nlohmann::json& list, const std::string& name);
// The pod template's broker, wherever it is.
nlohmann::json BrokerOf(const nlohmann::json& workload);

// The template with its lists that are known by name in the names' order, except for init containers, whose order
// counts.
nlohmann::json InOrder(nlohmann::json pod_template);

}  // namespace leadership_broker::testing

#endif  // LEADERSHIP_BROKER_TESTS_CONTROL_PLANE_DEPLOY_MANIFESTS_H_
