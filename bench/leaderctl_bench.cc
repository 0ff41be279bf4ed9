// leaderctl_bench: how long after leadership `leaderctl run` has its command running, and how long after a loss the
// command has its SIGTERM. Both from the moment that a bare stream beside it has the broker's message, and next to what
// the library alone takes to call back, and what vfork and exec alone take. Against the stand-in API server: how it
// does is not measured.
#include <fstream>
#include <iostream>
#include <memory>
#include <mutex>
#include <string>

#include "CLI/CLI.hpp"
#include "absl/time/clock.h"
#include "client/leaderctl/child_group.h"
#include "gtest/gtest.h"

#include "bench/figures.h"
#include "bench/rights.h"
#include "leadership/client.h"
#include "tests/harness/broker_process.h"
#include "tests/harness/child_process.h"
#include "tests/harness/fake_cluster.h"
#include "tests/harness/require.h"
#include "tests/harness/subscriber.h"
#include "tests/harness/test_pod.h"

namespace leadership_broker::bench {
namespace {

using leadership::v1::Leadership;
using testing::BrokerProcess;
using testing::ChildProcess;
using testing::FakeCluster;
using testing::Require;
using testing::ScratchDir;
using testing::Subscriber;
using testing::TestPod;

// What `moments` noted.
absl::Time Moment(const std::string& file, const std::string& what) {
  absl::Time moment;
  const auto noted = [&] {
    std::ifstream lines(file);
    int64_t nanoseconds;
    for (std::string word; lines >> word >> nanoseconds;) {
      moment = absl::FromUnixNanos(nanoseconds);
      if (word == what) return true;
    }
    return false;
  };
  Require(testing::Eventually(noted), "the command has not " + what);
  return moment;
}

// The library's callbacks, with when they came.
class LibraryApp {
 public:
  explicit LibraryApp(const std::string& address) : client_(Options(address)) {
    leadership::Callbacks callbacks;
    callbacks.on_started_leading = [this](const Leadership&) { Note(&started_); };
    callbacks.on_stopped_leading = [this](const std::string&) { Note(&stopped_); };
    watch_ = client_.Watch(callbacks);
  }

  absl::Time WaitStarted() { return Wait(started_, "start"); }
  absl::Time WaitStopped() { return Wait(stopped_, "stop"); }

 private:
  static leadership::ClientOptions Options(const std::string& address) {
    leadership::ClientOptions options;
    options.address = address;
    return options;
  }
  void Note(absl::Time* moment) {
    const absl::Time now = absl::Now();
    const std::lock_guard<std::mutex> lock(mutex_);
    if (*moment == absl::InfiniteFuture()) *moment = now;
  }
  absl::Time Wait(const absl::Time& moment, const std::string& what) {
    absl::Time read;
    const auto came = [&] {
      const std::lock_guard<std::mutex> lock(mutex_);
      read = moment;
      return read != absl::InfiniteFuture();
    };
    Require(testing::Eventually(came), "the library does not tell the " + what);
    return read;
  }

  std::mutex mutex_;
  absl::Time started_ = absl::InfiniteFuture();
  absl::Time stopped_ = absl::InfiniteFuture();
  leadership::Client client_;
  std::unique_ptr<leadership::LeadershipWatch> watch_;
};

struct Results {
  Figures library_start{"library: told LEADER -> on_started_leading"};
  Figures run_start{"leaderctl run: told LEADER -> CMD's main()"};
  Figures exec{"vfork and exec alone, by leaderctl's code -> main()"};
  Figures library_stop{"library: told the loss -> on_stopped_leading"};
  Figures run_stop{"leaderctl run: told the loss -> CMD has SIGTERM"};
};

void MeasureExec(const leadership::leaderctl::Inheritance& inheritance, const std::string& moments, Results* results) {
  const ScratchDir scratch;
  leadership::leaderctl::ChildGroup group(&inheritance);
  const absl::Time before = absl::Now();
  Require(group.Start(moments, {"moments", scratch.File("moments")}, testing::Environment()) == 0, "no " + moments);
  results->exec.Add(Moment(scratch.File("moments"), "began") - before);
  group.Signal(SIGTERM);
  Require(testing::Eventually([&] { return group.Reap(); }) && group.Gone(), moments + " does not end");
}

// A standby takes over from a leader, with leaderctl and the library beside it, and loses the lock again.
void MeasureRun(FakeCluster* cluster, const std::string& leaderctl, const std::string& moments, Results* results) {
  const std::string lock = "the-lock";
  const std::string namespace_name = cluster->NewNamespace();
  cluster->SetRole(namespace_name, BrokerAndEventRights());
  TestPod first(cluster, namespace_name, "first", {lock});
  BrokerProcess first_broker(first, lock);
  Subscriber(first_broker.NewChannel()).WaitForState(Leadership::STATE_LEADER);
  const TestPod pod(cluster, namespace_name, "second", {lock});
  BrokerProcess broker(pod, lock);
  Subscriber bare(broker.NewChannel());
  bare.WaitForState(Leadership::STATE_STANDBY);

  const ScratchDir scratch;
  const std::string noted = scratch.File("moments");
  LibraryApp library(broker.address());
  ChildProcess run({leaderctl, "run", "--address", broker.address(), "--", moments, noted}, testing::Environment(),
                   scratch.File("log"));
  Require(testing::Eventually(
              [&] { return testing::ReadTextFile(scratch.File("log")).find("waiting") != std::string::npos; }),
          "leaderctl does not wait");
  // It has said so before its streams are open.
  absl::SleepFor(absl::Milliseconds(200));

  first.DeleteByForce();
  const absl::Time leading = bare.WaitForState(Leadership::STATE_LEADER).at;
  results->library_start.Add(library.WaitStarted() - leading);
  results->run_start.Add(Moment(noted, "began") - leading);

  cluster->Admin().Delete("/api/v1/namespaces/" + namespace_name + "/configmaps/" + lock);
  const absl::Time lost =
      bare.WaitFor([](const Leadership& told) { return told.state() != Leadership::STATE_LEADER; }, "the loss").at;
  results->library_stop.Add(library.WaitStopped() - lost);
  results->run_stop.Add(Moment(noted, "ended") - lost);
  Require(run.Wait(testing::kPatience).has_value(), "leaderctl does not end");
}

int Main(int argc, char** argv) {
  // As leaderctl makes it: before anything is open.
  const leadership::leaderctl::Inheritance inheritance;
  CLI::App app{"leaderctl run's delays, beside the library's and those of vfork and exec."};
  std::string leaderctl;
  std::string moments;
  int runs = 100;
  app.add_option("--leaderctl", leaderctl, "the built leaderctl")->required()->check(CLI::ExistingFile);
  app.add_option("--moments", moments, "the built moments")->required()->check(CLI::ExistingFile);
  app.add_option("--runs", runs, "how often")->capture_default_str()->check(CLI::PositiveNumber);
  CLI11_PARSE(app, argc, argv);

  Results results;
  for (int run = 0; run < runs; ++run) MeasureExec(inheritance, moments, &results);
  FakeCluster cluster;
  for (int run = 0; run < runs; ++run) MeasureRun(&cluster, leaderctl, moments, &results);
  std::cout << Figures::Header() << "\n";
  for (const Figures* row :
       {&results.library_start, &results.run_start, &results.exec, &results.library_stop, &results.run_stop}) {
    std::cout << row->Row() << "\n";
  }
  return 0;
}

}  // namespace
}  // namespace leadership_broker::bench

int main(int argc, char** argv) { return leadership_broker::bench::Main(argc, argv); }
