#include "client/watch_thread.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "client/boot_clock.h"
#include "client/broker_error.h"

namespace leadership::internal {
namespace {

// The broker refuses more than one heartbeat a second.
constexpr absl::Duration kShortestHeartbeat = absl::Seconds(1);
constexpr absl::Duration kLongestHeartbeat = absl::Seconds(30);
constexpr int kHeartbeatsInSilenceLimit = 3;

v1::WatchLeadershipRequest RequestOf(const WatchThread::Options& options) {
  v1::WatchLeadershipRequest request;
  request.set_lock(options.lock);
  request.set_pod_uid(options.pod_uid);
  const absl::Duration heartbeat =
      std::clamp(options.silence_limit / kHeartbeatsInSilenceLimit, kShortestHeartbeat, kLongestHeartbeat);
  request.mutable_heartbeat()->set_seconds(absl::ToInt64Seconds(heartbeat));
  return request;
}

template <typename Callback, typename... Arguments>
void Call(const Callback& callback, const Arguments&... arguments) {
  if (callback) callback(arguments...);
}

}  // namespace

WatchThread::WatchThread(Options options, Callbacks callbacks)
    : options_(std::move(options)),
      callbacks_(std::move(callbacks)),
      request_(RequestOf(options_)),
      tracker_({options_.silence_limit, /*uncertainty_is_loss=*/!callbacks_.on_uncertain}, BootTime()) {
  if (options_.error.ok()) {
    stub_ = v1::LeadershipBroker::NewStub(options_.channel);
  } else {
    tracker_.Fail(options_.error);
  }
  thread_ = std::thread([this] { Run(); });
}

WatchThread::~WatchThread() {
  if (std::this_thread::get_id() == thread_.get_id()) {
    std::fputs("leadership: a LeadershipWatch was destroyed inside one of its own callbacks\n", stderr);
    std::abort();
  }
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  thread_.join();
}

bool WatchThread::IsLeading() const {
  absl::MutexLock lock(&mutex_);
  return tracker_.IsLeading(BootTime());
}

uint64_t WatchThread::FencingToken() const {
  absl::MutexLock lock(&mutex_);
  return tracker_.FencingToken(BootTime());
}

void WatchThread::Run() {
  while (std::optional<Notification> next = WaitForNext()) Tell(*next);
  stream_.reset();
}

std::optional<Notification> WatchThread::WaitForNext() {
  while (true) {
    bool open = false;
    {
      absl::MutexLock lock(&mutex_);
      if (stopping_) return std::nullopt;
      changed_ = false;
      const absl::Duration now = BootTime();
      LookAfterStream(now);
      if (std::optional<Notification> next = tracker_.Next(now)) return next;
      if (tracker_.failed()) return std::nullopt;
      open = now >= open_at_;
      if (!open) {
        const auto has_news = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return stopping_ || changed_; };
        mutex_.AwaitWithTimeout(absl::Condition(&has_news), NextTurn() - now);
      }
    }
    if (open) OpenStream();
  }
}

absl::Duration WatchThread::NextTurn() const { return std::min({tracker_.Deadline(), open_at_, give_up_at_}); }

void WatchThread::LookAfterStream(absl::Duration now) {
  if (ended_.has_value()) {
    const absl::Status error = BrokerError(*ended_, options_.address);
    if (IsFinalForWatch(ended_->error_code())) {
      tracker_.Fail(error);
    } else if (!absl::IsCancelled(error)) {
      tracker_.Break(error);
    }
    ended_.reset();
    if (now - opened_at_ > Backoff::kLongest) backoff_.Reset();
    open_at_ = now + backoff_.Next(std::uniform_real_distribution<double>()(random_));
    give_up_at_ = absl::InfiniteDuration();
  } else if (now >= give_up_at_) {
    // Its end is then reported, and another opened: a broker that hangs keeps that waiting too, one that lost this
    // stream does not.
    stream_->Cancel();
    give_up_at_ = absl::InfiniteDuration();
  }
}

// Under no lock: the end of the one before is waited for, and gRPC may call back at once.
void WatchThread::OpenStream() {
  stream_.reset();
  {
    absl::MutexLock lock(&mutex_);
    opened_at_ = BootTime();
    open_at_ = absl::InfiniteDuration();
    give_up_at_ = opened_at_ + options_.silence_limit;
  }
  stream_ = std::make_unique<LeadershipStream>(
      stub_.get(), request_,
      [this](const v1::Leadership& message) {
        absl::MutexLock lock(&mutex_);
        const absl::Duration now = BootTime();
        tracker_.Receive(message, now);
        give_up_at_ = now + options_.silence_limit;
        changed_ = true;
      },
      [this](const grpc::Status& status) {
        absl::MutexLock lock(&mutex_);
        ended_ = status;
        changed_ = true;
      });
}

void WatchThread::Tell(const Notification& notification) const {
  switch (notification.kind) {
    case Notification::Kind::kStartedLeading:
      return Call(callbacks_.on_started_leading, notification.leadership);
    case Notification::Kind::kStoppedLeading:
      return Call(callbacks_.on_stopped_leading, notification.why);
    case Notification::Kind::kNewLeader:
      return Call(callbacks_.on_new_leader, notification.leadership.leader());
    case Notification::Kind::kUncertain:
      return Call(callbacks_.on_uncertain, notification.leading, notification.why);
    case Notification::Kind::kStillLeading:
      return Call(callbacks_.on_still_leading);
    case Notification::Kind::kFailed:
      return Call(callbacks_.on_failed, notification.error);
  }
}

}  // namespace leadership::internal
