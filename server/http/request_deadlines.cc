#include "server/http/request_deadlines.h"

#include <sys/socket.h>

namespace leadership_broker::http {

void RequestDeadlines::Began(MHD_Connection* connection, int socket, absl::Duration now) {
  loop::MutexLock lock(mutex_);
  connections_[connection] = {socket, now};
}

void RequestDeadlines::Answered(MHD_Connection* connection, absl::Duration now) {
  loop::MutexLock lock(mutex_);
  const auto found = connections_.find(connection);
  if (found != connections_.end()) found->second.since = now;
}

void RequestDeadlines::Ended(MHD_Connection* connection) {
  loop::MutexLock lock(mutex_);
  connections_.erase(connection);
}

void RequestDeadlines::Tick(absl::Duration now, absl::Duration limit) {
  loop::MutexLock lock(mutex_);
  for (const auto& [connection, entry] : connections_) {
    // The server's thread finds its end, and closes it.
    if (now - entry.since >= limit) shutdown(entry.socket, SHUT_RDWR);
  }
}

}  // namespace leadership_broker::http
