// fanout_bench: how long until the last of very many streams is told of a change, how much of the processor that takes,
// and what a stream costs in memory, beside a bare gRPC broadcast of the same bytes and etcd's own election
// (v3election, whose leader proclaims and whose observers are told), in turns in one run. Against the stand-in: what is
// measured is the telling.
#include <algorithm>
#include <deque>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gtest/gtest.h"

#include "bench/cpu_time.h"
#include "bench/etcd_teller.h"
#include "bench/figures.h"
#include "bench/listeners_process.h"
#include "bench/memory.h"
#include "bench/results.h"
#include "bench/rights.h"
#include "bench/teller.h"
#include "bench/values.h"
#include "tests/harness/fake_cluster.h"
#include "tests/harness/require.h"

namespace leadership_broker::bench {
namespace {

using testing::FakeCluster;
using testing::Require;

// The streams share so many connections at most.
constexpr int kConnections = 100;
constexpr absl::Duration kSettles = absl::Seconds(6);  // housekeeping is done every five
constexpr absl::Duration kIdleFor = absl::Milliseconds(5);

struct Case {
  bool tcp;
  int streams;
  int silent;
  std::string Name() const {
    return absl::StrCat(streams, " streams, ", tcp ? "TCP" : "Unix socket",
                        silent > 0 ? absl::StrCat(", ", silent, " of them never read") : "");
  }
};

// The streams of one teller, and what came of its changes.
class Telling {
 public:
  Telling(const std::string& program, Service service, Teller* teller, const Case& of, const std::string& who)
      : teller_(teller),
        idle_(MemoryOf(teller->pid())),
        streams_(of.streams),
        listeners_(program, service, teller->address(), of.streams, std::min(of.streams, kConnections), of.silent),
        told_(who + ": " + of.Name()),
        cpu_(who + ": the processor's time for a change, " + of.Name(), "ms"),
        memory_(who + ": memory a stream, " + of.Name(), "KiB") {
    listeners_.WaitTold(teller->Change());
  }

  // Once it has settled.
  void TakeMemory() { memory_.Add((MemoryOf(teller_->pid()).resident - idle_.resident) * 1024 / streams_); }

  void Once() {
    const absl::Duration cpu = CpuTimeOf(teller_->pid());
    const absl::Time began = absl::Now();
    told_.Add(listeners_.WaitTold(teller_->Change()) - began);
    // What it still has to do when the last one is told is its own, and not the next one's.
    absl::Duration used = CpuTimeOf(teller_->pid());
    for (absl::Duration before = absl::ZeroDuration(); used != before;) {
      before = used;
      absl::SleepFor(kIdleFor);
      used = CpuTimeOf(teller_->pid());
      if (used - before < kIdleFor / 10) break;
    }
    cpu_.Add(absl::ToDoubleMilliseconds(used - cpu));
  }

  const Figures& told() const { return told_; }
  const Values& cpu() const { return cpu_; }
  const Values& memory() const { return memory_; }

 private:
  Teller* const teller_;
  const Memory idle_;
  const int streams_;
  ListenersProcess listeners_;
  Figures told_;
  Values cpu_;
  Values memory_;
};

// What is kept of the cases for the file. Of each figure the bare one first, as the measure of those that follow it.
struct Found {
  std::deque<Figures> told;
  std::deque<Values> values;

  void Take(const std::deque<Telling>& tellings) {
    for (const Telling& telling : tellings) told.push_back(telling.told());
    for (const Telling& telling : tellings) values.push_back(telling.cpu());
    for (const Telling& telling : tellings) values.push_back(telling.memory());
  }
};

struct Programs {
  std::string bare;
  std::string listeners;
  // May be empty.
  std::string etcd;
};

void Measure(FakeCluster& cluster, const Programs& programs, const Case& of, int runs, Found* found) {
  const std::string namespace_name = cluster.NewNamespace();
  cluster.SetRole(namespace_name, BrokerRights());
  Broker broker(&cluster, namespace_name, of.tcp, of.streams + 1);
  Bare bare(programs.bare, of.tcp, broker.Says());
  std::unique_ptr<EtcdElection> etcd;
  std::deque<Telling> tellings;
  tellings.emplace_back(programs.listeners, Service::kBroker, &bare, of, "bare broadcast");
  tellings.emplace_back(programs.listeners, Service::kBroker, &broker, of, "broker");
  if (of.tcp && of.silent == 0 && !programs.etcd.empty()) {
    etcd = std::make_unique<EtcdElection>(programs.etcd);
    tellings.emplace_back(programs.listeners, Service::kEtcdElection, etcd.get(), of, "etcd's Observe");
  }
  absl::SleepFor(kSettles);
  for (Telling& telling : tellings) telling.TakeMemory();
  for (int run = 0; run < runs; ++run) {
    for (Telling& telling : tellings) telling.Once();
  }
  const Telling& base = tellings.front();
  for (const Telling& telling : tellings) {
    std::cout << telling.told().Row(&base.told()) << "\n"
              << "  " << telling.cpu().Row(&base.cpu()) << "\n"
              << "  " << telling.memory().Row(&base.memory()) << std::endl;
  }
  found->Take(tellings);
}

int Main(int argc, char** argv) {
  CLI::App app{"A change told to very many streams, beside a bare gRPC broadcast and etcd's election."};
  Programs programs;
  std::vector<int> sizes = {1, 100, 1000, 10000};
  std::string json;
  int runs = 30;
  bool brief = false;
  app.add_option("--bare", programs.bare, "the built bare-broadcast")->required()->check(CLI::ExistingFile);
  app.add_option("--listeners", programs.listeners, "the built listeners-program")
      ->required()
      ->check(CLI::ExistingFile);
  app.add_option("--etcd", programs.etcd, "etcd, to be measured too")->check(CLI::ExistingFile);
  app.add_option("--streams", sizes, "how many")->delimiter(',')->capture_default_str();
  app.add_option("--runs", runs, "of each kind")->capture_default_str()->check(CLI::PositiveNumber);
  app.add_flag("--brief", brief, "over TCP alone, and everybody reads");
  app.add_option("--json", json, "a file for the results");
  CLI11_PARSE(app, argc, argv);

  FakeCluster cluster;
  Found found;
  std::cout << Figures::Header() << std::endl;
  for (const bool tcp : brief ? std::vector<bool>{true} : std::vector<bool>{true, false}) {
    for (const int streams : sizes) {
      Measure(cluster, programs, {tcp, streams, 0}, runs, &found);
      if (streams >= 100 && !brief) Measure(cluster, programs, {tcp, streams, streams / 100}, runs, &found);
    }
  }
  Require(!::testing::Test::HasFailure(), "see above");
  WriteResults(json, "fanout", Pointers(found.told), Pointers(found.values));
  return 0;
}

}  // namespace
}  // namespace leadership_broker::bench

int main(int argc, char** argv) { return leadership_broker::bench::Main(argc, argv); }
