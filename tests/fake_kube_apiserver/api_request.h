// A request of the API, read from its method and URL.
#ifndef LEADERSHIP_BROKER_TESTS_FAKE_KUBE_APISERVER_API_REQUEST_H_
#define LEADERSHIP_BROKER_TESTS_FAKE_KUBE_APISERVER_API_REQUEST_H_

#include <map>
#include <optional>
#include <string>

#include "absl/status/statusor.h"

#include "tests/fake_kube_apiserver/http_message.h"
#include "tests/fake_kube_apiserver/resource.h"

namespace leadership_broker::testing::fake {

struct ApiRequest {
  // As RBAC names it: get, list, watch, create, update, patch, delete, deletecollection.
  std::string verb;
  const Resource* resource = nullptr;
  std::string namespace_name;
  // Empty for the whole collection.
  std::string name;
  std::string subresource;

  // "pods/status".
  std::string ResourceAndSubresource() const;
};

// nullopt when the path is none of a resource that the stand-in knows.
std::optional<ApiRequest> ParseApiRequest(const HttpRequest& request);

}  // namespace leadership_broker::testing::fake

#endif  // LEADERSHIP_BROKER_TESTS_FAKE_KUBE_APISERVER_API_REQUEST_H_
