// failover_bench: the leader's pod is deleted; how long until the next leader's own process knows that it leads. On a
// real control plane with its real garbage collector, each kind in turns in one run: the floor, the broker, client-go's
// Lease election after a crash and after a clean end, and operator-lib's leader where its contender was built.
//
// Nobody has a kubelet here: a pod's object goes at once, and with it begins what is measured. Of a Lease it is the
// signal that begins it, since nothing else tells of the end of its holder.
#include <csignal>
#include <future>
#include <iostream>
#include <memory>
#include <string>
#include <utility>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gtest/gtest.h"

#include "bench/figures.h"
#include "bench/floor_program.h"
#include "bench/results.h"
#include "bench/rights.h"
#include "tests/harness/broker_process.h"
#include "tests/harness/child_process.h"
#include "tests/harness/eventually.h"
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

constexpr char kLock[] = "bench-lock";
// A watcher has to have come to the state that is about to end, and the collector to know of the owner.
constexpr absl::Duration kSettles = absl::Milliseconds(500);

// One who stands.
class Candidate {
 public:
  virtual ~Candidate() = default;
  // Returns once it leads; when its process knew of that.
  virtual absl::Time WaitLeads() = 0;
  // Ends it as its kind ends; when that began.
  virtual absl::Time End() = 0;
};

using NewCandidate = std::function<std::unique_ptr<Candidate>(int number)>;

// Leader and standby of one kind, who take turns.
class Race {
 public:
  Race(const std::string& what, NewCandidate new_candidate)
      : figures_(what), new_candidate_(std::move(new_candidate)), leader_(Next()) {
    leader_->WaitLeads();
    standby_ = Next();
  }

  void Once() {
    Begin();
    Finish(WaitLeads());
  }

  // The parts of it. Of these only WaitLeads may be called on a thread that ends, since a process ends with the thread
  // that started it.
  void Begin() {
    absl::SleepFor(kSettles);
    began_ = leader_->End();
  }
  absl::Time WaitLeads() { return standby_->WaitLeads(); }
  void Finish(absl::Time leads) {
    figures_.Add(leads - began_);
    Require(!::testing::Test::HasFailure(), "no takeover");
    leader_ = std::move(standby_);
    standby_ = Next();
  }

  const Figures& figures() const { return figures_; }

 private:
  std::unique_ptr<Candidate> Next() { return new_candidate_(++candidates_); }

  Figures figures_;
  const NewCandidate new_candidate_;
  int candidates_ = 0;
  std::unique_ptr<Candidate> leader_;
  std::unique_ptr<Candidate> standby_;
  absl::Time began_;
};

class WithBroker : public Candidate {
 public:
  WithBroker(RealCluster* cluster, const std::string& namespace_name, int number)
      : pod_(cluster, namespace_name, absl::StrCat("pod-", number), {kLock}),
        broker_(BrokerCommand::InPod(pod_, kLock)),
        app_(broker_.NewChannel()) {
    if (number == 1) return;
    app_.WaitFor([](const Leadership& told) { return told.reason() == Leadership::REASON_ANOTHER_LEADS; },
                 "that another leads");
  }

  absl::Time WaitLeads() override { return app_.WaitForState(Leadership::STATE_LEADER).at; }
  absl::Time End() override {
    const absl::Time began = absl::Now();
    pod_.DeleteByForce();
    return began;
  }

 private:
  TestPod pod_;
  BrokerProcess broker_;
  Subscriber app_;
};

// A program that says "leading".
class Program {
 public:
  Program(const std::vector<std::string>& command, const std::vector<std::string>& environment)
      : process_(command, environment, scratch_.File("log")) {}

  absl::Time WaitLeads() {
    const absl::Time deadline = absl::Now() + testing::kPatience;
    for (;;) {
      const std::string log = "\n" + testing::ReadTextFile(scratch_.File("log"));
      if (log.find("\nleading\n") != std::string::npos) return absl::Now();
      Require(absl::Now() < deadline && process_.Running(), "never leads:" + log);
      absl::SleepFor(absl::Milliseconds(1));
    }
  }
  absl::Time Signal(int signal) {
    const absl::Time began = absl::Now();
    process_.Signal(signal);
    return began;
  }

 private:
  const ScratchDir scratch_;
  ChildProcess process_;
};

class WithLease : public Candidate {
 public:
  WithLease(const std::string& program, const RealCluster& cluster, const std::string& namespace_name, int number,
            int signal)
      : signal_(signal),
        program_({program, "--kubeconfig=" + cluster.Kubeconfig(), "--namespace=" + namespace_name,
                  "--identity=" + std::to_string(number)},
                 testing::Environment()) {}

