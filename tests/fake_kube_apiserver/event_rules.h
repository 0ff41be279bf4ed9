// What the API server knows of Events (events.k8s.io/v1) in particular.
#ifndef LEADERSHIP_BROKER_TESTS_FAKE_KUBE_APISERVER_EVENT_RULES_H_
#define LEADERSHIP_BROKER_TESTS_FAKE_KUBE_APISERVER_EVENT_RULES_H_

#include <optional>

#include "nlohmann/json.hpp"

#include "tests/fake_kube_apiserver/api_result.h"

namespace leadership_broker::testing::fake {

// What an Event has to have.
std::optional<ApiResult> CheckEvent(const json& event);

// An Event stays as it is, but for its series.
std::optional<ApiResult> CheckEventUpdate(const json& existing, const json& event);

}  // namespace leadership_broker::testing::fake

#endif  // LEADERSHIP_BROKER_TESTS_FAKE_KUBE_APISERVER_EVENT_RULES_H_
