// capacity_bench: what one more lock, one more stream and one more candidate cost, in the broker's memory and in
// watches at a real API server. Nothing here is timed.
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "gtest/gtest.h"

#include "bench/memory.h"
#include "bench/rights.h"
#include "tests/component/crowd.h"
#include "tests/harness/broker_process.h"
#include "tests/harness/eventually.h"
#include "tests/harness/real_cluster.h"
#include "tests/harness/require.h"
#include "tests/harness/test_pod.h"

namespace leadership_broker::bench {
namespace {

using leadership::v1::Leadership;
using testing::BrokerCommand;
using testing::BrokerProcess;
using testing::RealCluster;
using testing::Require;
using testing::TestPod;

constexpr absl::Duration kSettles = absl::Seconds(6);  // housekeeping is done every five

class Capacity {
 public:
  Capacity() { cluster_.SetRole(namespace_, BrokerRights()); }

  void MeasureLocks() {
    std::vector<std::string> locks;
    for (int count : {1, 11, 101}) {
      while (locks.size() < static_cast<size_t>(count)) locks.push_back(absl::StrCat("lock-", locks.size()));
      const TestPod pod(&cluster_, namespace_, absl::StrCat("locks-", count));
      BrokerProcess broker(Command(pod, absl::StrJoin(locks, ","), {}));
      for (const std::string& lock : locks) WaitForLeader(broker, lock);
      absl::SleepFor(kSettles);
      Print(absl::StrCat("leader of ", count, " locks, no stream"), broker);
      pod.cluster().Admin().Delete("/api/v1/namespaces/" + namespace_ + "/pods/" + pod.name());
      broker.Stop();
      for (const std::string& lock : locks) {
        cluster_.Admin().Delete("/api/v1/namespaces/" + namespace_ + "/configmaps/" + lock);
      }
    }
  }

  void MeasureStreams() {
    for (const bool tcp : {true, false}) {
      const TestPod pod(&cluster_, namespace_, tcp ? "streams-tcp" : "streams-unix");
      const std::string listen = tcp ? absl::StrCat("127.0.0.1:", testing::FreePort()) : "";
      BrokerProcess broker(Command(pod, "streams-" + pod.name(), {"--max-streams=2000"}), listen);
      WaitForLeader(broker, "");
      absl::SleepFor(kSettles);
      const Memory idle = MemoryOf(broker.pid());
      const std::string over = tcp ? "TCP" : "a Unix socket";
      for (int streams : {100, 1000}) {
        const int connections = 100;
        const testing::Crowd crowd(broker.address(), streams, connections);
        const auto told = [&] {
          return crowd.CountTold([](const Leadership& leadership) {
            return leadership.state() == Leadership::STATE_LEADER;
          }) == streams;
        };
        Require(testing::Eventually(told), "not every stream was told: " + crowd.WhyEnded());
        absl::SleepFor(kSettles);
        const Memory busy = MemoryOf(broker.pid());
        Print(absl::StrCat(streams, " streams on ", connections, " connections over ", over), broker);
        std::cout << absl::StrFormat("  a stream: %.1f KiB\n", (busy.resident - idle.resident) * 1024 / streams);
      }
    }
  }

  void MeasureCandidates() {
    const int before = Watches();
    std::vector<std::unique_ptr<TestPod>> pods;
    std::vector<std::unique_ptr<BrokerProcess>> brokers;
    constexpr int kCandidates = 10;
    for (int i = 0; i < kCandidates; ++i) {
      pods.push_back(std::make_unique<TestPod>(&cluster_, namespace_, absl::StrCat("candidate-", i)));
      brokers.push_back(std::make_unique<BrokerProcess>(Command(*pods.back(), "shared", {})));
      const auto knows = [&] { return brokers.back()->Get().leader().uid() == pods.front()->uid(); };
      Require(brokers.back()->WaitServing() && testing::Eventually(knows), "a candidate knows no leader");
    }
    absl::SleepFor(kSettles);
    std::cout << absl::StrFormat("%d candidates for one lock: %d watches at the API server\n", kCandidates,
                                 Watches() - before);
    Print("a standby", *brokers.back());
  }

 private:
  static BrokerCommand Command(const TestPod& pod, const std::string& locks, const std::vector<std::string>& flags) {
    BrokerCommand command = BrokerCommand::InPod(pod, locks);
    // As shipped.
    command.flags.back() = absl::StrCat("--http-listen=127.0.0.1:", testing::FreePort());
    command.flags.insert(command.flags.end(), flags.begin(), flags.end());
    return command;
  }

  static void WaitForLeader(BrokerProcess& broker, const std::string& lock) {
    const auto leads = [&] { return broker.Get(lock).state() == Leadership::STATE_LEADER; };
    Require(broker.WaitServing() && testing::Eventually(leads), "no leader of " + lock);
  }

  static void Print(const std::string& what, const BrokerProcess& broker) {
    std::cout << what << ": " << ToText(MemoryOf(broker.pid())) << std::endl;
  }

  // Open at the API server now, of ConfigMaps and Pods in one namespace.
  int Watches() {
    int watches = 0;
    for (absl::string_view line : absl::StrSplit(cluster_.Admin().Get("/metrics").text, '\n')) {
      const bool counted = absl::StartsWith(line, "apiserver_longrunning_requests{") &&
                           absl::StrContains(line, "verb=\"WATCH\"") && absl::StrContains(line, "scope=\"resource\"");
      double value = 0;
      if (counted && absl::SimpleAtod(line.substr(line.rfind(' ') + 1), &value)) watches += static_cast<int>(value);
    }
    return watches;
  }

  RealCluster& cluster_ = RealCluster::Shared();
  const std::string namespace_ = cluster_.NewNamespace();
};

int Main(int argc, char** argv) {
  CLI::App app{"What one more lock, stream or candidate costs."};
  CLI11_PARSE(app, argc, argv);
  Capacity capacity;
  capacity.MeasureLocks();
  capacity.MeasureStreams();
  capacity.MeasureCandidates();
  Require(!::testing::Test::HasFailure(), "see above");
  return 0;
}

}  // namespace
}  // namespace leadership_broker::bench

int main(int argc, char** argv) { return leadership_broker::bench::Main(argc, argv); }
