#include "server/http/event_streams.h"

#include <microhttpd.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "server/loop/event_loop.h"

namespace leadership_broker::http {
namespace {

// What libmicrohttpd may ask for at a time; a connection's own buffer is no larger.
constexpr size_t kPieceBytes = 4096;
// Of the kernel's memory, for a client that does not read.
constexpr int kSendBufferBytes = 64 * 1024;

void SetSocketOptions(int socket, absl::Duration stall) {
  const int buffer = kSendBufferBytes;
  setsockopt(socket, SOL_SOCKET, SO_SNDBUF, &buffer, sizeof(buffer));
  // A machine that is gone acknowledges nothing.
  const unsigned milliseconds = static_cast<unsigned>(absl::ToInt64Milliseconds(stall));
  setsockopt(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, &milliseconds, sizeof(milliseconds));
}

}  // namespace

MHD_Response* EventStreams::Open(MHD_Connection* connection, const OpenEvents& open) {
  const int socket = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
  Held* held;
  {
    loop::MutexLock lock(mutex_);
    if (ended_ || CountLive() >= limits_.streams) return nullptr;
    held = new Held{this, {connection, socket, open}};
    streams_.insert(&held->stream);
  }
  MHD_Response* response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, kPieceBytes, &Read, held, &Free);
  if (response == nullptr) {
    Free(held);
    return nullptr;
  }
  SetSocketOptions(socket, limits_.stall);
  // It counts while something waits to be sent, and not while the connection is suspended.
  MHD_set_connection_option(connection, MHD_CONNECTION_OPTION_TIMEOUT,
                            static_cast<unsigned>(absl::ToInt64Seconds(limits_.stall)));
  return response;
}

ssize_t EventStreams::Read(void* held, uint64_t, char* to, size_t room) {
  return static_cast<Held*>(held)->stream.Read(to, room);
}

void EventStreams::Free(void* held) {
  const std::unique_ptr<Held> ended(static_cast<Held*>(held));
  loop::MutexLock lock(ended->streams->mutex_);
  ended->streams->streams_.erase(&ended->stream);
}

unsigned EventStreams::CountLive() {
  unsigned live = 0;
  for (EventStream* stream : streams_) {
    if (stream->abandoned()) continue;
    if (stream->HungUp()) {
      stream->Abandon();
    } else {
      ++live;
    }
  }
  return live;
}

void EventStreams::Tick() {
  loop::MutexLock lock(mutex_);
  CountLive();
  for (EventStream* stream : streams_) stream->Tick(loop::SystemNow().boot, limits_.keep_alive);
}

void EventStreams::End() {
  loop::MutexLock lock(mutex_);
  ended_ = true;
  for (EventStream* stream : streams_) stream->End();
}

}  // namespace leadership_broker::http
