// takeover_bench: on a real control plane, how long a standby's app waits for its LEADER once the lock goes, beside the
// floor (the plainest client-go program that watches and creates), in turns in one run.
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/match.h"
#include "absl/time/clock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

#include "bench/figures.h"
#include "bench/floor_program.h"
#include "bench/results.h"
#include "bench/trace.h"
#include "tests/harness/broker_process.h"
#include "tests/harness/real_cluster.h"
#include "tests/harness/require.h"
#include "tests/harness/subscriber.h"
#include "tests/harness/test_pod.h"

namespace leadership_broker::bench {
namespace {

using leadership::v1::Leadership;
using testing::BrokerCommand;
using testing::BrokerProcess;
using testing::RealCluster;
using testing::Require;
using testing::Subscriber;
using testing::TestPod;

constexpr char kLock[] = "bench-lock";

// The lock stays with the collector, or with us.
BrokerCommand PatientBroker(const TestPod& pod, bool traced) {
  BrokerCommand command = BrokerCommand::InPod(pod, kLock);
  command.flags.emplace_back("--orphan-grace=never");
  if (traced) {
    command.flags.emplace_back("--log-level=debug");
    command.flags.emplace_back("--log-format=json");
  }
  return command;
}

// A pod, its broker, and the app beside it.
struct Contender {
  Contender(RealCluster* cluster, const std::string& namespace_name, int number, bool traced)
      : pod(cluster, namespace_name, "pod-" + std::to_string(number), {kLock}),
        broker(PatientBroker(pod, traced)),
        app(broker.NewChannel()) {}

  TestPod pod;
  BrokerProcess broker;
  Subscriber app;
};

class Race {
 public:
  // `trace` may be null.
  Race(RealCluster* cluster, Trace* trace) : cluster_(cluster), namespace_(cluster->NewNamespace()), trace_(trace) {
    ApplyDeployRole(*cluster, namespace_, kLock);
    leader_ = NewContender();
    leader_->app.WaitForState(Leadership::STATE_LEADER);
    NewStandby();
  }

  // The leader's pod goes, the standby sees that, and then the lock is deleted: from that request's being sent to
  // LEADER's being told.
  absl::Duration FromLockRemoved() {
    cluster_->StopCollector();
    leader_->pod.DeleteByForce();
    standby_->app.WaitFor([](const Leadership& told) { return told.reason() == Leadership::REASON_LEADER_GONE; },
                          "that the leader's pod is gone");
    // A collector would take as long at least.
    absl::SleepFor(absl::Milliseconds(20));
    const absl::Time issued = absl::Now();
    cluster_->Admin().Delete("/api/v1/namespaces/" + namespace_ + "/configmaps/" + kLock);
    const absl::Duration taken = HandOver(issued);
    cluster_->StartCollector();
    return taken;
  }

  // The leader's pod goes and the real collector removes the lock: from the pod's DELETE being sent.
  absl::Duration FromPodRemoved() {
    const absl::Time issued = absl::Now();
    leader_->pod.DeleteByForce();
    return HandOver(issued);
  }

 private:
  std::unique_ptr<Contender> NewContender() {
    return std::make_unique<Contender>(cluster_, namespace_, ++contenders_, trace_ != nullptr);
  }

  void NewStandby() {
    standby_ = NewContender();
    standby_->app.WaitFor([](const Leadership& told) { return told.reason() == Leadership::REASON_ANOTHER_LEADS; },
                          "that another leads");
  }

  absl::Duration HandOver(absl::Time issued) {
    const absl::Time told = standby_->app.WaitForState(Leadership::STATE_LEADER).at;
    Require(!::testing::Test::HasFailure(), "no takeover");
    if (trace_ != nullptr) {
      // What is told is logged after it, and the create's answer may come last.
      const auto logged = [this] {
        const std::string log = standby_->broker.Log();
        return absl::StrContains(log, "\"LEADER\"") && absl::StrContains(log, "\"message\":\"create configmaps");
      };
      Require(testing::Eventually(logged), "not logged");
      trace_->Add(standby_->broker.Log(), issued, told);
    }
    leader_ = std::move(standby_);
    NewStandby();
    return told - issued;
  }

  RealCluster* const cluster_;
  const std::string namespace_;
  Trace* const trace_;
  int contenders_ = 0;
  std::unique_ptr<Contender> leader_;
  std::unique_ptr<Contender> standby_;
};

int Main(int argc, char** argv) {
  CLI::App app{"Takeover times on a real control plane, beside the floor."};
  std::string floor;
  std::string floor_cpp;
  std::string json;
  int rounds = 10;
  int runs = 10;
  bool brief = false;
  app.add_option("--floor", floor, "the built bench/floor")->required()->check(CLI::ExistingFile);
  app.add_option("--floor-cpp", floor_cpp, "the built floor-cpp; left out without it")->check(CLI::ExistingFile);
  app.add_option("--rounds", rounds, "how often the kinds take turns")->capture_default_str();
  app.add_option("--runs", runs, "of each kind in a round; of the lock's deletion five times as many")
      ->capture_default_str();
  app.add_flag("--brief", brief, "the floor, and the lock deleted, alone");
  app.add_option("--json", json, "a file for the results");
  CLI11_PARSE(app, argc, argv);

  RealCluster& cluster = RealCluster::Shared();
  const std::string floor_namespace = cluster.NewNamespace();
  Figures bare("floor: lock deleted -> client-go's own create acknowledged");
  Figures bare_cpp("the same floor in C++, by libcurl");
  Figures lock_removed("lock deleted, its holder's pod gone -> app told LEADER");
  Figures pod_removed("leader's pod deleted -> (collector) -> app told LEADER");
  Figures traced("lock deleted, by brokers that log their trace points");
  Trace trace;
  Race race(&cluster, nullptr);
  Race traced_race(&cluster, &trace);
  for (int round = 0; round < rounds; ++round) {
    RunFloor(cluster, {floor}, floor_namespace, runs, &bare);
    if (!floor_cpp.empty()) RunFloor(cluster, {floor_cpp}, floor_namespace, runs, &bare_cpp);
    for (int run = 0; run < (brief ? runs : 5 * runs); ++run) lock_removed.Add(race.FromLockRemoved());
    if (brief) continue;
    for (int run = 0; run < runs; ++run) traced.Add(traced_race.FromLockRemoved());
    for (int run = 0; run < runs; ++run) pod_removed.Add(race.FromPodRemoved());
  }
  std::vector<const Figures*> all = {&bare, &lock_removed, &pod_removed, &traced};
  if (!floor_cpp.empty()) all.insert(all.begin() + 1, &bare_cpp);
  for (const Figures& stage : trace.stages()) all.push_back(&stage);
  std::cout << Figures::Header() << std::endl;
  for (const Figures* kind : all) std::cout << kind->Row(&bare) << std::endl;
  WriteResults(json, "takeover", all);
  return 0;
}

}  // namespace
}  // namespace leadership_broker::bench

int main(int argc, char** argv) { return leadership_broker::bench::Main(argc, argv); }
