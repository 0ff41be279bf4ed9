// Makes typed events of the bytes of a watch.
#ifndef LEADERSHIP_BROKER_KUBE_WATCH_DECODER_H_
#define LEADERSHIP_BROKER_KUBE_WATCH_DECODER_H_

#include <cstddef>
#include <optional>
#include <string>
#include <variant>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "server/kube/api.h"
#include "server/kube/kube.pb.h"
#include "server/kube/line_splitter.h"

namespace leadership_broker::kube {

// Kubernetes' word for it: "ADDED"…
absl::string_view WatchEventName(WatchEventKind kind);

template <typename Object>
struct ObjectEvent {
  WatchEventKind kind;
  Object object;
};

struct BookmarkEvent {
  std::string resource_version;
};

// The server's ERROR event; nothing useful follows it.
struct ErrorEvent {
  Status status;
};

template <typename Object>
class WatchDecoder {
 public:
  // Ten times what etcd lets an object be.
  static constexpr size_t kMaxLine = size_t{16} << 20;

  using Event = std::variant<ObjectEvent<Object>, BookmarkEvent, ErrorEvent>;

  void Feed(absl::string_view bytes) { lines_.Feed(bytes); }

  // The next event; nothing when more bytes are needed. DATA_LOSS for a line that is no event, is of a type that is not
  // known, lacks what every event has (uid and resourceVersion), or is too long: the stream cannot be trusted from
  // there on.
  absl::StatusOr<std::optional<Event>> Next();

  // Part of an event is there.
  bool HasRest() const { return lines_.HasRest(); }

 private:
  LineSplitter lines_{kMaxLine};
};

extern template class WatchDecoder<ConfigMap>;
extern template class WatchDecoder<Pod>;
extern template class WatchDecoder<Node>;

}  // namespace leadership_broker::kube

#endif  // LEADERSHIP_BROKER_KUBE_WATCH_DECODER_H_
