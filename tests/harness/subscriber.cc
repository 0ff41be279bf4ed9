#include "tests/harness/subscriber.h"

#include <sstream>
#include <utility>

#include "absl/time/clock.h"
#include "gtest/gtest.h"

namespace leadership_broker::testing {

using leadership::v1::Leadership;

Subscriber::Subscriber(std::shared_ptr<grpc::Channel> channel, leadership::v1::WatchLeadershipRequest request)
    : channel_(std::move(channel)), request_(std::move(request)) {
  Open();
}

Subscriber::~Subscriber() { Close(); }

void Subscriber::Open() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    end_.reset();
    position_ = history_.size();
  }
  context_ = std::make_unique<grpc::ClientContext>();
  context_->set_wait_for_ready(true);
  reader_ = std::thread(&Subscriber::Read, this, context_.get(), ++streams_);
}

void Subscriber::Close() {
  context_->TryCancel();
  reader_.join();
}

void Subscriber::Reconnect() {
  Close();
  Open();
}

void Subscriber::Read(grpc::ClientContext* context, int stream) {
  const auto stub = leadership::v1::LeadershipBroker::NewStub(channel_);
  const auto reader = stub->WatchLeadership(context, request_);
  Leadership leadership;
  while (reader->Read(&leadership)) {
    const absl::Time now = absl::Now();
    const std::lock_guard<std::mutex> lock(mutex_);
    history_.push_back({leadership, now, stream});
    changed_.notify_all();
  }
  grpc::Status status = reader->Finish();
  const std::lock_guard<std::mutex> lock(mutex_);
  end_ = std::move(status);
  changed_.notify_all();
}

Told Subscriber::WaitFor(const Predicate& predicate, const std::string& what, absl::Duration limit) {
  {
    std::unique_lock<std::mutex> lock(mutex_);
    size_t next = position_;
    const auto found = [&] {
      for (; next < history_.size(); ++next) {
        if (predicate(history_[next].leadership)) return true;
      }
      return false;
    };
    bool matched = false;
    changed_.wait_for(lock, absl::ToChronoNanoseconds(limit), [&] { return (matched = found()) || end_.has_value(); });
    if (matched) {
      position_ = next;
      return history_[next];
    }
  }
  ADD_FAILURE() << "the subscriber was not told: " << what << "\n" << Describe();
  return {};
}

Told Subscriber::WaitForState(Leadership::State state, absl::Duration limit) {
  return WaitFor([&](const Leadership& leadership) { return leadership.state() == state; },
                 Leadership::State_Name(state), limit);
}

std::vector<Told> Subscriber::History() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return history_;
}

Told Subscriber::Latest() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return history_.empty() ? Told() : history_.back();
}

std::string Subscriber::Describe() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::ostringstream text;
  for (const Told& told : history_) {
    text << "  stream " << told.stream << " +" << absl::FormatDuration(told.at - history_.front().at) << "  "
         << told.leadership.ShortDebugString() << "\n";
  }
  if (end_.has_value()) text << "  ended: " << end_->error_code() << " " << end_->error_message() << "\n";
  return text.str();
}

grpc::Status Subscriber::WaitForEnd(absl::Duration limit) {
  {
    std::unique_lock<std::mutex> lock(mutex_);
    if (changed_.wait_for(lock, absl::ToChronoNanoseconds(limit), [&] { return end_.has_value(); })) return *end_;
  }
  ADD_FAILURE() << "the stream has not ended\n" << Describe();
  return grpc::Status::CANCELLED;
}

}  // namespace leadership_broker::testing
