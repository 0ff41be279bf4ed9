// One client's stream of events: the link between its source, which other threads wake, and its connection.
//
// While there is nothing to send, the connection is suspended and costs no thread anything. It is resumed by on_ready,
// by the keep-alive and at the end, by whichever thread these come on.
#ifndef LEADERSHIP_BROKER_HTTP_EVENT_STREAM_H_
#define LEADERSHIP_BROKER_HTTP_EVENT_STREAM_H_

#include <sys/types.h>

#include <memory>
#include <string>

#include "absl/time/time.h"

#include "server/http/event_source.h"
#include "server/loop/mutex.h"

struct MHD_Connection;

namespace leadership_broker::http {

// Owned by the response that libmicrohttpd sends: it ends on the server's thread before the connection's socket is
// closed. `connection_` is touched by other threads only while it is suspended, and a suspended connection cannot end.
class EventStream {
 public:
  EventStream(MHD_Connection* connection, int socket, const OpenEvents& open);
  EventStream(const EventStream&) = delete;
  EventStream& operator=(const EventStream&) = delete;

  // libmicrohttpd's content reader, on the server's thread.
  ssize_t Read(char* to, size_t room) EXCLUDES(mutex_);

  // Any thread, as long as the stream is known not to have ended:

  // Has the keep-alive sent if nothing was sent for `longest_silence`, by the boot clock.
  void Tick(absl::Duration now, absl::Duration longest_silence) EXCLUDES(mutex_);
  // Ends it once what is under way has been sent.
  void End() EXCLUDES(mutex_);
  // Ends it whatever is under way.
  void Abandon() EXCLUDES(mutex_);
  bool abandoned() const EXCLUDES(mutex_);
  // Whether the client has closed its side.
  bool HungUp() const;

 private:
  void Wake() REQUIRES(mutex_);

  MHD_Connection* const connection_;
  const int socket_;

  mutable loop::Mutex mutex_;
  // There may be something to send.
  bool ready_ GUARDED_BY(mutex_) = false;
  bool keep_alive_due_ GUARDED_BY(mutex_) = false;
  bool ended_ GUARDED_BY(mutex_) = false;
  bool abandoned_ GUARDED_BY(mutex_) = false;
  bool suspended_ GUARDED_BY(mutex_) = false;
  absl::Duration last_sent_ GUARDED_BY(mutex_);

  // The server's thread alone: what is under way, and how much of it is sent.
  std::string text_;
  size_t sent_ = 0;
  // The last member, so that its destruction, after which on_ready is not called, comes first.
  const std::unique_ptr<EventSource> source_;
};

}  // namespace leadership_broker::http

#endif  // LEADERSHIP_BROKER_HTTP_EVENT_STREAM_H_
