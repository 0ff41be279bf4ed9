// The library's callbacks tell an app what it has to do. A person who looks on wants each message as the broker sends
// it, so this reads the stream itself, with the library's means.
#include <cstdlib>
#include <deque>
#include <optional>
#include <random>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "client/address.h"
#include "client/backoff.h"
#include "client/broker_error.h"
#include "client/channel.h"
#include "client/leaderctl/broker_calls.h"
#include "client/leaderctl/commands.h"
#include "client/leaderctl/exit_codes.h"
#include "client/leaderctl/output.h"
#include "client/leadership_stream.h"

namespace leadership::leaderctl {
namespace {

constexpr int kHeartbeatSeconds = 5;
constexpr absl::Duration kSilenceLimit = absl::Seconds(15);

// From gRPC's threads to the main one.
class Inbox {
 public:
  void Add(const v1::Leadership& message) {
    absl::MutexLock lock(&mutex_);
    messages_.push_back(message);
  }
  void End(const grpc::Status& status) {
    absl::MutexLock lock(&mutex_);
    end_ = status;
  }

  // The next message; nullopt when the stream has ended, or when nothing came for too long. `*error` then says which.
  std::optional<v1::Leadership> Next(grpc::Status* error) {
    absl::MutexLock lock(&mutex_);
    const auto has_news = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return !messages_.empty() || end_; };
    mutex_.AwaitWithTimeout(absl::Condition(&has_news), kSilenceLimit);
    if (!messages_.empty()) {
      v1::Leadership message = std::move(messages_.front());
      messages_.pop_front();
      return message;
    }
    *error = end_.value_or(grpc::Status(grpc::StatusCode::UNAVAILABLE,
                                        absl::StrCat("nothing came for ", absl::FormatDuration(kSilenceLimit))));
    return std::nullopt;
  }

 private:
  absl::Mutex mutex_;
  std::deque<v1::Leadership> messages_ ABSL_GUARDED_BY(mutex_);
  std::optional<grpc::Status> end_ ABSL_GUARDED_BY(mutex_);
};

// Prints what is no repetition.
class Printer {
 public:
  explicit Printer(Output output) : output_(output) {}

  bool Show(const v1::Leadership& message) {
    // Heartbeats differ in these; and a broker that restarts counts anew.
    v1::Leadership content = message;
    content.clear_verified_at();
    content.clear_valid_for();
    content.clear_revision();
    if (last_ == content.SerializeAsString()) return true;
    last_ = content.SerializeAsString();
    told_error_ = false;
    Observation observation;
    *observation.mutable_leadership() = message;
    return PrintLine(std::move(observation));
  }

  // Once, until the broker says something again; that is shown then even if it has not changed.
  bool Show(const absl::Status& error) {
    last_.reset();
    if (std::exchange(told_error_, true)) return true;
    Observation observation;
    observation.set_error(std::string(error.message()));
    return PrintLine(std::move(observation));
  }

 private:
  bool PrintLine(Observation observation) const {
    const absl::Time now = absl::Now();
    observation.mutable_time()->set_seconds(absl::ToUnixSeconds(now));
    observation.mutable_time()->set_nanos(
        static_cast<int32_t>(absl::ToInt64Nanoseconds(now - absl::FromUnixSeconds(absl::ToUnixSeconds(now)))));
    return Print(output_ == Output::kJson ? ToJson(observation, /*on_one_line=*/true) : WatchText(observation));
  }

  const Output output_;
  std::optional<std::string> last_;
  bool told_error_ = false;
};

v1::WatchLeadershipRequest RequestOf(const Options& options) {
  v1::WatchLeadershipRequest request;
  request.set_lock(options.lock);
  if (const char* uid = std::getenv("POD_UID"); uid != nullptr) request.set_pod_uid(uid);
  request.mutable_heartbeat()->set_seconds(kHeartbeatSeconds);
  return request;
}

}  // namespace

int Watch(const Options& options) {
  const std::string address = internal::ChooseAddress(options.address);
  // ReadCommandLine has refused what is no address.
  const auto stub = v1::LeadershipBroker::NewStub(internal::NewChannel(internal::GrpcTarget(address).value()));
  const v1::WatchLeadershipRequest request = RequestOf(options);
  internal::Backoff backoff;
  std::mt19937_64 random{std::random_device{}()};
  Printer printer(options.output);
  while (true) {
    Inbox inbox;
    const internal::LeadershipStream stream(
        stub.get(), request, [&](const v1::Leadership& message) { inbox.Add(message); },
        [&](const grpc::Status& status) { inbox.End(status); });
    grpc::Status status;
    while (const std::optional<v1::Leadership> message = inbox.Next(&status)) {
      backoff.Reset();
      if (!printer.Show(*message)) return kFailure;
    }
    const absl::Status error = internal::BrokerError(status, address);
    if (internal::IsFinalForCall(status.error_code())) return Fail(error);
    if (!printer.Show(error)) return kFailure;
    absl::SleepFor(backoff.Next(std::uniform_real_distribution<double>()(random)));
  }
}

}  // namespace leadership::leaderctl
