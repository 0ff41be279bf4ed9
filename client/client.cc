#include "client/include/leadership/client.h"

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <random>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "client/address.h"
#include "client/backoff.h"
#include "client/broker_error.h"
#include "client/call_canceller.h"
#include "client/channel.h"
#include "client/watch_thread.h"
#include "grpcpp/grpcpp.h"

#include "leadership/v1/leadership.grpc.pb.h"

namespace leadership {
namespace {

using Stub = v1::LeadershipBroker::Stub;
using Calls = v1::LeadershipBroker::StubInterface::async_interface;

template <typename Request, typename Response>
using Method = void (Calls::*)(grpc::ClientContext*, const Request*, Response*, std::function<void(grpc::Status)>);

constexpr char kPodUidVariable[] = "POD_UID";

absl::Status Cancelled() { return absl::CancelledError("the client was cancelled"); }

}  // namespace

class LeadershipWatch::Impl : public internal::WatchThread {
  using WatchThread::WatchThread;
};

LeadershipWatch::LeadershipWatch(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
LeadershipWatch::~LeadershipWatch() = default;
bool LeadershipWatch::IsLeading() const { return impl_->IsLeading(); }
uint64_t LeadershipWatch::FencingToken() const { return impl_->FencingToken(); }

class Client::Impl {
 public:
  explicit Impl(ClientOptions options) : options_(std::move(options)) {
    options_.silence_limit = std::max(options_.silence_limit, ClientOptions::kShortestSilenceLimit);
    if (const char* uid = std::getenv(kPodUidVariable); options_.pod_uid.empty() && uid != nullptr)
      options_.pod_uid = uid;
    options_.address = internal::ChooseAddress(options_.address);
    if (options_.channel == nullptr) {
      if (absl::StatusOr<std::string> target = internal::GrpcTarget(options_.address); target.ok()) {
        options_.channel = internal::NewChannel(*target);
      } else {
        no_address_ = target.status();
      }
    }
    if (options_.channel != nullptr) stub_ = v1::LeadershipBroker::NewStub(options_.channel);
  }

  const ClientOptions& options() const { return options_; }
  internal::CallCanceller& canceller() { return canceller_; }

  // Calls `method` until it succeeds, cannot succeed, or `deadline` has come; then the error is the last attempt's,
  // where that said more than that it was too late, or DEADLINE_EXCEEDED.
  template <typename Request, typename Response>
  absl::Status Call(Method<Request, Response> method, Request request, absl::Time deadline, Response* response) {
    if (!no_address_.ok()) return no_address_;
    request.set_pod_uid(options_.pod_uid);
    internal::Backoff backoff;
    std::mt19937_64 random{std::random_device{}()};
    absl::Status error = absl::DeadlineExceededError("");
    while (true) {
      grpc::ClientContext context;
      context.set_deadline(absl::ToChronoTime(deadline));
      if (!canceller_.Enter(&context)) return Cancelled();
      // By callback: with gRPC's synchronous calls nobody would look after a connection that is being made between two
      // attempts.
      grpc::Status status;
      absl::Notification done;
      (stub_->async()->*method)(&context, &request, response, [&](const grpc::Status& result) {
        status = result;
        done.Notify();
      });
      done.WaitForNotification();
      canceller_.Leave(&context);
      if (status.ok()) return absl::OkStatus();
      const bool connected = options_.channel->GetState(/*try_to_connect=*/false) == GRPC_CHANNEL_READY;
      if (status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED) {
        // On a connection that stands it is all there is to say; else the attempt before tells more.
        return connected ? absl::DeadlineExceededError("") : error;
      }
      error = internal::BrokerError(status, options_.address, connected);
      if (internal::IsFinalForCall(status.error_code())) return error;
      const absl::Duration wait = backoff.Next(std::uniform_real_distribution<double>()(random));
      if (canceller_.WaitCancelled(std::min(wait, deadline - absl::Now()))) return Cancelled();
      if (absl::Now() >= deadline) return error;
    }
  }

  // As Call, for what a broker answers at once.
  template <typename Request, typename Response>
  absl::StatusOr<Response> CallNow(Method<Request, Response> method, const Request& request) {
    Response response;
    const absl::Status status = Call(method, request, absl::Now() + options_.call_timeout, &response);
    if (status.ok()) return response;
    if (!absl::IsDeadlineExceeded(status)) return status;
    return absl::UnavailableError(absl::StrCat("no answer from ", options_.address, " within ",
                                               absl::FormatDuration(options_.call_timeout),
                                               "; check the leadership broker in this pod, it may hang"));
  }

  template <typename Request>
  static Request For(const std::string& lock) {
    Request request;
    request.set_lock(lock);
    return request;
  }

  std::unique_ptr<LeadershipWatch::Impl> Watch(Callbacks callbacks, const std::string& lock) {
    return std::make_unique<LeadershipWatch::Impl>(
        internal::WatchThread::Options{options_.channel, no_address_, options_.address, lock, options_.pod_uid,
                                       options_.silence_limit},
        std::move(callbacks));
  }

 private:
  ClientOptions options_;
  absl::Status no_address_;
  std::unique_ptr<Stub> stub_;
  internal::CallCanceller canceller_;
};

Client::Client(ClientOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}
Client::~Client() = default;

absl::StatusOr<v1::Leadership> Client::Get(const std::string& lock) {
  return impl_->CallNow(&Calls::GetLeadership, Impl::For<v1::GetLeadershipRequest>(lock));
}

absl::StatusOr<v1::Leadership> Client::WaitUntilLeader(absl::Time deadline, const std::string& lock) {
  v1::Leadership leadership;
  const absl::Status status = impl_->Call(&Calls::Become, Impl::For<v1::BecomeRequest>(lock), deadline, &leadership);
  if (status.ok()) return leadership;
  if (absl::IsDeadlineExceeded(status))
    return absl::DeadlineExceededError(
        absl::StrCat("this pod does not lead yet, by the leadership broker at ", address()));
  return absl::Now() < deadline ? status : absl::DeadlineExceededError(status.message());
}

std::unique_ptr<LeadershipWatch> Client::Watch(Callbacks callbacks, const std::string& lock) {
  return std::unique_ptr<LeadershipWatch>(new LeadershipWatch(impl_->Watch(std::move(callbacks), lock)));
}

absl::StatusOr<v1::ListLocksResponse> Client::ListLocks() {
  return impl_->CallNow(&Calls::ListLocks, v1::ListLocksRequest());
}

absl::Status Client::StepDown(const std::string& lock) {
  return impl_->CallNow(&Calls::StepDown, Impl::For<v1::StepDownRequest>(lock)).status();
}

void Client::Cancel() { impl_->canceller().Cancel(); }

const std::string& Client::address() const { return impl_->options().address; }

}  // namespace leadership
