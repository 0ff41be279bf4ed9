#include "server/rpc/server.h"

#include <sys/stat.h>

#include <chrono>
#include <cstdint>
#include <future>
#include <string>
#include <thread>

#include "gmock/gmock.h"
#include "grpcpp/generic/generic_stub.h"
#include "gtest/gtest.h"

#include "server/rpc/health.pb.h"
#include "tests/harness/scratch_dir.h"
#include "tests/unit/rpc/running_server.h"
#include "tests/unit/rpc/snapshots.h"

namespace leadership_broker::testing {
namespace {

using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;
using leadership::v1::GetLeadershipRequest;
using leadership::v1::Leadership;
using ::testing::AllOf;
using ::testing::HasSubstr;

grpc::Status Get(leadership::v1::LeadershipBroker::Stub& stub) {
  grpc::ClientContext context;
  Leadership answer;
  return stub.GetLeadership(&context, GetLeadershipRequest(), &answer);
}

absl::Status StartAnother(const std::string& address) {
  status::Hub hub;
  rpc::LockDirectory directory("ns", {{"a", &hub}});
  rpc::Server::Options options;
  options.listen = {*config::ParseAddress(address)};
  options.directory = &directory;
  options.now = [] { return absl::ZeroDuration(); };
  return rpc::Server::Start(std::move(options)).status();
}

grpc::Status Health(const std::string& address, const std::string& service, HealthCheckResponse* response) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  grpc::TemplatedGenericStub<HealthCheckRequest, HealthCheckResponse> stub(
      grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments));
  HealthCheckRequest request;
  request.set_service(service);
  grpc::ClientContext context;
  std::promise<grpc::Status> done;
  stub.UnaryCall(&context, "/grpc.health.v1.Health/Check", grpc::StubOptions(), &request, response,
                 [&done](grpc::Status status) { done.set_value(std::move(status)); });
  return done.get_future().get();
}

TEST(ServerTest, AnswersOnBothLoopbacks) {
  for (const char* listen : {"127.0.0.1:0", "[::1]:0"}) {
    RunningServer running(8, false, listen);
    running.hub.Publish(Standby(1));
    EXPECT_TRUE(Get(*running.stub).ok()) << listen;
    EXPECT_TRUE(running.server->serving());
  }
}

TEST(ServerTest, ASecondServerOnTheSamePortSaysSo) {
  RunningServer running;
  const absl::Status status = StartAnother(running.address);
  EXPECT_THAT(std::string(status.message()), HasSubstr(running.address + " is in use by another process"));
}

TEST(ServerTest, WhatCanBeReachedFromOutsideThePodIsRefusedWithoutCertificates) {
  for (const char* address : {"0.0.0.0:0", "[::]:0", "[::ffff:127.0.0.1]:0"}) {
    EXPECT_THAT(std::string(StartAnother(address).message()),
                AllOf(HasSubstr(address), HasSubstr("refused"), HasSubstr("TLS")));
  }
}

TEST(ServerTest, ThePortIsFreeAgainAfterwards) {
  std::string address;
  {
    RunningServer running;
    running.hub.Publish(Standby(1));
    EXPECT_TRUE(Get(*running.stub).ok()) << "so that a connection lingers";
    address = running.address;
  }
  EXPECT_EQ(StartAnother(address), absl::OkStatus());
}

TEST(ServerTest, UnixSocketIsForTheGroupAndForOneServer) {
  const ScratchDir directory;
  const std::string address = "unix:" + directory.File("broker.sock");
  const mode_t before = umask(022);
  for (int life = 0; life < 2; ++life) {
    RunningServer running(8, false, address);
    running.hub.Publish(Standby(1));
    EXPECT_TRUE(Get(*running.stub).ok());
    struct stat found = {};
    ASSERT_EQ(stat(directory.File("broker.sock").c_str(), &found), 0);
    EXPECT_EQ(found.st_mode & 0777, 0660u);
    const absl::Status second = StartAnother(address);
    EXPECT_THAT(std::string(second.message()), HasSubstr("in use by another broker"));
    EXPECT_TRUE(Get(*NewStub(address)).ok()) << "the refused one must not have touched the first one's socket";
  }
  EXPECT_EQ(umask(before), 022u) << "the umask is the process's again";
}

