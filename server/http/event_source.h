// What a stream of events has to say (Server-Sent Events, text/event-stream): its content, without the connection.
#ifndef LEADERSHIP_BROKER_HTTP_EVENT_SOURCE_H_
#define LEADERSHIP_BROKER_HTTP_EVENT_SOURCE_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace leadership_broker::http {

// Owned by its stream; called and destroyed on the HTTP server's thread alone.
class EventSource {
 public:
  struct Next {
    // Whole events, as they go over the wire. Empty: there is nothing new, and on_ready will be called when there is.
    std::string text;
    // Nothing will ever come after `text`.
    bool ended = false;
  };

  virtual ~EventSource() = default;
  virtual Next Take() = 0;
  // What to send when nothing was sent for a while, so that both sides find out that the other is gone. By default a
  // comment, which clients ignore.
  virtual std::string KeepAlive() { return ":\n\n"; }
};

// Makes the source of one client. `on_ready` may be called by any thread, not before the first Take that had nothing,
// and not after the source's destruction; it does not block.
using OpenEvents = std::function<std::unique_ptr<EventSource>(std::function<void()> on_ready)>;

// An event of one line of data.
inline std::string Event(absl::string_view line) { return absl::StrCat("data: ", line, "\n\n"); }

}  // namespace leadership_broker::http

#endif  // LEADERSHIP_BROKER_HTTP_EVENT_SOURCE_H_
