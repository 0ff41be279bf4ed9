// startup_bench: how long a broker takes from its start to its first answer, and to LEADER on a free lock, from a warm
// page cache and from a cold one; what it holds in memory when idle; how large it is; beside an empty gRPC server, in
// turns in one run on a real control plane.
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
#include "bench/rights.h"
#include "bench/shipped_copy.h"
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

// What was measured of one program's memory.
struct Idle {
  explicit Idle(const std::string& who) : resident(who + ": resident", "MiB"), anonymous(who + ": anonymous", "MiB") {}

  void Add(pid_t pid, absl::Duration pause) {
    absl::SleepFor(pause);
    const Memory memory = MemoryOf(pid);
    resident.Add(memory.resident);
    anonymous.Add(memory.anonymous);
  }

  Values resident;
  Values anonymous;
};

// The start of a program, from a page cache that has it or has not.
class EmptyServer {
 public:
  EmptyServer(const std::string& program, const std::string& how)
      : serving_("empty gRPC server: start -> serving" + how), program_(program) {}

  // `idle`: null where its memory is not to be measured.
  void Start(const std::vector<std::string>& environment, absl::Duration pause, Idle* idle) {
    const ScratchDir scratch;
    const std::string address = "unix:" + scratch.File("socket");
    const absl::Time began = absl::Now();
    const ChildProcess server({program_, address}, environment, scratch.File("log"));
    const auto channel = FirstConnection(address);
    serving_.Add(absl::Now() - began);
    if (idle != nullptr) idle->Add(server.pid(), pause);
  }

  const Figures& serving() const { return serving_; }

 private:
  Figures serving_;
  const std::string program_;
};

class Broker {
 public:
  // It rests for so long before each start. The API server asks etcd no more often than every 100 ms how far its watch
  // cache is behind, so that a list which must not be stale waits for the rest of that time after another one of
  // ConfigMaps: starts without a pause do that to each other.
  Broker(RealCluster* cluster, const std::string& namespace_name, const std::string& program, absl::Duration rest,
         const std::string& how)
      : serving_("broker: start -> serving" + how),
        leading_("broker: start -> app told LEADER, free lock" + how),
        cluster_(cluster),
        namespace_(namespace_name),
        program_(program),
        rest_(rest) {}

  // `variable`: beside what it gets in a pod; may be empty.
  void Start(const std::string& variable, absl::Duration pause, Idle* idle) {
    static int starts = 0;
    const std::string name = "pod-" + std::to_string(++starts);
    const TestPod pod(cluster_, namespace_, name, {name});
    BrokerCommand command = ShippedCommand(pod, name);
    command.program = program_;
    if (!variable.empty()) command.environment.push_back(variable);
    absl::SleepFor(rest_);
    const absl::Time began = absl::Now();
    BrokerProcess broker(command);
    const auto channel = FirstConnection(broker.address());
    serving_.Add(absl::Now() - began);
    Subscriber app_beside(channel);
    leading_.Add(app_beside.WaitForState(Leadership::STATE_LEADER).at - began);
    Require(!::testing::Test::HasFailure(), "no leader");
    if (idle != nullptr) idle->Add(broker.pid(), pause);
  }

  const Figures& serving() const { return serving_; }
  const Figures& leading() const { return leading_; }

 private:
  Figures serving_;
  Figures leading_;
  RealCluster* const cluster_;
  const std::string namespace_;
  const std::string program_;
  const absl::Duration rest_;
};

Values Single(const std::string& what, double mebibytes) {
  Values values(what, "MiB");
  values.Add(mebibytes);
  return values;
}

