#include "server/http/event_stream.h"

#include <microhttpd.h>
#include <poll.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "server/loop/event_loop.h"

namespace leadership_broker::http {

EventStream::EventStream(MHD_Connection* connection, int socket, const OpenEvents& open)
    : connection_(connection), socket_(socket), source_(open([this] {
        loop::MutexLock lock(mutex_);
        ready_ = true;
        Wake();
      })) {}

ssize_t EventStream::Read(char* to, size_t room) {
  while (sent_ == text_.size()) {
    bool ended;
    bool keep_alive;
    {
      loop::MutexLock lock(mutex_);
      if (abandoned_) return MHD_CONTENT_READER_END_WITH_ERROR;
      ready_ = false;
      ended = ended_;
      keep_alive = std::exchange(keep_alive_due_, false);
    }
    // Under no lock, so that nobody who wakes this stream waits for it.
    EventSource::Next next = source_->Take();
    if (next.text.empty() && (ended || next.ended)) return MHD_CONTENT_READER_END_OF_STREAM;
    text_ = next.text.empty() && keep_alive ? source_->KeepAlive() : std::move(next.text);
    sent_ = 0;
    loop::MutexLock lock(mutex_);
    if (!text_.empty()) {
      last_sent_ = loop::SystemNow().boot;
    } else if (!ready_ && !ended_ && !abandoned_ && !keep_alive_due_) {
      suspended_ = true;
      MHD_suspend_connection(connection_);
      return 0;
    }
  }
  const size_t size = std::min(room, text_.size() - sent_);
  std::memcpy(to, text_.data() + sent_, size);
  sent_ += size;
  return static_cast<ssize_t>(size);
}

void EventStream::Tick(absl::Duration now, absl::Duration longest_silence) {
  loop::MutexLock lock(mutex_);
  if (now - last_sent_ < longest_silence) return;
  keep_alive_due_ = true;
  Wake();
}

void EventStream::End() {
  loop::MutexLock lock(mutex_);
  ended_ = true;
  Wake();
}

void EventStream::Abandon() {
  loop::MutexLock lock(mutex_);
  abandoned_ = true;
  Wake();
}

bool EventStream::abandoned() const {
  loop::MutexLock lock(mutex_);
  return abandoned_;
}

bool EventStream::HungUp() const {
  pollfd client = {socket_, POLLRDHUP, 0};
  return poll(&client, 1, 0) == 1 && (client.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

void EventStream::Wake() {
  if (std::exchange(suspended_, false)) MHD_resume_connection(connection_);
}

}  // namespace leadership_broker::http
