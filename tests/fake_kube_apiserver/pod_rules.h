// What the API server knows of Pods in particular.
#ifndef LEADERSHIP_BROKER_TESTS_FAKE_KUBE_APISERVER_POD_RULES_H_
#define LEADERSHIP_BROKER_TESTS_FAKE_KUBE_APISERVER_POD_RULES_H_

#include <optional>

#include "nlohmann/json.hpp"

#include "tests/fake_kube_apiserver/api_result.h"

namespace leadership_broker::testing::fake {

// Checks the spec of a new Pod as far as tests get it wrong, and sets the defaults that the broker or a test may read.
std::optional<ApiResult> PreparePodCreate(json& pod);

// A Pod's spec stays as it is, but for its containers' images.
std::optional<ApiResult> CheckPodUpdate(const json& existing, const json& pod);

// How many seconds a deletion leaves this Pod: `asked` (or what the spec says), but none when no node runs it or it has
// ended.
int64_t PodGracePeriod(const json& pod, std::optional<int64_t> asked);

}  // namespace leadership_broker::testing::fake

#endif  // LEADERSHIP_BROKER_TESTS_FAKE_KUBE_APISERVER_POD_RULES_H_
