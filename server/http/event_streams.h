// The streams of events of one listener: how many there may be, and what keeps them alive and ends them.
#ifndef LEADERSHIP_BROKER_HTTP_EVENT_STREAMS_H_
#define LEADERSHIP_BROKER_HTTP_EVENT_STREAMS_H_

#include <memory>
#include <set>

#include "absl/time/time.h"

#include "server/http/event_source.h"
#include "server/http/event_stream.h"
#include "server/loop/mutex.h"

struct MHD_Connection;
struct MHD_Response;

namespace leadership_broker::http {

struct StreamLimits {
  // At once. Connections for them come on top of those for everything else.
  unsigned streams = 16;
  // The longest silence on a stream.
  absl::Duration keep_alive = absl::Seconds(15);
  // How long a client may take nothing of what waits for it; whole seconds.
  absl::Duration stall = absl::Seconds(30);
};

// Outlives the daemon of its listener.
class EventStreams {
 public:
  explicit EventStreams(const StreamLimits& limits) : limits_(limits) {}
  EventStreams(const EventStreams&) = delete;
  EventStreams& operator=(const EventStreams&) = delete;

  // A response that is the stream. Null when there is no room, or after End. On the server's thread.
  MHD_Response* Open(MHD_Connection* connection, const OpenEvents& open) EXCLUDES(mutex_);

  // Sends the keep-alives that are due, and lets go of clients that are gone. To be called every few seconds; any
  // thread.
  void Tick() EXCLUDES(mutex_);

  // Ends all, and lets none begin. To be called before the daemon is stopped, which must not find one that is
  // suspended. Any thread.
  void End() EXCLUDES(mutex_);

 private:
  // What libmicrohttpd holds of a stream.
  struct Held {
    EventStreams* streams;
    EventStream stream;
  };
  static ssize_t Read(void* held, uint64_t position, char* to, size_t room);
  static void Free(void* held);

  // Of those whose clients are there.
  unsigned CountLive() REQUIRES(mutex_);

  const StreamLimits limits_;
  loop::Mutex mutex_;
  bool ended_ GUARDED_BY(mutex_) = false;
  // Those that have not ended.
  std::set<EventStream*> streams_ GUARDED_BY(mutex_);
};

}  // namespace leadership_broker::http

#endif  // LEADERSHIP_BROKER_HTTP_EVENT_STREAMS_H_
