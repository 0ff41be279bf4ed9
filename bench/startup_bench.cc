// startup_bench: how long a broker takes from its start to its first answer, and to LEADER on a free lock, and what it
// holds in memory when idle, beside an empty gRPC server, in turns in one run on a real control plane.
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <iostream>
#include <memory>
#include <string>

#include "CLI/CLI.hpp"
#include "absl/time/clock.h"
#include "gtest/gtest.h"

#include "bench/figures.h"
#include "bench/memory.h"
#include "bench/results.h"
#include "bench/values.h"
#include "tests/harness/broker_process.h"
#include "tests/harness/child_process.h"
#include "tests/harness/real_cluster.h"
#include "tests/harness/require.h"
#include "tests/harness/subscriber.h"
#include "tests/harness/test_pod.h"

namespace leadership_broker::bench {
namespace {

using leadership::v1::Leadership;
using testing::BrokerCommand;
using testing::BrokerProcess;
using testing::ChildProcess;
using testing::RealCluster;
using testing::Require;
using testing::ScratchDir;
using testing::Subscriber;
using testing::TestPod;

bool Connects(const std::string& path) {
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof(address.sun_path) - 1);
  const bool connected = connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
  close(fd);
  return connected;
}

// A connection to a server that is starting, made the moment it is possible: polled without gRPC's back-off.
std::shared_ptr<grpc::Channel> FirstConnection(const std::string& address) {
  const absl::Time deadline = absl::Now() + testing::kPatience;
  const std::string path = address.substr(std::strlen("unix:"));
  while (!Connects(path)) {
    Require(absl::Now() < deadline, "no server at " + address);
    absl::SleepFor(absl::Microseconds(200));
  }
  std::shared_ptr<grpc::Channel> channel = testing::NewLocalChannel(address);
  Require(channel->WaitForConnected(absl::ToChronoTime(deadline)), "no gRPC server at " + address);
  return channel;
}

// With its HTTP listener, as shipped.
BrokerCommand ShippedCommand(const TestPod& pod, const std::string& lock) {
  BrokerCommand command = BrokerCommand::InPod(pod, lock);
  command.flags.back() = "--http-listen=127.0.0.1:" + std::to_string(testing::FreePort());
  return command;
}

void AddIdle(pid_t pid, absl::Duration idle, Values* resident, Values* anonymous) {
  absl::SleepFor(idle);
  const Memory memory = MemoryOf(pid);
  resident->Add(memory.resident);
  anonymous->Add(memory.anonymous);
}

int Main(int argc, char** argv) {
  CLI::App app{"Start-up times and idle memory, beside an empty gRPC server."};
  std::string empty_server;
  std::string json;
  int runs = 50;
  int idle_seconds = 5;
  app.add_option("--empty-server", empty_server, "the built empty-grpc-server")->required()->check(CLI::ExistingFile);
  app.add_option("--runs", runs, "of each kind")->capture_default_str()->check(CLI::PositiveNumber);
  app.add_option("--idle-seconds", idle_seconds, "before memory is read")->capture_default_str();
  app.add_option("--json", json, "a file for the results");
  CLI11_PARSE(app, argc, argv);

  RealCluster& cluster = RealCluster::Shared();
  const std::string namespace_name = cluster.NewNamespace();
  cluster.SetRole(namespace_name, {{"configmaps", {"create", "get", "list", "watch", "delete"}, {}},
                                   {"pods", {"get", "list", "watch"}, {}},
                                   {"events.events.k8s.io", {"create", "patch"}, {}}});
  Figures empty("empty gRPC server: start -> serving");
  Figures serving("broker: start -> serving");
  Figures leading("broker: start -> app told LEADER, free lock");
  const absl::Duration idle = absl::Seconds(idle_seconds);
  Values empty_resident("empty gRPC server, idle: resident", "MB");
  Values broker_resident("broker, idle leader with one stream: resident", "MB");
  Values empty_anonymous("empty gRPC server, idle: anonymous", "MB");
  Values broker_anonymous("broker, idle leader with one stream: anonymous", "MB");
  for (int run = 0; run < runs; ++run) {
    const bool last = run + 1 == runs;
    {
      const ScratchDir scratch;
      const std::string address = "unix:" + scratch.File("socket");
      const absl::Time began = absl::Now();
      const ChildProcess server({empty_server, address}, testing::Environment(), scratch.File("log"));
      const auto channel = FirstConnection(address);
      empty.Add(absl::Now() - began);
      if (last) AddIdle(server.pid(), idle, &empty_resident, &empty_anonymous);
    }
    const std::string lock = "lock-" + std::to_string(run);
    const TestPod pod(&cluster, namespace_name, "pod-" + std::to_string(run), {lock});
    const BrokerCommand command = ShippedCommand(pod, lock);
    const absl::Time began = absl::Now();
    BrokerProcess broker(command);
    const auto channel = FirstConnection(broker.address());
    serving.Add(absl::Now() - began);
    Subscriber app_beside(channel);
    leading.Add(app_beside.WaitForState(Leadership::STATE_LEADER).at - began);
    Require(!::testing::Test::HasFailure(), "no leader");
    if (last) AddIdle(broker.pid(), idle, &broker_resident, &broker_anonymous);
  }
  std::cout << Figures::Header() << "\n"
            << empty.Row(&empty) << "\n"
            << serving.Row(&empty) << "\n"
            << leading.Row(&empty) << "\n"
            << empty_resident.Row() << "\n"
            << broker_resident.Row(&empty_resident) << "\n"
            << empty_anonymous.Row() << "\n"
            << broker_anonymous.Row(&empty_anonymous) << std::endl;
  WriteResults(json, "startup", {&empty, &serving, &leading},
               {&empty_resident, &broker_resident, &empty_anonymous, &broker_anonymous});
  return 0;
}

}  // namespace
}  // namespace leadership_broker::bench

int main(int argc, char** argv) { return leadership_broker::bench::Main(argc, argv); }
