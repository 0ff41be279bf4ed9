#include "server/kube/requests.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

#include "server/kube/curl_url.h"
#include "server/kube/json.h"
#include "server/kube/resource.h"

namespace leadership_broker::kube {
namespace {

constexpr absl::string_view kJson = "application/json";
constexpr absl::string_view kMergePatch = "application/merge-patch+json";
// As the API server itself says it, since the core group has events as well.
constexpr absl::string_view kEvents = "events.events.k8s.io";

std::string CollectionPath(absl::string_view resource, absl::string_view namespace_name) {
  if (namespace_name.empty()) return absl::StrCat("/api/v1/", resource);
  return absl::StrCat("/api/v1/namespaces/", UrlEscape(namespace_name), "/", resource);
}

std::string EventsPath(absl::string_view namespace_name) {
  return absl::StrCat("/apis/events.k8s.io/v1/namespaces/", UrlEscape(namespace_name), "/events");
}

std::string ObjectPath(absl::string_view resource, absl::string_view namespace_name, absl::string_view name) {
  return absl::StrCat(CollectionPath(resource, namespace_name), "/", UrlEscape(name));
}

std::string SelectorQuery(const Selector& selector) {
  if (!selector.name.empty())
    return absl::StrCat("fieldSelector=", UrlEscape(absl::StrCat("metadata.name=", selector.name)));
  return absl::StrCat("labelSelector=", UrlEscape(selector.label_selector));
}

ApiRequest NewRequest(absl::string_view verb, absl::string_view resource, const Selector& selector) {
  const std::string where = selector.namespace_name.empty()
                                ? "at the cluster scope"
                                : absl::StrCat("in namespace \"", selector.namespace_name, "\"");
  ApiRequest request;
  request.verb = std::string(verb);
  request.resource = std::string(resource);
  request.what = absl::StrFormat("%s %s %s\"%s\" %s", verb, resource, selector.name.empty() ? "with labels " : "",
                                 selector.name.empty() ? selector.label_selector : selector.name, where);
  return request;
}

ApiRequest NewRequest(absl::string_view verb, absl::string_view resource, const std::string& namespace_name,
                      const std::string& name) {
  return NewRequest(verb, resource, Selector{namespace_name, name, ""});
}

void SetBody(const google::protobuf::Message& message, absl::string_view content_type, ApiRequest* request) {
  absl::StatusOr<std::string> json = ToJson(message);
  request->valid = json.status();
  if (!json.ok()) return;
  request->http.body = *std::move(json);
  request->http.headers.push_back(absl::StrCat("Content-Type: ", content_type));
}

}  // namespace

ApiRequest ListRequest(absl::string_view resource, const Selector& selector) {
  ApiRequest request = NewRequest("list", resource, selector);
  request.http.method = "GET";
  request.http.target = absl::StrCat(CollectionPath(resource, selector.namespace_name), "?", SelectorQuery(selector));
  return request;
}

ApiRequest WatchRequest(absl::string_view resource, const Selector& selector, absl::string_view resource_version,
                        absl::Duration timeout) {
  ApiRequest request = NewRequest("watch", resource, selector);
  request.http.method = "GET";
  request.http.streaming = true;
  const int64_t seconds = std::max<int64_t>(1, absl::ToInt64Seconds(absl::Ceil(timeout, absl::Seconds(1))));
  request.http.target = absl::StrCat(CollectionPath(resource, selector.namespace_name),
                                     "?watch=1&allowWatchBookmarks=true&", SelectorQuery(selector),
                                     "&resourceVersion=", UrlEscape(resource_version), "&timeoutSeconds=", seconds);
  return request;
}

ApiRequest CreateRequest(const ConfigMap& config_map) {
  const ObjectMeta& metadata = config_map.metadata();
  ApiRequest request = NewRequest("create", Resource<ConfigMap>::kName, metadata.namespace_(), metadata.name());
  request.http.method = "POST";
  request.http.target = CollectionPath(Resource<ConfigMap>::kName, metadata.namespace_());
  ConfigMap object = config_map;
  object.set_api_version("v1");
  object.set_kind("ConfigMap");
  SetBody(object, kJson, &request);
  return request;
}

ApiRequest DeleteRequest(absl::string_view resource, const std::string& namespace_name, const std::string& name,
                         const Precondition& precondition) {
  ApiRequest request = NewRequest("delete", resource, namespace_name, name);
  request.http.method = "DELETE";
  request.http.target = ObjectPath(resource, namespace_name, name);
  DeleteOptions options;
  options.set_api_version("v1");
  options.set_kind("DeleteOptions");
  options.set_propagation_policy("Background");
  options.mutable_preconditions()->set_uid(precondition.uid);
  if (!precondition.resource_version.empty()) {
    options.mutable_preconditions()->set_resource_version(precondition.resource_version);
  }
  SetBody(options, kJson, &request);
  return request;
}

ApiRequest AnnotateRequest(const std::string& namespace_name, const std::string& name, const Precondition& precondition,
                           const std::string& annotation, const std::string& value) {
  ApiRequest request = NewRequest("patch", Resource<ConfigMap>::kName, namespace_name, name);
  request.http.method = "PATCH";
  request.http.target = ObjectPath(Resource<ConfigMap>::kName, namespace_name, name);
  MetadataPatch patch;
  patch.mutable_metadata()->set_uid(precondition.uid);
  patch.mutable_metadata()->set_resource_version(precondition.resource_version);
  (*patch.mutable_metadata()->mutable_annotations())[annotation] = value;
  SetBody(patch, kMergePatch, &request);
  return request;
}

ApiRequest CreateEventRequest(const Event& event) {
  const ObjectMeta& metadata = event.metadata();
  ApiRequest request = NewRequest("create", kEvents, metadata.namespace_(), metadata.name());
  request.http.method = "POST";
  request.http.target = EventsPath(metadata.namespace_());
  Event object = event;
  object.set_api_version("events.k8s.io/v1");
  object.set_kind("Event");
  SetBody(object, kJson, &request);
  return request;
}

ApiRequest EventSeriesRequest(const std::string& namespace_name, const std::string& name, const EventSeries& series) {
  ApiRequest request = NewRequest("patch", kEvents, namespace_name, name);
  request.http.method = "PATCH";
  request.http.target = absl::StrCat(EventsPath(namespace_name), "/", UrlEscape(name));
  EventSeriesPatch patch;
  *patch.mutable_series() = series;
  SetBody(patch, kMergePatch, &request);
  return request;
}

ApiRequest LabelPodRequest(const PodName& pod, const std::string& key, const std::optional<std::string>& value) {
  ApiRequest request = NewRequest("patch", Resource<Pod>::kName, pod.namespace_name, pod.name);
  request.http.method = "PATCH";
  request.http.target = ObjectPath(Resource<Pod>::kName, pod.namespace_name, pod.name);
  LabelsPatch patch;
  patch.mutable_metadata()->set_uid(pod.uid);
  google::protobuf::Value& label = (*patch.mutable_metadata()->mutable_labels())[key];
  if (value.has_value()) {
    label.set_string_value(*value);
  } else {
    label.set_null_value(google::protobuf::NULL_VALUE);
  }
  SetBody(patch, kMergePatch, &request);
  return request;
}

}  // namespace leadership_broker::kube