int Main(int argc, char** argv) {
  CLI::App app{"Start-up times, idle memory and size on disk, beside an empty gRPC server."};
  std::string empty_server;
  std::string program = testing::BuiltBroker();
  std::string json;
  int runs = 40;
  int cold_runs = 15;
  int idle_runs = 3;
  int idle_seconds = 5;
  int rest = 250;
  app.add_option("--empty-server", empty_server, "the built empty-grpc-server")->required()->check(CLI::ExistingFile);
  app.add_option("--broker", program, "the broker")->check(CLI::ExistingFile);
  app.add_option("--runs", runs, "of each kind, page cache warm")->capture_default_str()->check(CLI::PositiveNumber);
  app.add_option("--cold-runs", cold_runs, "of each kind, page cache cold")->capture_default_str();
  app.add_option("--idle-runs", idle_runs, "of these, how many wait idly")->capture_default_str();
  app.add_option("--idle-seconds", idle_seconds, "before memory is read")->capture_default_str();
  app.add_option("--rest", rest, "milliseconds of quiet at the API server before each start of the broker")
      ->capture_default_str();
  app.add_option("--json", json, "a file for the results");
  CLI11_PARSE(app, argc, argv);

  RealCluster& cluster = RealCluster::Shared();
  const std::string namespace_name = cluster.NewNamespace();
  cluster.SetRole(namespace_name, BrokerAndEventRights());
  const absl::Duration pause = absl::Seconds(idle_seconds);
  EmptyServer empty(empty_server, "");
  Broker broker(&cluster, namespace_name, program, absl::Milliseconds(rest), "");
  Idle empty_idle("empty gRPC server, idle");
  Idle broker_idle("broker, idle leader with one stream");
  for (int run = 0; run < runs; ++run) {
    const bool idle = run + idle_runs >= runs;
    empty.Start(testing::Environment(), pause, idle ? &empty_idle : nullptr);
    broker.Start("", pause, idle ? &broker_idle : nullptr);
  }

  const ShippedCopy empty_copy(empty_server);
  const ShippedCopy broker_copy(program);
  EmptyServer cold_empty(empty_copy.program(), ", cold");
  Broker cold_broker(&cluster, namespace_name, broker_copy.program(), absl::Milliseconds(rest), ", cold");
  std::vector<std::string> empty_environment = testing::Environment();
  empty_environment.push_back(empty_copy.library_path());
  bool can_be_cold = true;
  for (int run = 0; run < cold_runs && can_be_cold; ++run) {
    can_be_cold = empty_copy.DropFromPageCache();
    if (can_be_cold) cold_empty.Start(empty_environment, pause, nullptr);
    can_be_cold = can_be_cold && broker_copy.DropFromPageCache();
    if (can_be_cold) cold_broker.Start(broker_copy.library_path(), pause, nullptr);
  }

  std::vector<const Figures*> figures = {&empty.serving(), &broker.serving(), &broker.leading()};
  if (can_be_cold && cold_runs > 0) {
    figures.insert(figures.end(), {&cold_empty.serving(), &cold_broker.serving(), &cold_broker.leading()});
  }
  const Values empty_program = Single("empty gRPC server: program, stripped", empty_copy.program_size());
  const Values broker_program = Single("broker: program, stripped", broker_copy.program_size());
  const Values empty_all = Single("empty gRPC server: with the libraries that it loads", empty_copy.size());
  const Values broker_all = Single("broker: with the libraries that it loads", broker_copy.size());
  const std::vector<const Values*> values = {&empty_idle.resident,
                                             &broker_idle.resident,
                                             &empty_idle.anonymous,
                                             &broker_idle.anonymous,
                                             &empty_program,
                                             &broker_program,
                                             &empty_all,
                                             &broker_all};

  std::cout << Figures::Header() << "\n";
  for (size_t at = 0; at < figures.size(); ++at) std::cout << figures[at]->Row(figures[at - at % 3]) << "\n";
  for (size_t at = 0; at < values.size(); ++at) {
    if (!values[at]->values().empty()) std::cout << values[at]->Row(values[at - at % 2]) << "\n";
  }
  if (!can_be_cold) {
    std::cout << "NOT RUN: cold starts: the kernel keeps the files of the temporary folder in memory (TMPDIR names "
                 "another)\n";
  }
  std::cout << std::flush;
  WriteResults(json, "startup", figures, values);
  return 0;
}

}  // namespace
}  // namespace leadership_broker::bench

int main(int argc, char** argv) { return leadership_broker::bench::Main(argc, argv); }
