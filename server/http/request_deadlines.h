// Cuts clients that send a request so slowly that they are never idle: each would hold a connection that others need.
#ifndef LEADERSHIP_BROKER_HTTP_REQUEST_DEADLINES_H_
#define LEADERSHIP_BROKER_HTTP_REQUEST_DEADLINES_H_

#include <map>

#include "absl/time/time.h"

#include "server/loop/mutex.h"

struct MHD_Connection;

namespace leadership_broker::http {

// The connections of one listener. Times are of the boot clock. Any thread.
class RequestDeadlines {
 public:
  RequestDeadlines() = default;
  RequestDeadlines(const RequestDeadlines&) = delete;
  RequestDeadlines& operator=(const RequestDeadlines&) = delete;

  void Began(MHD_Connection* connection, int socket, absl::Duration now) EXCLUDES(mutex_);
  // A request has come in whole, and is answered.
  void Answered(MHD_Connection* connection, absl::Duration now) EXCLUDES(mutex_);
  // It is answered by a stream, whose own limits hold from now on.
  void Exempt(MHD_Connection* connection) EXCLUDES(mutex_) { Ended(connection); }
  // To be called before the socket is closed.
  void Ended(MHD_Connection* connection) EXCLUDES(mutex_);

  // Cuts those whose next request has not come in for `limit`.
  void Tick(absl::Duration now, absl::Duration limit) EXCLUDES(mutex_);

 private:
  struct Entry {
    int socket;
    absl::Duration since;
  };

  loop::Mutex mutex_;
  std::map<MHD_Connection*, Entry> connections_ GUARDED_BY(mutex_);
};

}  // namespace leadership_broker::http

#endif  // LEADERSHIP_BROKER_HTTP_REQUEST_DEADLINES_H_
