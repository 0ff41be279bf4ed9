#include "tests/component/crowd.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <utility>

#include "grpcpp/client_context.h"
#include "grpcpp/support/client_callback.h"

#include "leadership/v1/leadership.grpc.pb.h"
#include "tests/harness/broker_process.h"

namespace leadership_broker::testing {

using leadership::v1::Leadership;

class Crowd::Stream : public grpc::ClientReadReactor<Leadership> {
 public:
  Stream(std::shared_ptr<grpc::Channel> channel, Reading reading)
      : stub_(leadership::v1::LeadershipBroker::NewStub(std::move(channel))), reading_(reading) {
    context_.set_wait_for_ready(true);
    stub_->async()->WatchLeadership(&context_, &request_, this);
    if (reading_ == Reading::kAlways) StartRead(&incoming_);
    StartCall();
  }

  void Cancel() { context_.TryCancel(); }
  void WaitUntilEnded() {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [this] { return ended_; });
  }

  bool Told(const Predicate& predicate) const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return messages_ > 0 && predicate(newest_);
  }
  bool Ended() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return ended_;
  }
  bool MissedALoss() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return missed_a_loss_;
  }
  std::string WhyEnded() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return ended_ ? std::to_string(status_.error_code()) + " " + status_.error_message() : "";
  }

  void OnReadDone(bool ok) override {
    if (!ok) return;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      const auto leads = [](const Leadership& told) { return told.state() == Leadership::STATE_LEADER; };
      if (leads(newest_) && leads(incoming_) && newest_.lock().uid() != incoming_.lock().uid()) missed_a_loss_ = true;
      newest_.Swap(&incoming_);
      ++messages_;
    }
    StartRead(&incoming_);
  }

  void OnDone(const grpc::Status& status) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    status_ = status;
    ended_ = true;
    changed_.notify_all();
  }

 private:
  const std::unique_ptr<leadership::v1::LeadershipBroker::Stub> stub_;
  const Reading reading_;
  const leadership::v1::WatchLeadershipRequest request_;
  grpc::ClientContext context_;
  // gRPC's while a read is under way.
  Leadership incoming_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_.
  Leadership newest_;
  int messages_ = 0;
  bool missed_a_loss_ = false;
  bool ended_ = false;
  grpc::Status status_;
};

Crowd::Crowd(const std::string& address, int streams, int connections, Reading reading) {
  std::vector<std::shared_ptr<grpc::Channel>> channels;
  channels.reserve(connections);
  for (int i = 0; i < connections; ++i) channels.push_back(NewLocalChannel(address));
  streams_.reserve(streams);
  for (int i = 0; i < streams; ++i) {
    streams_.push_back(std::make_unique<Stream>(channels[i % connections], reading));
  }
}

Crowd::~Crowd() {
  for (const auto& stream : streams_) stream->Cancel();
  for (const auto& stream : streams_) stream->WaitUntilEnded();
}

int Crowd::CountTold(const Predicate& predicate) const {
  return static_cast<int>(
      std::count_if(streams_.begin(), streams_.end(), [&](const auto& stream) { return stream->Told(predicate); }));
}

int Crowd::CountEnded() const {
  return static_cast<int>(
      std::count_if(streams_.begin(), streams_.end(), [](const auto& stream) { return stream->Ended(); }));
}

int Crowd::CountUntoldLosses() const {
  return static_cast<int>(
      std::count_if(streams_.begin(), streams_.end(), [](const auto& stream) { return stream->MissedALoss(); }));
}

std::string Crowd::WhyEnded() const {
  for (const auto& stream : streams_) {
    if (std::string why = stream->WhyEnded(); !why.empty()) return why;
  }
  return "";
}

}  // namespace leadership_broker::testing
