#include "tests/fake_kube_apiserver/discovery.h"

#include <set>

#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"

#include "tests/fake_kube_apiserver/resource.h"

namespace leadership_broker::testing::fake {
namespace {

using nlohmann::json;

HttpResponse Json(const json& body) {
  HttpResponse response;
  response.body = body.dump();
  return response;
}

json GroupVersion(const std::string& group) { return {{"groupVersion", group + "/v1"}, {"version", "v1"}}; }

json GroupList() {
  std::set<std::string> groups;
  for (const Resource& resource : Resources()) {
    if (!resource.group.empty()) groups.insert(resource.group);
  }
  json list = json::array();
  for (const std::string& group : groups) {
    list.push_back({{"name", group}, {"versions", {GroupVersion(group)}}, {"preferredVersion", GroupVersion(group)}});
  }
  return {{"kind", "APIGroupList"}, {"apiVersion", "v1"}, {"groups", std::move(list)}};
}

// Of one group; null when there is none such.
json ResourceList(const std::string& api_version) {
  json list = json::array();
  for (const Resource& resource : Resources()) {
    if (resource.ApiVersion() != api_version) continue;
    list.push_back({{"name", resource.plural},
                    {"singularName", resource.singular},
                    {"namespaced", resource.namespaced},
                    {"kind", resource.kind},
                    {"shortNames", resource.short_name.empty() ? json::array() : json::array({resource.short_name})},
                    {"verbs", {"create", "delete", "get", "list", "patch", "update", "watch"}}});
  }
  if (list.empty()) return nullptr;
  return {
      {"kind", "APIResourceList"}, {"apiVersion", "v1"}, {"groupVersion", api_version}, {"resources", std::move(list)}};
}

}  // namespace

std::optional<HttpResponse> Discover(const std::string& path) {
  if (path == "/healthz" || path == "/livez" || path == "/readyz") {
    HttpResponse response;
    response.content_type = "text/plain; charset=utf-8";
    response.body = "ok";
    return response;
  }
  if (path == "/version") {
    return Json({{"major", "1"}, {"minor", "36"}, {"gitVersion", "v1.36.0-stand-in"}, {"platform", "linux/amd64"}});
  }
  if (path == "/api") return Json({{"kind", "APIVersions"}, {"versions", {"v1"}}});
  if (path == "/apis") return Json(GroupList());
  for (const char* root : {"/api/", "/apis/"}) {
    if (path.compare(0, std::char_traits<char>::length(root), root) != 0) continue;
    const json list = ResourceList(path.substr(std::char_traits<char>::length(root)));
    if (!list.is_null()) return Json(list);
  }
  return std::nullopt;
}

}  // namespace leadership_broker::testing::fake
