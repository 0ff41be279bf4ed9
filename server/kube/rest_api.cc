#include "server/kube/rest_api.h"

#include <memory>
#include <utility>

#include "absl/status/status.h"

#include "server/kube/kube.pb.h"
#include "server/kube/requests.h"
#include "server/kube/resource.h"
#include "server/kube/unary_exchange.h"
#include "server/kube/watch_exchange.h"

namespace leadership_broker::kube {
namespace {

absl::Status CheckObject(const ObjectMeta& metadata) {
  if (!metadata.uid().empty() && !metadata.resource_version().empty()) return absl::OkStatus();
  return absl::DataLossError("an object without metadata.uid or metadata.resourceVersion");
}

absl::Status CheckConfigMap(const ConfigMap& config_map) { return CheckObject(config_map.metadata()); }

// An answer that is no list must not pass for an empty one: to the election an empty list means that the lock is gone
// (R4).
template <typename ListMessage>
absl::Status CheckList(const ListMessage& list) {
  if (list.metadata().resource_version().empty()) return absl::DataLossError("a list without metadata.resourceVersion");
  for (const auto& item : list.items()) {
    if (absl::Status status = CheckObject(item.metadata()); !status.ok()) return status;
  }
  return absl::OkStatus();
}

// Of an answer that nobody reads (a deletion's is a Status or the object) that it is JSON will do.
absl::Status CheckNothing(const MetadataPatch&) { return absl::OkStatus(); }

template <typename Object>
loop::Handle StartList(const Connection& connection, const Selector& selector, ListCallback<Object> callback) {
  using ListMessage = typename Resource<Object>::List;
  return std::make_unique<UnaryExchange<ListMessage>>(
      connection, ListRequest(Resource<Object>::kName, selector), &CheckList<ListMessage>,
      [callback = std::move(callback)](Outcome outcome, ListMessage list) {
        Listing<Object> listing;
        listing.outcome = std::move(outcome);
        listing.resource_version = list.metadata().resource_version();
        for (Object& item : *list.mutable_items()) listing.items.push_back(std::move(item));
        callback(std::move(listing));
      });
}

template <typename Object>
loop::Handle StartWatch(const Connection& connection, const Selector& selector, const std::string& resource_version,
                        absl::Duration timeout, WatchObserver<Object>* observer) {
  return std::make_unique<WatchExchange<Object>>(
      connection, WatchRequest(Resource<Object>::kName, selector, resource_version, timeout), observer);
}

loop::Handle StartUnread(const Connection& connection, ApiRequest request, DoneCallback callback) {
  return std::make_unique<UnaryExchange<MetadataPatch>>(
      connection, std::move(request), &CheckNothing,
      [callback = std::move(callback)](Outcome outcome, const MetadataPatch&) { callback(std::move(outcome)); });
}

loop::Handle StartDelete(const Connection& connection, ApiRequest request, WriteCallback callback) {
  return StartUnread(connection, std::move(request), [callback = std::move(callback)](Outcome outcome) {
    callback(WriteAnswer{std::move(outcome), ConfigMap()});
  });
}

loop::Handle StartWrite(const Connection& connection, ApiRequest request, WriteCallback callback) {
  return std::make_unique<UnaryExchange<ConfigMap>>(
      connection, std::move(request), &CheckConfigMap,
      [callback = std::move(callback)](Outcome outcome, ConfigMap object) {
        callback(WriteAnswer{std::move(outcome), std::move(object)});
      });
}

}  // namespace

loop::Handle RestApi::List(const Selector& selector, ListCallback<ConfigMap> callback) {
  return StartList<ConfigMap>(connection_, selector, std::move(callback));
}

loop::Handle RestApi::List(const Selector& selector, ListCallback<Pod> callback) {
  return StartList<Pod>(connection_, selector, std::move(callback));
}

loop::Handle RestApi::List(const Selector& selector, ListCallback<Node> callback) {
  return StartList<Node>(connection_, selector, std::move(callback));
}

loop::Handle RestApi::Watch(const Selector& selector, const std::string& resource_version, absl::Duration timeout,
                            WatchObserver<ConfigMap>* observer) {
  return StartWatch<ConfigMap>(connection_, selector, resource_version, timeout, observer);
}

loop::Handle RestApi::Watch(const Selector& selector, const std::string& resource_version, absl::Duration timeout,
                            WatchObserver<Pod>* observer) {
  return StartWatch<Pod>(connection_, selector, resource_version, timeout, observer);
}

loop::Handle RestApi::Watch(const Selector& selector, const std::string& resource_version, absl::Duration timeout,
                            WatchObserver<Node>* observer) {
  return StartWatch<Node>(connection_, selector, resource_version, timeout, observer);
}

loop::Handle RestApi::Create(const ConfigMap& config_map, WriteCallback callback) {
  return StartWrite(connection_, CreateRequest(config_map), std::move(callback));
}

loop::Handle RestApi::DeleteConfigMap(const std::string& namespace_name, const std::string& name,
                                      const Precondition& precondition, WriteCallback callback) {
  return StartDelete(connection_, DeleteRequest(Resource<ConfigMap>::kName, namespace_name, name, precondition),
                     std::move(callback));
}

loop::Handle RestApi::DeletePod(const std::string& namespace_name, const std::string& name,
                                const Precondition& precondition, WriteCallback callback) {
  return StartDelete(connection_, DeleteRequest(Resource<Pod>::kName, namespace_name, name, {precondition.uid, ""}),
                     std::move(callback));
}

loop::Handle RestApi::AnnotateConfigMap(const std::string& namespace_name, const std::string& name,
                                        const Precondition& precondition, const std::string& annotation,
                                        const std::string& value, WriteCallback callback) {
  return StartWrite(connection_, AnnotateRequest(namespace_name, name, precondition, annotation, value),
                    std::move(callback));
}

loop::Handle RestApi::CreateEvent(const Event& event, DoneCallback callback) {
  return StartUnread(connection_, CreateEventRequest(event), std::move(callback));
}

loop::Handle RestApi::PatchEventSeries(const std::string& namespace_name, const std::string& name,
                                       const EventSeries& series, DoneCallback callback) {
  return StartUnread(connection_, EventSeriesRequest(namespace_name, name, series), std::move(callback));
}

loop::Handle RestApi::LabelPod(const PodName& pod, const std::string& key, const std::optional<std::string>& value,
                               DoneCallback callback) {
  return StartUnread(connection_, LabelPodRequest(pod, key, value), std::move(callback));
}

}  // namespace leadership_broker::kube
