#include "bench/listeners.h"

#include <chrono>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/time/clock.h"
#include "grpcpp/client_context.h"
#include "grpcpp/support/client_callback.h"

#include "leadership/v1/leadership.grpc.pb.h"
#include "tests/harness/broker_process.h"
#include "tests/harness/require.h"

namespace leadership_broker::bench {

using leadership::v1::Leadership;

class Listeners::Stream : public grpc::ClientReadReactor<Leadership> {
 public:
  Stream(Listeners* all, std::shared_ptr<grpc::Channel> channel, bool silent)
      : all_(all), stub_(leadership::v1::LeadershipBroker::NewStub(std::move(channel))) {
    context_.set_wait_for_ready(true);
    stub_->async()->WatchLeadership(&context_, &request_, this);
    if (!silent) StartRead(&message_);
    StartCall();
  }

  void Cancel() { context_.TryCancel(); }
  void WaitUntilEnded() {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [this] { return ended_; });
  }

  void OnReadDone(bool ok) override {
    if (!ok) return;
    uint64_t version = 0;
    if (absl::SimpleAtoi(message_.lock().resource_version(), &version)) all_->Told(*this, version);
    StartRead(&message_);
  }
  void OnDone(const grpc::Status&) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    ended_ = true;
    changed_.notify_all();
  }

  // Of Listeners, under its lock.
  uint64_t version = 0;

 private:
  Listeners* const all_;
  const std::unique_ptr<leadership::v1::LeadershipBroker::Stub> stub_;
  const leadership::v1::WatchLeadershipRequest request_;
  grpc::ClientContext context_;
  Leadership message_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool ended_ = false;
};

Listeners::Listeners(const std::string& address, int streams, int connections, int silent)
    : reading_(streams - silent) {
  std::vector<std::shared_ptr<grpc::Channel>> channels;
  channels.reserve(connections);
  for (int i = 0; i < connections; ++i) channels.push_back(testing::NewLocalChannel(address));
  streams_.reserve(streams);
  for (int i = 0; i < streams; ++i) {
    streams_.push_back(std::make_unique<Stream>(this, channels[i % connections], i < silent));
  }
}

Listeners::~Listeners() {
  for (const auto& stream : streams_) stream->Cancel();
  for (const auto& stream : streams_) stream->WaitUntilEnded();
}

void Listeners::Told(Stream& stream, uint64_t version) {
  const absl::Time now = absl::Now();
  const std::lock_guard<std::mutex> lock(mutex_);
  const uint64_t before = std::exchange(stream.version, version);
  if (wanted_ == 0 || version < wanted_ || before >= wanted_) return;
  last_ = now;
  if (++told_ == reading_) all_told_.notify_all();
}

absl::Time Listeners::WaitTold(uint64_t version) {
  std::unique_lock<std::mutex> lock(mutex_);
  wanted_ = version;
  told_ = 0;
  for (const auto& stream : streams_) told_ += stream->version >= version ? 1 : 0;
  const bool all = all_told_.wait_for(lock, std::chrono::minutes(1), [this] { return told_ == reading_; });
  testing::Require(all, "only " + std::to_string(told_) + " of " + std::to_string(reading_) + " streams were told");
  return last_;
}

}  // namespace leadership_broker::bench
