// Keeps up with one object: a consistent list, then a watch from there, and again from the start whenever the watch
// breaks (client-go's reflector is the reference). Where the broker may list but not watch, it lists again and again
// (R11).
//
// All on the loop's thread. Time, randomness and the API are injected.
#ifndef LEADERSHIP_BROKER_KUBE_REFLECTOR_H_
#define LEADERSHIP_BROKER_KUBE_REFLECTOR_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/numbers.h"

#include "server/kube/api.h"
#include "server/kube/backoff.h"
#include "server/loop/scheduler.h"

namespace leadership_broker::kube {

// A consistent read of the object.
template <typename Object>
struct ObjectRead {
  Outcome outcome;
  // Nothing: there is no such object.
  std::optional<Object> object;
  // The list's resourceVersion.
  std::string resource_version;
  // When the request was sent (boot clock).
  absl::Duration sent;
};

enum class ReflectorRequest { kList, kWatch };

// What a reflector tells. It must not be destroyed inside these calls.
template <typename Object>
class ReflectorObserver {
 public:
  virtual ~ReflectorObserver() = default;
  // The list from which the watch goes on. Events may have been missed before it. Never older than what was told
  // before, but after OnRestored. `polling`: there is no watch.
  virtual void OnSynced(ObjectRead<Object> read, bool polling) = 0;
  // An event of the watch, in its order.
  virtual void OnEvent(WatchEventKind kind, Object object) = 0;
  virtual void OnBookmark(const std::string& resource_version) = 0;
  // The answer to Read().
  virtual void OnRead(ObjectRead<Object> read) = 0;
  // How a list, or the opening or breaking of a watch, went.
  virtual void OnRequest(ReflectorRequest request, const Outcome& outcome) = 0;
  // Contact was lost. It is had again with the next OnSynced.
  virtual void OnBroken() = 0;
  // A consistent list was older than what had been seen when it was sent: the store went back in time (R4). The list is
  // discarded and sent again.
  virtual void OnRestored() = 0;
};

template <typename Object>
class Reflector : private WatchObserver<Object> {
 public:
  // Begins at once. `api`, `scheduler` and `observer` must outlive it.
  Reflector(Api* api, loop::Scheduler* scheduler, Selector selector, ReflectorObserver<Object>* observer)
      : api_(api), scheduler_(scheduler), selector_(std::move(selector)), observer_(observer) {
    SendList();
  }

  // Reads the object, consistently, beside what else goes on; OnRead tells the answer. One at a time. Where there is no
  // watch it is the next poll that comes at once, and OnSynced tells.
  void Read() {
    if (may_not_watch_) return SendList();
    read_ = SendRead([this](ObjectRead<Object> read) { Answered(std::move(read)); });
  }

  // The answer to a write has shown the object at this version: a list that is sent from now on has to be as new (R4).
  void Saw(const std::string& resource_version) { Reach(resource_version); }

 private:
  using ReadCallback = std::function<void(ObjectRead<Object>)>;

  // A watch that the server ends sooner than this without a word is an error.
  static constexpr absl::Duration kShortWatch = absl::Seconds(1);

  absl::Duration Now() const { return scheduler_->Now().boot; }

  loop::Handle SendRead(ReadCallback callback) {
    const absl::Duration sent = Now();
    const uint64_t known = newest_;
    return api_->List(
        selector_, ListCallback<Object>([this, sent, known, callback](Listing<Object> listing) {
          ObjectRead<Object> read{std::move(listing.outcome), std::nullopt, std::move(listing.resource_version), sent};
          for (Object& item : listing.items) {
            if (item.metadata().name() == selector_.name) read.object = std::move(item);
          }
          uint64_t version = 0;
          const bool number = absl::SimpleAtoi(read.resource_version, &version);
          if (read.outcome.ok() && number && version < known) return WentBack();
          if (read.outcome.ok()) Reach(read.resource_version);
          callback(std::move(read));
        }));
  }

  void Reach(const std::string& resource_version) {
    uint64_t version = 0;
    if (absl::SimpleAtoi(resource_version, &version)) newest_ = std::max(newest_, version);
  }

  bool IsOvertaken(const ObjectRead<Object>& read) const {
    uint64_t version = 0;
    return absl::SimpleAtoi(read.resource_version, &version) && version < newest_;
  }

  void WentBack() {
    newest_ = 0;
    read_.reset();
    Break();
    observer_->OnRestored();
    SendList();
  }

  void SendList() {
    timer_.reset();
    request_.reset();
    request_ = SendRead([this](ObjectRead<Object> read) { Listed(std::move(read)); });
  }

  void Answered(ObjectRead<Object> read) {
    read_.reset();
    observer_->OnRead(std::move(read));
  }

