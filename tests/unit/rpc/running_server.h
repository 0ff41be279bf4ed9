// A gRPC server on a free loopback port, over hubs that the test publishes to, and clients of it.
#ifndef LEADERSHIP_BROKER_TESTS_UNIT_RPC_RUNNING_SERVER_H_
#define LEADERSHIP_BROKER_TESTS_UNIT_RPC_RUNNING_SERVER_H_

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "grpcpp/grpcpp.h"
#include "gtest/gtest.h"

#include "leadership/v1/leadership.grpc.pb.h"
#include "server/rpc/server.h"

namespace leadership_broker::testing {

// What the election would be told of waiters, e.g. "+a", "-a".
class RecordedRequests : public rpc::CampaignRequests {
 public:
  void WaiterCame(const std::string& lock_name) override { Add("+" + lock_name); }
  void WaiterLeft(const std::string& lock_name) override { Add("-" + lock_name); }

  std::vector<std::string> seen() {
    std::lock_guard<std::mutex> lock(mutex_);
    return seen_;
  }

 private:
  void Add(std::string what) {
    std::lock_guard<std::mutex> lock(mutex_);
    seen_.push_back(std::move(what));
  }

  std::mutex mutex_;
  std::vector<std::string> seen_;
};

// A client with a connection of its own.
inline std::unique_ptr<leadership::v1::LeadershipBroker::Stub> NewStub(const std::string& address) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return leadership::v1::LeadershipBroker::NewStub(
      grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments));
}

struct RunningServer {
  // For the lock "a", and with `several` for "b" too. `step_down_requests`: null without --allow-step-down.
  explicit RunningServer(int max_streams = 1024, bool several = false, const std::string& listen = "127.0.0.1:0",
                         rpc::StepDownRequests* step_down_requests = nullptr) {
    status::NamedHubs entries = {{"a", &hub}};
    if (several) entries.push_back({"b", &other_hub});
    directory = std::make_unique<rpc::LockDirectory>("ns", entries);
    rpc::Server::Options options;
    options.listen = {*config::ParseAddress(listen)};
    options.max_streams = max_streams;
    options.directory = directory.get();
    options.now = [this] {
      ++sent;
      return absl::Milliseconds(now_ms.load());
    };
    options.campaign_requests = &requests;
    options.step_down_requests = step_down_requests;
    auto started = rpc::Server::Start(std::move(options));
    if (!started.ok()) {
      ADD_FAILURE() << started.status();
      std::abort();
    }
    server = *std::move(started);
    address = server->addresses().front();
    stub = NewStub(address);
  }

  status::Hub hub;
  status::Hub other_hub;
  std::atomic<int64_t> now_ms{1000000};
  // How many messages were made ready for sending.
  std::atomic<int> sent{0};
  RecordedRequests requests;
  std::unique_ptr<rpc::LockDirectory> directory;
  std::unique_ptr<rpc::Server> server;
  std::string address;
  std::unique_ptr<leadership::v1::LeadershipBroker::Stub> stub;
};

}  // namespace leadership_broker::testing

#endif  // LEADERSHIP_BROKER_TESTS_UNIT_RPC_RUNNING_SERVER_H_
