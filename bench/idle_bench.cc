// idle_bench: what settled candidates cost when nothing happens: requests, writes and bytes at the API server, its
// processor time and memory, and the candidates' own. The broker, client-go's Lease election and operator-lib's leader
// each have a real control plane of their own, and one more has nobody: all at the same time, on one machine.
//
// Each candidate is a process, as it would be in its pod, and speaks to its API server through a proxy that counts the
// bytes.
#include <algorithm>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"

#include "bench/api_server.h"
#include "bench/cpu_time.h"
#include "bench/memory.h"
#include "bench/results.h"
#include "bench/rights.h"
#include "tests/control_plane/chaos/tcp_proxy.h"
#include "tests/harness/broker_process.h"
#include "tests/harness/child_process.h"
#include "tests/harness/kubeconfig_file.h"
#include "tests/harness/real_cluster.h"
#include "tests/harness/require.h"
#include "tests/harness/test_pod.h"

namespace leadership_broker::bench {
namespace {

using testing::BrokerCommand;
using testing::ChildProcess;
using testing::RealCluster;
using testing::Require;
using testing::ScratchDir;
using testing::TestPod;

constexpr char kLock[] = "bench-lock";
// operator-lib looks after 1, 2, 4, 8 and then every 16 s.
constexpr absl::Duration kSettles = absl::Seconds(40);
// Of the watches that a broker keeps: they end by themselves after 5 to 10 minutes.
constexpr double kWatchMinutes = 7.5;

int PortOf(const std::string& url) {
  int port = 0;
  Require(absl::SimpleAtoi(url.substr(url.rfind(':') + 1), &port), "no port in " + url);
  return port;
}

// What a control plane and the candidates at it have had since their start.
struct Totals {
  ApiServerMetrics::Requests requests;
  uint64_t bytes = 0;
  absl::Duration server_cpu;
  absl::Duration cpu;
};

// A control plane and the candidates of one kind.
class Contenders {
 public:
  explicit Contenders(std::string what)
      : what_(std::move(what)),
        cluster_(RealCluster::New()),
        namespace_(cluster_->NewNamespace()),
        proxy_(PortOf(cluster_->Url())) {}

  const std::string& what() const { return what_; }
  RealCluster& cluster() { return *cluster_; }
  const std::string& namespace_name() const { return namespace_; }
  size_t count() const { return processes_.size(); }

  TestPod& NewPod() {
    pods_.push_back(std::make_unique<TestPod>(cluster_.get(), namespace_, absl::StrCat("pod-", pods_.size()),
                                              testing::TestPodOptions{kLock}));
    return *pods_.back();
  }

  std::string proxy_url() const { return absl::StrCat("https://127.0.0.1:", proxy_.port()); }
  // The environment of a pod whose API server is the proxy.
  std::vector<std::string> EnvironmentOf(const TestPod& pod) const {
    return BrokerCommand::InPod(pod, kLock, proxy_url()).FullEnvironment();
  }

  void Start(const std::vector<std::string>& command, const std::vector<std::string>& environment) {
    processes_.push_back(std::make_unique<ChildProcess>(command, environment, scratch_.File("log")));
  }

  Totals Now() {
    Totals totals;
    totals.requests = ApiServerMetrics(*cluster_).RequestsFor({"configmaps", "pods", "events", "leases"});
    totals.bytes = proxy_.bytes();
    totals.server_cpu = CpuTimeOf(ApiServerPid(*cluster_));
    for (const auto& process : processes_) {
      Require(process->Running(), what_ + " ended:\n" + testing::ReadTextFile(scratch_.File("log")));
      totals.cpu += CpuTimeOf(process->pid());
    }
    return totals;
  }

  // Of one process, the median.
  Memory MemoryOfOne() const {
    std::vector<Memory> all;
    for (const auto& process : processes_) all.push_back(MemoryOf(process->pid()));
    if (all.empty()) return {};
    std::sort(all.begin(), all.end(), [](const Memory& a, const Memory& b) { return a.resident < b.resident; });
    return all[all.size() / 2];
  }
  double ServerMemory() const { return MemoryOf(ApiServerPid(*cluster_)).resident; }

