#include "client/leadership_stream.h"

#include <utility>

namespace leadership::internal {

LeadershipStream::LeadershipStream(v1::LeadershipBroker::Stub* stub, const v1::WatchLeadershipRequest& request,
                                   std::function<void(const v1::Leadership&)> on_message,
                                   std::function<void(const grpc::Status&)> on_end)
    : request_(request), on_message_(std::move(on_message)), on_end_(std::move(on_end)) {
  stub->async()->WatchLeadership(&context_, &request_, this);
  StartRead(&message_);
  StartCall();
}

LeadershipStream::~LeadershipStream() {
  Cancel();
  done_.WaitForNotification();
}

void LeadershipStream::OnReadDone(bool ok) {
  if (!ok) return;
  on_message_(message_);
  StartRead(&message_);
}

void LeadershipStream::OnDone(const grpc::Status& status) {
  on_end_(status);
  done_.Notify();
}

}  // namespace leadership::internal
