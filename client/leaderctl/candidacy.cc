#include "client/leaderctl/candidacy.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <utility>

#include "client/leaderctl/broker_calls.h"

namespace leadership::leaderctl {

Candidacy::Candidacy(const Options& options)
    : options_(options), event_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)), client_(ClientOptionsOf(options)) {
  watch_ = client_.Watch(WatchCallbacks(), options_.lock);
  stander_ = std::thread([this] { StandWhenAsked(); });
}

Candidacy::~Candidacy() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  client_.Cancel();
  stander_.join();
  watch_.reset();
  close(event_);
}

void Candidacy::Stand() {
  absl::MutexLock lock(&mutex_);
  asked_to_stand_ = true;
}

std::optional<News> Candidacy::Next() {
  absl::MutexLock lock(&mutex_);
  if (news_.empty()) {
    eventfd_t count;
    eventfd_read(event_, &count);
    return std::nullopt;
  }
  News next = std::move(news_.front());
  news_.pop_front();
  return next;
}

void Candidacy::Add(News news) {
  absl::MutexLock lock(&mutex_);
  news_.push_back(std::move(news));
  eventfd_write(event_, 1);
}

Callbacks Candidacy::WatchCallbacks() {
  Callbacks callbacks;
  callbacks.on_started_leading = [this](const v1::Leadership& now) { Add({News::Kind::kLeading, now}); };
  callbacks.on_stopped_leading = [this](const std::string& why) { Add({News::Kind::kNotLeading, {}, why}); };
  callbacks.on_failed = [this](const absl::Status& error) { Add({News::Kind::kFailed, {}, "", error}); };
  // Where it is left out, the library tells a loss instead.
  if (!options_.stop_when_uncertain) {
    callbacks.on_uncertain = [this](bool leading, const std::string& why) {
      if (leading) Add({News::Kind::kUncertain, {}, why});
    };
    callbacks.on_still_leading = [this] { Add({News::Kind::kStillLeading}); };
  }
  return callbacks;
}

void Candidacy::StandWhenAsked() {
  while (true) {
    {
      absl::MutexLock lock(&mutex_);
      const auto is_wanted = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return asked_to_stand_ || stopping_; };
      mutex_.Await(absl::Condition(&is_wanted));
      if (stopping_) return;
    }
    const absl::Status status = client_.WaitUntilLeader(WaitDeadline(options_), options_.lock).status();
    {
      absl::MutexLock lock(&mutex_);
      asked_to_stand_ = false;
    }
    Add({News::Kind::kStood, {}, "", status});
  }
}

}  // namespace leadership::leaderctl
