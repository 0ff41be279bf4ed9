// The requests the broker makes, as HTTP. All of them are of the core group, v1, but those of Events.
#ifndef LEADERSHIP_BROKER_KUBE_REQUESTS_H_
#define LEADERSHIP_BROKER_KUBE_REQUESTS_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

#include "server/kube/announce_api.h"
#include "server/kube/api.h"
#include "server/kube/kube.pb.h"
#include "server/kube/transport.h"

namespace leadership_broker::kube {

struct ApiRequest {
  // RBAC's words for the call: "watch", "configmaps".
  std::string verb;
  std::string resource;
  // The same as a sentence, for messages: `watch configmaps "lock" in namespace "apps"`.
  std::string what;
  HttpRequest http;
  // Not OK: it cannot be said in JSON and must not be sent.
  absl::Status valid;
};

// Without a resourceVersion, which makes it a consistent read.
ApiRequest ListRequest(absl::string_view resource, const Selector& selector);

ApiRequest WatchRequest(absl::string_view resource, const Selector& selector, absl::string_view resource_version,
                        absl::Duration timeout);

ApiRequest CreateRequest(const ConfigMap& config_map);

// With the preconditions, and propagationPolicy Background, in its body (R6).
ApiRequest DeleteRequest(absl::string_view resource, const std::string& namespace_name, const std::string& name,
                         const Precondition& precondition);

// A merge patch; its metadata.uid and metadata.resourceVersion are the preconditions.
ApiRequest AnnotateRequest(const std::string& namespace_name, const std::string& name, const Precondition& precondition,
                           const std::string& annotation, const std::string& value);

ApiRequest CreateEventRequest(const Event& event);

// A merge patch.
ApiRequest EventSeriesRequest(const std::string& namespace_name, const std::string& name, const EventSeries& series);

// A merge patch; its metadata.uid is the precondition. Without a value the label is removed.
ApiRequest LabelPodRequest(const PodName& pod, const std::string& key, const std::optional<std::string>& value);

}  // namespace leadership_broker::kube

#endif  // LEADERSHIP_BROKER_KUBE_REQUESTS_H_