  absl::Time WaitLeads() override { return program_.WaitLeads(); }
  absl::Time End() override { return program_.Signal(signal_); }

 private:
  const int signal_;
  Program program_;
};

class WithOperatorLib : public Candidate {
 public:
  WithOperatorLib(const std::string& program, RealCluster* cluster, const std::string& namespace_name, int number)
      : pod_(cluster, namespace_name, absl::StrCat("pod-", number)),
        program_({OPERATOR_LIB_IN_POD, pod_.service_account_dir(), program, kLock},
                 BrokerCommand::InPod(pod_, kLock).FullEnvironment()) {}

  absl::Time WaitLeads() override { return program_.WaitLeads(); }
  absl::Time End() override {
    const absl::Time began = program_.Signal(SIGKILL);
    pod_.DeleteByForce();
    return began;
  }

 private:
  TestPod pod_;
  Program program_;
};

int Main(int argc, char** argv) {
  CLI::App app{"Failover times on a real control plane: the broker, the floor and the rivals."};
  std::string floor;
  std::string floor_cpp;
  std::string leases;
  std::string contender;
  std::string json;
  int rounds = 10;
  int quick = 10;
  app.add_option("--floor", floor, "the built bench/floor")->required()->check(CLI::ExistingFile);
  app.add_option("--floor-cpp", floor_cpp, "the built floor-cpp; left out without it")->check(CLI::ExistingFile);
  app.add_option("--leases", leases, "the built bench/floor/leases")->required()->check(CLI::ExistingFile);
  app.add_option("--contender", contender, "the built contender of operator-lib; left out without it")
      ->check(CLI::ExistingFile);
  app.add_option("--rounds", rounds, "how often the kinds take turns")->capture_default_str();
  app.add_option("--quick", quick, "how many failovers of the floor and of the broker in a round")
      ->capture_default_str();
  app.add_option("--json", json, "a file for the results");
  CLI11_PARSE(app, argc, argv);

  RealCluster& cluster = RealCluster::Shared();
  const std::string namespace_name = cluster.NewNamespace();
  ApplyDeployRole(cluster, namespace_name, kLock);
  const auto lease_race = [&](const std::string& what, int signal) {
    const std::string its_own = cluster.NewNamespace();
    return Race(what, [&, signal, its_own](int number) -> std::unique_ptr<Candidate> {
      return std::make_unique<WithLease>(leases, cluster, its_own, number, signal);
    });
  };

  Figures bare("floor: a bare watch and create, in client-go");
  Figures bare_cpp("the same floor in C++, by libcurl");
  Race broker("leadership-broker", [&](int number) -> std::unique_ptr<Candidate> {
    return std::make_unique<WithBroker>(&cluster, namespace_name, number);
  });
  Race released = lease_race("client-go Lease, released at a clean end", SIGTERM);
  Race crashed = lease_race("client-go Lease, its holder killed", SIGKILL);
  std::unique_ptr<Race> operator_lib;
  if (!contender.empty()) {
    const std::string its_own = cluster.NewNamespace();
    cluster.SetRole(its_own, OperatorLibRights());
    operator_lib =
        std::make_unique<Race>("operator-lib leader", [&, its_own](int number) -> std::unique_ptr<Candidate> {
          return std::make_unique<WithOperatorLib>(contender, &cluster, its_own, number);
        });
  }
  for (int round = 0; round < rounds; ++round) {
    RunFloor(cluster, {floor, "--owners"}, namespace_name, quick, &bare);
    if (!floor_cpp.empty()) RunFloor(cluster, {floor_cpp, "--owners"}, namespace_name, quick, &bare_cpp);
    for (int run = 0; run < quick; ++run) broker.Once();
    // These take seconds, in which they wait: one is no hindrance to the others.
    crashed.Begin();
    std::future<absl::Time> killed = std::async(std::launch::async, [&crashed] { return crashed.WaitLeads(); });
    released.Once();
    if (operator_lib != nullptr) operator_lib->Once();
    crashed.Finish(killed.get());
  }
  std::vector<const Figures*> kinds = {&bare, &broker.figures(), &released.figures(), &crashed.figures()};
  if (!floor_cpp.empty()) kinds.insert(kinds.begin() + 1, &bare_cpp);
  if (operator_lib != nullptr) kinds.push_back(&operator_lib->figures());
  std::cout << Figures::Header() << std::endl;
  for (const Figures* kind : kinds) std::cout << kind->Row(&bare) << std::endl;
  WriteResults(json, "failover", kinds);
  return 0;
}

}  // namespace
}  // namespace leadership_broker::bench

int main(int argc, char** argv) { return leadership_broker::bench::Main(argc, argv); }
