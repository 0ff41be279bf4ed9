// What the API server makes of an object that a client sends: the metadata it sets itself, and what it refuses. Pure,
// but for the clock and the uid it draws.
#ifndef LEADERSHIP_BROKER_TESTS_FAKE_KUBE_APISERVER_OBJECT_RULES_H_
#define LEADERSHIP_BROKER_TESTS_FAKE_KUBE_APISERVER_OBJECT_RULES_H_

#include <optional>
#include <string>

#include "absl/time/time.h"
#include "nlohmann/json.hpp"

#include "tests/fake_kube_apiserver/api_result.h"
#include "tests/fake_kube_apiserver/resource.h"

namespace leadership_broker::testing::fake {

// Which half of an object a write is about: all but `status`, or, by the subresource of that name, `status`.
enum class Part { kMain, kStatus };
enum class Method { kPut, kPatch };

// RFC 3339 in whole seconds, as Kubernetes' metav1.Time.
std::string FormatTimestamp(absl::Time time);
absl::Time ParseTimestamp(const std::string& text);

// Makes `object` as it is to be stored, but for its resourceVersion; a failure when it must not be. `namespace_name` is
// the request's; empty for a cluster-scoped kind.
std::optional<ApiResult> PrepareCreate(const Resource& resource, const std::string& namespace_name, absl::Time now,
                                       json& object);

// The same for `object`, which is to replace `existing`. Afterwards its resourceVersion is that of `existing`.
std::optional<ApiResult> PrepareUpdate(const Resource& resource, const json& existing, Part part, Method method,
                                       json& object);

}  // namespace leadership_broker::testing::fake

#endif  // LEADERSHIP_BROKER_TESTS_FAKE_KUBE_APISERVER_OBJECT_RULES_H_