  void Listed(ObjectRead<Object> read) {
    request_.reset();
    const Outcome outcome = read.outcome;
    if (!outcome.ok()) {
      observer_->OnRequest(ReflectorRequest::kList, outcome);
      Break();
      ListAfter(backoff_.Next(Now(), scheduler_->Random(), outcome.retry_after));
      return;
    }
    // Read() was answered with something newer since this was sent. To go on from here would take back what was told.
    if (IsOvertaken(read)) return SendList();
    connected_ = true;
    resource_version_ = read.resource_version;
    if (may_not_watch_) {
      // Asked again after every poll: the right may come back.
      ListAfter(poll_.Next(Now(), scheduler_->Random() / 5));
    }
    const bool polling = may_not_watch_;
    SendWatch();
    // What it says comes first: that all is well again might be told with what is no longer true.
    observer_->OnSynced(std::move(read), polling);
    observer_->OnRequest(ReflectorRequest::kList, outcome);
  }

  void ListAfter(absl::Duration wait) {
    timer_ = scheduler_->After(wait, [this] { SendList(); });
  }

  void SendWatch() {
    opened_ = std::nullopt;
    heard_ = false;
    // Spread over minutes, so that brokers do not come back all at once.
    const absl::Duration timeout = absl::Minutes(5) + absl::Minutes(5) * scheduler_->Random();
    request_ = api_->Watch(selector_, resource_version_, timeout, this);
  }

  void OnOpen() override {
    opened_ = Now();
    may_not_watch_ = false;
    timer_.reset();  // of the next poll
    observer_->OnRequest(ReflectorRequest::kWatch, Outcome{});
  }

  void OnEvent(WatchEventKind kind, Object object) override {
    heard_ = true;
    expired_ = false;
    resource_version_ = object.metadata().resource_version();
    Reach(resource_version_);
    poll_.Reset();
    observer_->OnEvent(kind, std::move(object));
  }

  void OnBookmark(const std::string& resource_version) override {
    heard_ = true;
    resource_version_ = resource_version;
    Reach(resource_version);
    observer_->OnBookmark(resource_version);
  }

  void OnEnd(Outcome outcome) override {
    request_.reset();
    const bool lasted = opened_.has_value() && (heard_ || Now() - *opened_ >= kShortWatch);
    if (outcome.ok() && lasted) return SendWatch();
    if (outcome.ok()) outcome.status = absl::InternalError("the API server ended a watch at once and without a word");
    if (absl::IsResourceExhausted(outcome.status) && may_not_watch_) {
      // It is tried again after the next poll, which is waited for already.
    } else if (absl::IsResourceExhausted(outcome.status)) {
      // Nothing was missed: the same watch, later.
      timer_ =
          scheduler_->After(backoff_.Next(Now(), scheduler_->Random(), outcome.retry_after), [this] { SendWatch(); });
    } else if (absl::IsPermissionDenied(outcome.status)) {
      // Already waiting for the next poll, if this is not the first refusal.
      if (!std::exchange(may_not_watch_, true)) ListAfter(poll_.Next(Now(), scheduler_->Random() / 5));
    } else {
      Break();
      // 410: the history was forgotten, and a list mends it at once; unless it has just been tried.
      if (absl::IsOutOfRange(outcome.status) && !std::exchange(expired_, true)) return SendList();
      ListAfter(backoff_.Next(Now(), scheduler_->Random(), outcome.retry_after));
    }
    observer_->OnRequest(ReflectorRequest::kWatch, outcome);
  }

  void Break() {
    if (std::exchange(connected_, false)) observer_->OnBroken();
  }

  Api* const api_;
  loop::Scheduler* const scheduler_;
  const Selector selector_;
  ReflectorObserver<Object>* const observer_;

  std::string resource_version_;  // where the watch goes on
  uint64_t newest_ = 0;           // the greatest resourceVersion seen
  bool connected_ = false;
  bool may_not_watch_ = false;
  std::optional<absl::Duration> opened_;  // when the watch was accepted
  bool heard_ = false;                    // anything on it
  bool expired_ = false;                  // the last watch ended with 410, and nothing was heard since
  Backoff backoff_{absl::Milliseconds(800), absl::Seconds(30), absl::Minutes(2)};
  // operator-lib's: 1, 2, 4, 8, 16 s, each a little longer by chance.
  Backoff poll_{absl::Seconds(1), absl::Seconds(32), absl::Minutes(2)};

  // Last, so that they go first.
  loop::Handle timer_;
  loop::Handle request_;
  loop::Handle read_;
};

}  // namespace leadership_broker::kube

#endif  // LEADERSHIP_BROKER_KUBE_REFLECTOR_H_