TEST(ServerTest, HealthOfTheServerAndOfTheService) {
  RunningServer running;
  for (const char* service : {"", "leadership.v1.LeadershipBroker"}) {
    HealthCheckResponse response;
    const grpc::Status status = Health(running.address, service, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    EXPECT_EQ(response.status(), HealthCheckResponse::SERVING)
        << "'" << service << "', though nothing is known of leadership yet";
  }
  HealthCheckResponse response;
  EXPECT_EQ(Health(running.address, "another.Service", &response).error_code(), grpc::StatusCode::NOT_FOUND);
}

// serving() is what /readyz says.
TEST(ServerTest, HealthSaysWhatReadyzSaysAlsoWhileItShutsDown) {
  RunningServer running;
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  grpc::TemplatedGenericStub<HealthCheckRequest, HealthCheckResponse> stub(
      grpc::CreateCustomChannel(running.address, grpc::InsecureChannelCredentials(), arguments));
  grpc::CompletionQueue queue;
  grpc::ClientContext context;
  const auto watch = stub.PrepareCall(&context, "/grpc.health.v1.Health/Watch", &queue);
  const auto done = [&queue] {
    void* tag;
    bool ok = false;
    return queue.Next(&tag, &ok) && ok;
  };
  HealthCheckResponse response;
  watch->StartCall(nullptr);
  ASSERT_TRUE(done());
  watch->WriteLast(HealthCheckRequest(), grpc::WriteOptions(), nullptr);
  ASSERT_TRUE(done());
  watch->Read(&response, nullptr);
  ASSERT_TRUE(done());
  EXPECT_EQ(response.status(), HealthCheckResponse::SERVING);
  EXPECT_TRUE(running.server->serving());

  watch->Read(&response, nullptr);
  running.server->Shutdown();
  ASSERT_TRUE(done());
  EXPECT_EQ(response.status(), HealthCheckResponse::NOT_SERVING);
  EXPECT_FALSE(running.server->serving());
  grpc::Status status;
  watch->Finish(&status, nullptr);
  done();
}

TEST(ServerTest, R12ShutdownEndsStreamsAndWaitersWithUnavailable) {
  RunningServer running;
  running.hub.Publish(Standby(1));
  grpc::ClientContext watch_context;
  auto stream = running.stub->WatchLeadership(&watch_context, leadership::v1::WatchLeadershipRequest());
  Leadership told;
  ASSERT_TRUE(stream->Read(&told));
  auto waiter = std::async(std::launch::async, [&running] {
    grpc::ClientContext context;
    Leadership answer;
    return running.stub->Become(&context, leadership::v1::BecomeRequest(), &answer);
  });
  while (running.requests.seen().empty()) std::this_thread::yield();

  running.server->Shutdown();
  EXPECT_FALSE(running.server->serving());
  EXPECT_FALSE(stream->Read(&told));
  const grpc::Status ended = stream->Finish();
  EXPECT_EQ(ended.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_THAT(ended.error_message(), HasSubstr("shutting down"));
  EXPECT_EQ(waiter.get().error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_THAT(running.requests.seen(), ::testing::ElementsAre("+a", "-a"));
  EXPECT_EQ(Get(*running.stub).error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST(ServerTest, R4ALossPublishedJustBeforeTheShutdownIsStillTold) {
  RunningServer running;
  running.hub.Publish(Leader(1));
  grpc::ClientContext context;
  auto stream = running.stub->WatchLeadership(&context, leadership::v1::WatchLeadershipRequest());
  Leadership told;
  ASSERT_TRUE(stream->Read(&told));
  running.hub.Publish(Loss(2));
  running.server->Shutdown();
  ASSERT_TRUE(stream->Read(&told));
  EXPECT_EQ(told.revision(), 2u);
  EXPECT_FALSE(stream->Read(&told));
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST(ServerTest, R12AClientThatNeverReadsDoesNotHoldUpTheShutdown) {
  RunningServer running;
  grpc::ClientContext context;
  auto stream = running.stub->WatchLeadership(&context, leadership::v1::WatchLeadershipRequest());
  Leadership told;
  running.hub.Publish(Standby(1));
  ASSERT_TRUE(stream->Read(&told));
  // Until a message has stayed in its slot for a while: the one before it is stuck in the full stream.
  bool stuck = false;
  for (uint64_t revision = 2; !stuck; ++revision) {
    auto large = NewSnapshot(revision, Leadership::STATE_STANDBY);
    large->leadership.set_message(std::string(size_t{1024} * 1024, 'x'));
    const int sent = running.sent;
    running.hub.Publish(large);
    const auto patience = std::chrono::steady_clock::now() + std::chrono::milliseconds(500);
    while (running.sent == sent && !stuck) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
      stuck = std::chrono::steady_clock::now() > patience;
    }
  }
  running.server->Shutdown();
  while (stream->Read(&told)) {
  }
  EXPECT_NE(stream->Finish().error_code(), grpc::StatusCode::OK);
}

}  // namespace
}  // namespace leadership_broker::testing
