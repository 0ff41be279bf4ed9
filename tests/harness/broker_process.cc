#include "tests/harness/broker_process.h"

#include <chrono>
#include <iostream>
#include <utility>

#include "absl/time/clock.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "gtest/gtest.h"

#include "tests/harness/sanitizer.h"

namespace leadership_broker::testing {
namespace {

std::vector<std::string> CommandLine(const BrokerCommand& command) {
  std::vector<std::string> line = {command.program};
  line.insert(line.end(), command.flags.begin(), command.flags.end());
  return line;
}

}  // namespace

std::string BuiltBroker() { return LEADERSHIP_BROKER_PROGRAM; }

BrokerCommand BrokerCommand::InPod(const TestPod& pod, const std::string& lock, std::string url) {
  if (url.empty()) url = pod.cluster().Url();
  const std::string authority = url.substr(url.find("://") + 3);
  const size_t colon = authority.rfind(':');
  BrokerCommand command;
  command.flags = {"--lock=" + lock, "--service-account-dir=" + pod.service_account_dir(), "--http-listen=none"};
  command.environment = {"KUBERNETES_SERVICE_HOST=" + authority.substr(0, colon),
                         "KUBERNETES_SERVICE_PORT=" + authority.substr(colon + 1), "POD_NAME=" + pod.name(),
                         "POD_UID=" + pod.uid()};
  return command;
}

std::vector<std::string> BrokerCommand::FullEnvironment() const {
  std::vector<std::string> all =
      Environment({"KUBE", "POD_", "LEADERSHIP_BROKER_", "http_proxy=", "https_proxy=", "HTTP_PROXY=", "HTTPS_PROXY=",
                   "all_proxy=", "ALL_PROXY=", "no_proxy=", "NO_PROXY="});
  all.insert(all.end(), environment.begin(), environment.end());
  return all;
}

Finished RunBroker(const BrokerCommand& command, absl::Duration limit) {
  return RunProgram(CommandLine(command), limit, command.FullEnvironment());
}

std::shared_ptr<grpc::Channel> NewLocalChannel(const std::string& address) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  // Channels of the same arguments would share one connection otherwise.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 20);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 20);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 100);
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
}

BrokerProcess::BrokerProcess(BrokerCommand command, const std::string& listen)
    : command_(std::move(command)),
      listen_(listen.empty() ? "unix:" + scratch_.File("socket") : listen.substr(0, listen.find(','))) {
  command_.flags.push_back("--listen=" + (listen.empty() ? listen_ : listen));
  Start();
}

BrokerProcess::~BrokerProcess() {
  // What is killed cannot be looked over for leaks.
  if (kUnderAddressSanitizer && process_->Running()) {
    Resume();
    EXPECT_EQ(Stop(), 0) << "the broker at " << listen_ << " does not end well";
  }
  process_.reset();
  for (const char* report : {"Sanitizer: ", "runtime error: "}) {
    EXPECT_EQ(Log().find(report), std::string::npos) << "a sanitizer has something to report";
  }
  if (::testing::Test::HasFailure())
    std::cerr << "--- log of the broker at " << listen_ << "\n" << Log() << "---" << std::endl;
}

void BrokerProcess::Start() {
  process_.reset();
  process_ = std::make_unique<ChildProcess>(CommandLine(command_), command_.FullEnvironment(), scratch_.File("log"));
}

bool BrokerProcess::WaitServing() {
  const std::shared_ptr<grpc::Channel> channel = NewChannel();
  // WaitForConnected, unlike GetState, also drives the connection forward.
  const bool serving = Eventually([&] {
    return channel->WaitForConnected(std::chrono::system_clock::now() + std::chrono::milliseconds(50)) ||
           !process_->Running();
  });
  EXPECT_TRUE(serving && process_->Running()) << "the broker at " << listen_ << " does not serve";
  return serving && process_->Running();
}

void BrokerProcess::Kill() {
  process_->Signal(SIGKILL);
  process_->Wait(absl::InfiniteDuration());
}

int BrokerProcess::Stop() {
  process_->Signal(SIGTERM);
  const std::optional<int> exit_code = process_->Wait(kPatience);
  EXPECT_TRUE(exit_code.has_value()) << "the broker at " << listen_ << " does not end on SIGTERM";
  return exit_code.value_or(-1);
}

std::shared_ptr<grpc::Channel> BrokerProcess::NewChannel() const { return NewLocalChannel(listen_); }

leadership::v1::Leadership BrokerProcess::Get(const std::string& lock) const {
  grpc::ClientContext context;
  context.set_wait_for_ready(true);
  context.set_deadline(absl::ToChronoTime(absl::Now() + kPatience));
  leadership::v1::GetLeadershipRequest request;
  request.set_lock(lock);
  leadership::v1::Leadership leadership;
  const grpc::Status status = NewStub()->GetLeadership(&context, request, &leadership);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return leadership;
}

}  // namespace leadership_broker::testing
