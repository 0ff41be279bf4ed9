#include "tests/fake_kube_apiserver/api_request.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace leadership_broker::testing::fake {
namespace {

std::string VerbOf(const HttpRequest& request, bool of_collection) {
  if (request.method == "GET" || request.method == "HEAD") {
    if (!of_collection) return "get";
    const std::string watch = request.Query("watch");
    return watch == "1" || watch == "true" ? "watch" : "list";
  }
  if (request.method == "POST") return "create";
  if (request.method == "PUT") return "update";
  if (request.method == "PATCH") return "patch";
  if (request.method == "DELETE") return of_collection ? "deletecollection" : "delete";
  return request.method;
}

}  // namespace

std::string ApiRequest::ResourceAndSubresource() const {
  return subresource.empty() ? resource->plural : absl::StrCat(resource->plural, "/", subresource);
}

std::optional<ApiRequest> ParseApiRequest(const HttpRequest& request) {
  std::vector<std::string> parts = absl::StrSplit(request.path, '/', absl::SkipEmpty());
  std::string group;
  size_t at = 0;
  if (parts.size() > 2 && parts[0] == "api" && parts[1] == "v1") {
    at = 2;
  } else if (parts.size() > 3 && parts[0] == "apis" && parts[2] == "v1") {
    group = parts[1];
    at = 3;
  } else {
    return std::nullopt;
  }
  ApiRequest parsed;
  if (parts[at] == "namespaces" && parts.size() > at + 2) {
    parsed.namespace_name = parts[at + 1];
    at += 2;
  }
  parsed.resource = FindResource(group, parts[at]);
  if (parsed.resource == nullptr || parts.size() > at + 3) return std::nullopt;
  if (parts.size() > at + 1) parsed.name = parts[at + 1];
  if (parts.size() > at + 2) parsed.subresource = parts[at + 2];
  const bool scope_fits = parsed.resource->namespaced ? !parsed.namespace_name.empty() || parsed.name.empty()
                                                      : parsed.namespace_name.empty();
  if (!scope_fits) return std::nullopt;
  parsed.verb = VerbOf(request, parsed.name.empty());
  return parsed;
}

}  // namespace leadership_broker::testing::fake
