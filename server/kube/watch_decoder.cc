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
  for (const WatchEventKind kind : {WatchEventKind::kAdded, WatchEventKind::kModified, WatchEventKind::kDeleted}) {
    if (type == WatchEventName(kind)) return kind;
  }
  return std::nullopt;
}

absl::Status Incomplete(const std::string& type) {
  return absl::DataLossError(
      absl::StrCat("a watch event of type ", type, " lacks metadata.uid or metadata.resourceVersion"));
}

}  // namespace

absl::string_view WatchEventName(WatchEventKind kind) {
  switch (kind) {
    case WatchEventKind::kAdded:
      return "ADDED";
    case WatchEventKind::kModified:
      return "MODIFIED";
    case WatchEventKind::kDeleted:
      break;
  }
  return "DELETED";
}

template <typename Object>
absl::StatusOr<std::optional<typename WatchDecoder<Object>::Event>> WatchDecoder<Object>::Next() {
  const absl::StatusOr<std::optional<absl::string_view>> line = lines_.Next();
  if (!line.ok()) return line.status();
  if (!line->has_value()) return std::nullopt;

  auto event = FromJson<typename Resource<Object>::WatchEvent>(**line);
  if (!event.ok() || event->type() == "ERROR") {
    absl::StatusOr<StatusWatchEvent> error = FromJson<StatusWatchEvent>(**line);
    if (error.ok() && error->type() == "ERROR") return Event(ErrorEvent{std::move(*error->mutable_object())});
    return event.ok() ? error.status() : event.status();
  }
  const std::string& type = event->type();
  const std::optional<WatchEventKind> kind = ObjectEventKind(type);
  if (!kind.has_value() && type != "BOOKMARK") {
    return absl::DataLossError(absl::StrCat("a watch event of unknown type \"", absl::CHexEscape(type), "\""));
  }
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
