// herd_bench: many candidates for one lock on a real API server. The leader's pod has been seen gone, and then the lock
// is deleted: when does the next one lead, how many creates are refused, and what does it cost the API server; without
// --create-spread and with several.
//
// All the candidates are in this process, on the machine of the API server: what they cost delays both.
#include <algorithm>
#include <cstdlib>
#include <iostream>
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

double Requests(RealCluster& cluster) {
  return ApiServerMetrics(cluster).RequestsFor({"configmaps", "pods", "events"}).others;
}

struct Run {
  absl::Duration won;
  absl::Duration known;
  int created = 0;
  int refused = 0;
  // By priority and fairness, or for another reason; these are tried again.
  int put_off = 0;
  int watches = 0;
  double requests = 0;
  absl::Duration cpu;
};

Run RunOnce(RealCluster& cluster, Candidates* candidates) {
  cluster.StopCollector();
  candidates->EndLeader();
  candidates->WaitAll("knows that the leader's pod is gone",
                      [](const Leadership& told) { return told.reason() == Leadership::REASON_LEADER_GONE; });
  candidates->calls().WaitQuiet();
  candidates->calls().Take();
  const double requests_before = Requests(cluster);
  const absl::Duration cpu_before = CpuTimeOf(ApiServerPid(cluster));
  const absl::Time deleted = absl::Now();
  cluster.Admin().Delete(candidates->LockPath());
  const Candidates::Takeover takeover = candidates->WaitTakeover();
  // Whoever still had a create under way settles it.
  candidates->calls().WaitQuiet();
  Run run;
  run.cpu = CpuTimeOf(ApiServerPid(cluster)) - cpu_before;
  // The one that deleted the lock is not theirs.
  run.requests = Requests(cluster) - requests_before - 1;
  run.won = takeover.won - deleted;
  run.known = takeover.known - deleted;
  for (const Call& call : candidates->calls().Take()) {
    if (call.verb == "watch") ++run.watches;
    if (call.verb != "create" || !absl::StrContains(call.what, "configmaps")) continue;
    ++(call.http_status == 201 ? run.created : call.http_status == 409 ? run.refused : run.put_off);
  }
  Require(run.created == 1, absl::StrCat(run.created, " creates were accepted"));
  cluster.StartCollector();
  candidates->Add();
  return run;
}

template <typename Of>
std::string MedianAndMost(std::vector<Run> runs, Of of) {
  std::vector<double> values;
  values.reserve(runs.size());
  for (const Run& run : runs) values.push_back(of(run));
  std::sort(values.begin(), values.end());
  return absl::StrFormat("%10.0f %7.0f", values[(values.size() - 1) / 2], values.back());
}

void Print(int count, absl::Duration spread, const std::vector<Run>& runs) {
  std::cout << absl::StrFormat("%6d %8s %3d", count, absl::FormatDuration(spread), runs.size())
            << MedianAndMost(runs, [](const Run& run) { return absl::ToDoubleMilliseconds(run.won); })
            << MedianAndMost(runs, [](const Run& run) { return absl::ToDoubleMilliseconds(run.known); })
            << MedianAndMost(runs, [](const Run& run) { return run.refused; })
            << MedianAndMost(runs, [](const Run& run) { return run.put_off; })
            << MedianAndMost(runs, [](const Run& run) { return run.requests; })
            << MedianAndMost(runs, [](const Run& run) { return run.watches; })
            << MedianAndMost(runs, [](const Run& run) { return absl::ToDoubleMilliseconds(run.cpu); }) << std::endl;
}

void Record(const std::string& of, const std::vector<Run>& runs, std::vector<Figures>* figures,
            std::vector<Values>* values) {
  figures->emplace_back(of + ": lock deleted -> the winner is told LEADER");
  for (const Run& run : runs) figures->back().Add(run.won);
  figures->emplace_back(of + ": lock deleted -> all know the winner");
  for (const Run& run : runs) figures->back().Add(run.known);
  values->emplace_back(of + ": refused", "creates");
  for (const Run& run : runs) values->back().Add(run.refused);
  values->emplace_back(of + ": asked, watches included", "requests");
  for (const Run& run : runs) values->back().Add(run.requests + run.watches);
  values->emplace_back(of + ": API server's processor time", "ms");
  for (const Run& run : runs) values->back().Add(absl::ToDoubleMilliseconds(run.cpu));
}

int Main(int argc, char** argv) {
  CLI::App app{"Many candidates for one lock that goes, on a real API server."};
  std::vector<int> counts = {10, 100, 1000};
  std::vector<std::string> spreads = {"0ms", "1ms", "10ms"};
  std::string json;
  int runs = 3;
  app.add_option("--candidates", counts, "how many, several with commas")->delimiter(',')->capture_default_str();
  app.add_option("--spreads", spreads, "for each candidate: --create-spread is so many times that")
      ->delimiter(',')
      ->capture_default_str();
  app.add_option("--runs", runs, "of each")->capture_default_str();
  app.add_option("--json", json, "a file for the results");
  CLI11_PARSE(app, argc, argv);

  config::StartLogging(config::LogFormat::kText, config::LogLevel::kError);
  RealCluster& cluster = RealCluster::Shared();
  Candidates candidates(&cluster, kLock, Candidates::Labels::kNone);
  std::cout << absl::StrFormat("%6s %8s %3s %17s %17s %17s %17s %17s %17s %17s\n", "", "", "", "won ms", "all know ms",
                               "refused", "put off", "requests", "watches", "API server CPU ms")
            << absl::StrFormat("%6s %8s %3s", "count", "spread", "n");
  for (int column = 0; column < 7; ++column) std::cout << absl::StrFormat("%10s %7s", "median", "most");
  std::cout << std::endl;
  std::vector<Figures> figures;
  std::vector<Values> values;
  for (int count : counts) {
    for (const std::string& text : spreads) {
      absl::Duration spread;
      Require(absl::ParseDuration(text, &spread), text + " is no duration");
      spread *= count;
      candidates.Stand(count, {"--orphan-grace=never", "--create-spread=" + absl::FormatDuration(spread)});
      std::vector<Run> done;
      for (int run = 0; run < runs; ++run) done.push_back(RunOnce(cluster, &candidates));
      Print(count, spread, done);
      Record(absl::StrCat(count, " candidates, spread ", absl::FormatDuration(spread)), done, &figures, &values);
    }
  }
  WriteResults(json, "herd", Pointers(figures), Pointers(values));
  return 0;
}

}  // namespace
}  // namespace leadership_broker::bench

int main(int argc, char** argv) { return leadership_broker::bench::Main(argc, argv); }
