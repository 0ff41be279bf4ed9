#include "bench/listeners.h"

#include <chrono>

#include "absl/strings/numbers.h"
#include "absl/time/clock.h"
#include "grpcpp/client_context.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/support/client_callback.h"

#include "bench/etcd_election.pb.h"
#include "leadership/v1/leadership.pb.h"
#include "tests/harness/broker_process.h"
#include "tests/harness/require.h"

namespace leadership_broker::bench {

using leadership::v1::Leadership;
using leadership::v1::WatchLeadershipRequest;

namespace {

const std::string& Version(const Leadership& message) { return message.lock().resource_version(); }
const std::string& Version(const etcd::ObserveResponse& message) { return message.kv().value(); }

}  // namespace

class Listeners::Stream {
 public:
  virtual ~Stream() = default;
  virtual void Cancel() = 0;
  virtual void WaitUntilEnded() = 0;
};

template <class Request, class Message>
class Listeners::StreamOf : public Listeners::Stream, public grpc::ClientBidiReactor<Request, Message> {
 public:
  StreamOf(Listeners* all, const std::string& method, const Request& request,
           const std::shared_ptr<grpc::Channel>& channel, bool silent)
      : all_(all), request_(request) {
    context_.set_wait_for_ready(true);
    grpc::TemplatedGenericStub<Request, Message>(channel).PrepareBidiStreamingCall(&context_, method,
                                                                                   grpc::StubOptions(), this);
    this->StartWriteLast(&request_, grpc::WriteOptions());
    if (!silent) this->StartRead(&message_);
    this->StartCall();
  }

  void Cancel() override { context_.TryCancel(); }
  void WaitUntilEnded() override {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [this] { return ended_; });
  }

  void OnReadDone(bool ok) override {
    if (!ok) return;
    uint64_t version = 0;
    // Each tells of one version once: a message of the same one is a mere confirmation.
    if (absl::SimpleAtoi(Version(message_), &version) && version > version_) all_->Told(version_ = version);
    this->StartRead(&message_);
  }
  void OnDone(const grpc::Status&) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    ended_ = true;
    changed_.notify_all();
  }

 private:
  Listeners* const all_;
  const Request request_;
  grpc::ClientContext context_;
  Message message_;
  uint64_t version_ = 0;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool ended_ = false;
};

Listeners::Listeners(Service service, const std::string& address, int streams, int connections, int silent)
    : reading_(streams - silent) {
  std::vector<std::shared_ptr<grpc::Channel>> channels;
  channels.reserve(connections);
  for (int i = 0; i < connections; ++i) channels.push_back(testing::NewLocalChannel(address));
  etcd::ObserveRequest observe;
  observe.set_name(kEtcdElectionName);
  streams_.reserve(streams);
  for (int i = 0; i < streams; ++i) {
    const std::shared_ptr<grpc::Channel>& channel = channels[i % connections];
    if (service == Service::kBroker) {
      streams_.push_back(std::make_unique<StreamOf<WatchLeadershipRequest, Leadership>>(
          this, "/leadership.v1.LeadershipBroker/WatchLeadership", WatchLeadershipRequest(), channel, i < silent));
    } else {
      streams_.push_back(std::make_unique<StreamOf<etcd::ObserveRequest, etcd::ObserveResponse>>(
          this, "/v3electionpb.Election/Observe", observe, channel, i < silent));
    }
  }
}

Listeners::~Listeners() {
  for (const auto& stream : streams_) stream->Cancel();
  for (const auto& stream : streams_) stream->WaitUntilEnded();
}

void Listeners::Told(uint64_t version) {
  const absl::Time now = absl::Now();
  const std::lock_guard<std::mutex> lock(mutex_);
  if (version < newest_) return;
  if (version > newest_) told_ = 0;
  newest_ = version;
  if (++told_ < reading_) return;
  told_to_all_ = version;
  last_ = now;
  all_told_.notify_all();
}

absl::Time Listeners::WaitTold(uint64_t version) {
  std::unique_lock<std::mutex> lock(mutex_);
  const bool all =
      all_told_.wait_for(lock, std::chrono::minutes(1), [this, version] { return told_to_all_ >= version; });
  testing::Require(all, "only " + std::to_string(told_) + " of " + std::to_string(reading_) + " streams were told");
  return last_;
}

}  // namespace leadership_broker::bench
