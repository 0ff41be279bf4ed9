#include "server/kube/watch_decoder.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

#include "server/kube/json.h"
#include "server/kube/resource.h"

namespace leadership_broker::kube {
namespace {

std::optional<WatchEventKind> ObjectEventKind(const std::string& type) {
  if (type == "ADDED") return WatchEventKind::kAdded;
  if (type == "MODIFIED") return WatchEventKind::kModified;
  if (type == "DELETED") return WatchEventKind::kDeleted;
  return std::nullopt;
}

absl::Status Incomplete(const std::string& type) {
  return absl::DataLossError(
      absl::StrCat("a watch event of type ", type, " lacks metadata.uid or metadata.resourceVersion"));
}

}  // namespace

template <typename Object>
absl::StatusOr<std::optional<typename WatchDecoder<Object>::Event>> WatchDecoder<Object>::Next() {
  const absl::StatusOr<std::optional<absl::string_view>> line = lines_.Next();
  if (!line.ok()) return line.status();
  if (!line->has_value()) return std::nullopt;

  const absl::StatusOr<WatchEventType> head = FromJson<WatchEventType>(**line);
  if (!head.ok()) return head.status();
  const std::string& type = head->type();

  if (type == "ERROR") {
    absl::StatusOr<StatusWatchEvent> event = FromJson<StatusWatchEvent>(**line);
    if (!event.ok()) return event.status();
    return Event(ErrorEvent{std::move(*event->mutable_object())});
  }
  const std::optional<WatchEventKind> kind = ObjectEventKind(type);
  if (!kind.has_value() && type != "BOOKMARK") {
    return absl::DataLossError(absl::StrCat("a watch event of unknown type \"", absl::CHexEscape(type), "\""));
  }
  auto event = FromJson<typename Resource<Object>::WatchEvent>(**line);
  if (!event.ok()) return event.status();
  const ObjectMeta& metadata = event->object().metadata();
  if (metadata.resource_version().empty()) return Incomplete(type);
  if (!kind.has_value()) return Event(BookmarkEvent{metadata.resource_version()});
  if (metadata.uid().empty()) return Incomplete(type);
  return Event(ObjectEvent<Object>{*kind, std::move(*event->mutable_object())});
}

template class WatchDecoder<ConfigMap>;
template class WatchDecoder<Pod>;
template class WatchDecoder<Node>;

}  // namespace leadership_broker::kube
