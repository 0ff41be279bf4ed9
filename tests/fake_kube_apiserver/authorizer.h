// RBAC as far as candidates meet it: Roles and RoleBindings of the request's namespace, and those of the cluster, read
// from the store at every request.
#ifndef LEADERSHIP_BROKER_TESTS_FAKE_KUBE_APISERVER_AUTHORIZER_H_
#define LEADERSHIP_BROKER_TESTS_FAKE_KUBE_APISERVER_AUTHORIZER_H_

#include <optional>

#include "tests/fake_kube_apiserver/api_request.h"
#include "tests/fake_kube_apiserver/api_result.h"
#include "tests/fake_kube_apiserver/identity.h"
#include "tests/fake_kube_apiserver/store.h"

namespace leadership_broker::testing::fake {

// The 403 that the real server would give, or nullopt. `single_name` is the name that a list or watch selects
// (Selector::SingleName): a rule with resourceNames allows those, and never a create.
std::optional<ApiResult> Authorize(const Store& store, const Identity& identity, const ApiRequest& request,
                                   const std::optional<std::string>& single_name);

}  // namespace leadership_broker::testing::fake

#endif  // LEADERSHIP_BROKER_TESTS_FAKE_KUBE_APISERVER_AUTHORIZER_H_