 private:
  const std::string what_;
  const ScratchDir scratch_;
  const std::unique_ptr<RealCluster> cluster_;
  const std::string namespace_;
  chaos::TcpProxy proxy_;
  std::vector<std::unique_ptr<TestPod>> pods_;
  std::vector<std::unique_ptr<ChildProcess>> processes_;
};

void StartBrokers(int count, Contenders* brokers) {
  ApplyDeployRole(brokers->cluster(), brokers->namespace_name(), kLock);
  for (int i = 0; i < count; ++i) {
    const TestPod& pod = brokers->NewPod();
    const std::string& folder = pod.service_account_dir();
    brokers->Start({testing::BuiltBroker(), absl::StrCat("--lock=", kLock), "--service-account-dir=" + folder,
                    absl::StrCat("--listen=unix:", folder, "/socket"),
                    absl::StrCat("--http-listen=127.0.0.1:", testing::FreePort())},
                   brokers->EnvironmentOf(pod));
  }
}

void StartLeases(const std::string& program, int count, const ScratchDir& scratch, Contenders* leases) {
  const std::string kubeconfig = scratch.File("kubeconfig");
  testing::WriteKubeconfig(kubeconfig,
                           {{"server", leases->proxy_url()}, {"certificate-authority", leases->cluster().CaFile()}},
                           {{"token", leases->cluster().AdminToken()}}, leases->namespace_name());
  for (int i = 0; i < count; ++i) {
    leases->Start({program, "--kubeconfig=" + kubeconfig, "--namespace=" + leases->namespace_name(),
                   absl::StrCat("--identity=", i)},
                  testing::Environment());
  }
}

void StartOperators(const std::string& program, int count, Contenders* operators) {
  operators->cluster().SetRole(operators->namespace_name(), OperatorLibRights());
  for (int i = 0; i < count; ++i) {
    const TestPod& pod = operators->NewPod();
    operators->Start({OPERATOR_LIB_IN_POD, pod.service_account_dir(), program, kLock}, operators->EnvironmentOf(pod));
  }
}

int Main(int argc, char** argv) {
  CLI::App app{"What candidates cost when nothing happens."};
  std::string leases;
  std::string contender;
  std::string json;
  int count = 100;
  int seconds = 300;
  app.add_option("--leases", leases, "the built bench/floor/leases")->required()->check(CLI::ExistingFile);
  app.add_option("--contender", contender, "the built contender of operator-lib; left out without it")
      ->check(CLI::ExistingFile);
  app.add_option("--candidates", count, "of each kind, for one lock")->capture_default_str();
  app.add_option("--seconds", seconds, "how long nothing happens")->capture_default_str();
  app.add_option("--json", json, "a file for the results");
  CLI11_PARSE(app, argc, argv);

  const ScratchDir scratch;
  std::vector<std::unique_ptr<Contenders>> all;
  all.push_back(std::make_unique<Contenders>("nobody"));
  all.push_back(std::make_unique<Contenders>("leadership-broker"));
  StartBrokers(count, all.back().get());
  all.push_back(std::make_unique<Contenders>("client-go Lease"));
  StartLeases(leases, count, scratch, all.back().get());
  if (!contender.empty()) {
    all.push_back(std::make_unique<Contenders>("operator-lib leader"));
    StartOperators(contender, count, all.back().get());
  }
  absl::SleepFor(kSettles);

  std::vector<Totals> before;
  for (const auto& contenders : all) before.push_back(contenders->Now());
  absl::SleepFor(absl::Seconds(seconds));
  std::vector<Values> values;
  std::cout << absl::StrFormat("%-22s %10s %9s %9s %10s %10s %9s %9s %11s %10s\n", "a minute, of one", "requests",
                               "writes", "watches", "bytes", "server ms", "own ms", "RSS MiB", "anon MiB",
                               "server MiB");
  Totals nobody;
  for (size_t i = 0; i < all.size(); ++i) {
    const Contenders& contenders = *all[i];
    const Totals after = all[i]->Now();
    // What the control plane does by itself is not theirs.
    const double share = 60.0 / seconds / static_cast<double>(std::max<size_t>(contenders.count(), 1));
    Totals spent;
    const ApiServerMetrics::Requests& had = before[i].requests;
    spent.requests.others = after.requests.others - had.others - nobody.requests.others;
    spent.requests.writes = after.requests.writes - had.writes - nobody.requests.writes;
    spent.requests.watches_ended = after.requests.watches_ended - had.watches_ended - nobody.requests.watches_ended;
    spent.bytes = after.bytes - before[i].bytes;
    spent.server_cpu = after.server_cpu - before[i].server_cpu - nobody.server_cpu;
    spent.cpu = after.cpu - before[i].cpu;
    if (i == 0) nobody = spent;
    const Memory memory = contenders.MemoryOfOne();
    const double server_ms = absl::ToDoubleMilliseconds(spent.server_cpu) * share;
    const double own_ms = absl::ToDoubleMilliseconds(spent.cpu) * share;
    std::cout << absl::StrFormat("%-22s %10.2f %9.2f %9.2f %10.0f %10.2f %9.2f %9.1f %11.2f %10.0f\n",
                                 contenders.what(), spent.requests.others * share, spent.requests.writes * share,
                                 spent.requests.watches_ended * share, static_cast<double>(spent.bytes) * share,
                                 server_ms, own_ms, memory.resident, memory.anonymous, contenders.ServerMemory());
    const auto add = [&](const std::string& what, const std::string& unit, double value) {
      values.emplace_back(contenders.what() + ": " + what, unit);
      values.back().Add(value);
    };
    if (i == 0) continue;
    add("requests", "a minute", spent.requests.others * share);
    add("writes", "a minute", spent.requests.writes * share);
    add("bytes", "a minute", static_cast<double>(spent.bytes) * share);
    add("API server's processor", "ms a minute", server_ms);
    add("its own processor", "ms a minute", own_ms);
    add("resident", "MiB", memory.resident);
    add("anonymous", "MiB", memory.anonymous);
  }
  std::cout << absl::StrFormat(
      "A broker that stands by keeps three watches, each for %.1f minutes on average: in the long run %.2f requests a "
      "minute more than began within the time above.\n",
      kWatchMinutes, 3 / kWatchMinutes);
  WriteResults(json, "idle", {}, Pointers(values));
  return 0;
}

}  // namespace
}  // namespace leadership_broker::bench

int main(int argc, char** argv) { return leadership_broker::bench::Main(argc, argv); }
