// storm_bench: many candidates for one lock, whose API server is killed and started again: how many requests come in
// the busiest second, how they are answered, when the candidates are verified again, and what that costs the API server
// in processor time; and what their watches cost it in memory.
//
// All the candidates are in this process, on the machine of the API server: what they cost delays both.
#include <algorithm>
#include <functional>
#include <iostream>
#include <map>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"

#include "bench/api_server.h"
#include "bench/candidates.h"
#include "bench/cpu_time.h"
#include "bench/memory.h"
#include "bench/results.h"
#include "server/config/logging.h"
#include "tests/harness/real_cluster.h"
#include "tests/harness/require.h"

namespace leadership_broker::bench {
namespace {

using leadership::v1::Leadership;
using testing::RealCluster;
using testing::Require;

constexpr char kLock[] = "bench-lock";

std::string KindOf(const Call& call) {
  const char* const resource = absl::StrContains(call.what, "configmaps") ? "the lock"
                               : absl::StrContains(call.what, "labels")   ? "the candidates"
                               : absl::StrContains(call.what, "pods")     ? "a pod"
                                                                          : "an event";
  return absl::StrCat(call.verb, " ", resource);
}

// How each kind of request was answered.
void PrintAnswers(const std::vector<Call>& calls) {
  std::map<std::string, std::map<std::string, int>> kinds;
  for (const Call& call : calls) {
    ++kinds[KindOf(call)][call.http_status == 0 ? "none" : absl::StrCat(call.http_status)];
  }
  for (const auto& [kind, answers] : kinds) {
    std::cout << absl::StrFormat("  %-22s", kind);
    for (const auto& [status, count] : answers) std::cout << absl::StrFormat("  %s: %d", status, count);
    std::cout << "\n";
  }
}

// How many were answered in the busiest second.
int Peak(const std::vector<Call>& calls) {
  std::map<int64_t, int> seconds;
  int peak = 0;
  for (const Call& call : calls) {
    if (call.http_status != 0) peak = std::max(peak, ++seconds[absl::ToUnixSeconds(call.at)]);
  }
  return peak;
}

// Until so many are verified again.
void WaitVerified(const Candidates& candidates, int count) {
  const auto verified = [&] {
    return candidates.Count([](const Leadership& told) { return told.api_connected(); }) >= count;
  };
  Require(testing::Eventually(verified, absl::Minutes(3)), "the candidates do not come back");
}

double ServerMemory(const RealCluster& cluster) { return MemoryOf(ApiServerPid(cluster)).resident; }

int Main(int argc, char** argv) {
  CLI::App app{"Many candidates come back to an API server that was away."};
  std::string json;
  int count = 1000;
  int runs = 3;
  int down = 2;
  bool labels = false;
  app.add_option("--candidates", count, "for one lock")->capture_default_str();
  app.add_option("--runs", runs, "how often the API server goes")->capture_default_str();
  app.add_option("--down", down, "for how many seconds, besides the time of its start")->capture_default_str();
  app.add_flag("--labels", labels,
               "the pods have the candidates' label, as shipped: each candidate then lists all pods, and all of them "
               "read their lists on this one machine");
  app.add_option("--json", json, "a file for the results");
  CLI11_PARSE(app, argc, argv);

  config::StartLogging(config::LogFormat::kText, config::LogLevel::kError);
  RealCluster& cluster = RealCluster::Shared();
  Candidates candidates(&cluster, kLock, labels ? Candidates::Labels::kShipped : Candidates::Labels::kNone);
  candidates.MakePods(count);
  const double memory_before = ServerMemory(cluster);
  candidates.Stand(count, {});
  candidates.calls().WaitQuiet();
  const double memory = ServerMemory(cluster);
  const int watches = 3 * count - 1;
  std::cout << absl::StrFormat(
      "%d candidates: API server %.0f MiB, %.0f MiB before them; of one of %d watches, with its connection: %.0f KiB\n",
      count, memory, memory_before, watches, (memory - memory_before) * 1024 / watches);

  const std::string of = absl::StrCat(count, labels ? " candidates with labels" : " candidates");
  Figures half(of + ": API server ready -> half are verified again");
  Figures most(of + ": API server ready -> 99 % are verified again");
  Figures every(of + ": API server ready -> all are verified again");
  Values requests(of + ": asked until all is quiet, watches included", "requests");
  Values peak(of + ": in the busiest second", "requests");
  Values put_off(of + ": answered 429", "requests");
  Values cpu(of + ": API server's processor time, its start included", "ms");
  for (int run = 0; run < runs; ++run) {
    cluster.StopApiServer();
    absl::SleepFor(absl::Seconds(down));
    candidates.calls().Take();
    cluster.StartApiServer();
    const absl::Time ready = absl::Now();
    WaitVerified(candidates, count / 2);
    half.Add(absl::Now() - ready);
    WaitVerified(candidates, count * 99 / 100);
    most.Add(absl::Now() - ready);
    WaitVerified(candidates, count);
    every.Add(absl::Now() - ready);
    candidates.calls().WaitQuiet();
    cpu.Add(absl::ToDoubleMilliseconds(CpuTimeOf(ApiServerPid(cluster))));
    const std::vector<Call> calls = candidates.calls().Take();
    const auto with = [&](const std::function<bool(int)>& status) {
      return static_cast<double>(
          std::count_if(calls.begin(), calls.end(), [&](const Call& call) { return status(call.http_status); }));
    };
    requests.Add(with([](int status) { return status != 0; }));
    put_off.Add(with([](int status) { return status == 429; }));
    peak.Add(Peak(calls));
    std::cout << "run " << run + 1 << ":\n";
    PrintAnswers(calls);
  }
  std::cout << Figures::Header() << "\n";
  for (const Figures* kind : {&half, &most, &every}) std::cout << kind->Row() << "\n";
  for (const Values* kind : {&requests, &peak, &put_off, &cpu}) std::cout << kind->Row() << "\n";
  std::cout << std::flush;
  WriteResults(json, labels ? "storm-labels" : "storm", {&half, &most, &every}, {&requests, &peak, &put_off, &cpu});
  return 0;
}

}  // namespace
}  // namespace leadership_broker::bench

int main(int argc, char** argv) { return leadership_broker::bench::Main(argc, argv); }
