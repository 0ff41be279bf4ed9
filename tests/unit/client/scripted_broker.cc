#include "tests/unit/client/scripted_broker.h"

#include <chrono>

#include "gtest/gtest.h"

namespace leadership {
namespace {

// A client that has gone announces itself to nobody here.
constexpr std::chrono::milliseconds kLookForCancellation(20);

grpc::Status Stopped() { return {grpc::StatusCode::UNAVAILABLE, "stopped by the test"}; }

}  // namespace

void ScriptedBroker::Start() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    stopped_ = false;
  }
  grpc::ServerBuilder builder;
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.AddListeningPort(address_, grpc::InsecureServerCredentials());
  builder.RegisterService(this);
  server_ = builder.BuildAndStart();
  ASSERT_NE(server_, nullptr) << address_;
}

void ScriptedBroker::Stop() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    stopped_ = true;
  }
  changed_.notify_all();
  if (server_ != nullptr) server_->Shutdown();
  server_.reset();
}

void ScriptedBroker::Say(const v1::Leadership& leadership) {
  std::lock_guard<std::mutex> lock(mutex_);
  said_.push_back(leadership);
  changed_.notify_all();
}

void ScriptedBroker::Refuse(const grpc::Status& status) {
  std::lock_guard<std::mutex> lock(mutex_);
  refusal_ = status;
}

std::vector<v1::WatchLeadershipRequest> ScriptedBroker::watches() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return watches_;
}

std::vector<v1::BecomeRequest> ScriptedBroker::becomes() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return becomes_;
}

std::vector<v1::GetLeadershipRequest> ScriptedBroker::gets() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return gets_;
}

void ScriptedBroker::Wait(const grpc::ServerContext& context, size_t said, std::unique_lock<std::mutex>& lock) {
  while (!stopped_ && !context.IsCancelled() && said_.size() <= said) changed_.wait_for(lock, kLookForCancellation);
}

grpc::Status ScriptedBroker::GetLeadership(grpc::ServerContext* /*context*/, const v1::GetLeadershipRequest* request,
                                           v1::Leadership* response) {
  std::lock_guard<std::mutex> lock(mutex_);
  gets_.push_back(*request);
  if (!said_.empty()) *response = said_.back();
  return refusal_;
}

grpc::Status ScriptedBroker::WatchLeadership(grpc::ServerContext* context, const v1::WatchLeadershipRequest* request,
                                             grpc::ServerWriter<v1::Leadership>* writer) {
  std::unique_lock<std::mutex> lock(mutex_);
  watches_.push_back(*request);
  if (!refusal_.ok()) return refusal_;
  size_t next = said_.size() - std::min<size_t>(said_.size(), 1);
  while (true) {
    Wait(*context, next, lock);
    if (stopped_) return Stopped();
    if (context->IsCancelled()) return grpc::Status::CANCELLED;
    const v1::Leadership message = said_[next++];
    lock.unlock();
    writer->Write(message);
    lock.lock();
  }
}

grpc::Status ScriptedBroker::Become(grpc::ServerContext* context, const v1::BecomeRequest* request,
                                    v1::Leadership* response) {
  std::unique_lock<std::mutex> lock(mutex_);
  becomes_.push_back(*request);
  if (!refusal_.ok()) return refusal_;
  while (said_.empty() || said_.back().state() != v1::Leadership::STATE_LEADER) {
    Wait(*context, said_.size(), lock);
    if (stopped_) return Stopped();
    if (context->IsCancelled()) return grpc::Status::CANCELLED;
  }
  *response = said_.back();
  return grpc::Status::OK;
}

}  // namespace leadership
