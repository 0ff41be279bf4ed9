// storm_bench: many candidates for one lock, whose API server is killed and started again: how many requests come in
// the first seconds, how they are answered, when all are verified again, and what that costs the API server.
//
// All the candidates are in this process, on the machine of the API server: what they cost delays both.
#include <algorithm>
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
#include "server/config/logging.h"
#include "tests/harness/real_cluster.h"
#include "tests/harness/require.h"

namespace leadership_broker::bench {
namespace {

using leadership::v1::Leadership;
using testing::RealCluster;

constexpr char kLock[] = "bench-lock";

std::string KindOf(const Call& call) {
  const char* const resource = absl::StrContains(call.what, "configmaps") ? "the lock"
                               : absl::StrContains(call.what, "labels")   ? "the candidates"
                               : absl::StrContains(call.what, "pods")     ? "a pod"
                                                                          : "an event";
  return absl::StrCat(call.verb, " ", resource);
}

// What was asked, how it was answered, and in the busiest second.
void Print(const std::vector<Call>& calls, absl::Time began) {
  std::map<std::string, std::map<std::string, int>> kinds;
  std::map<int64_t, int> seconds;
  for (const Call& call : calls) {
    ++kinds[KindOf(call)][call.http_status == 0 ? "none" : absl::StrCat(call.http_status)];
    ++seconds[absl::ToInt64Seconds(call.at - began)];
  }
  for (const auto& [kind, answers] : kinds) {
    std::cout << absl::StrFormat("  %-24s", kind);
    for (const auto& [status, count] : answers) std::cout << absl::StrFormat("  %s: %d", status, count);
    std::cout << "\n";
  }
  std::cout << "  answers a second:";
  for (const auto& [second, count] : seconds) std::cout << " " << second << ":" << count;
  std::cout << std::endl;
}

int Main(int argc, char** argv) {
  CLI::App app{"Many candidates come back to an API server that was away."};
  int count = 1000;
  app.add_option("--candidates", count, "for one lock")->capture_default_str();
  CLI11_PARSE(app, argc, argv);

  config::StartLogging(config::LogFormat::kText, config::LogLevel::kError);
  RealCluster& cluster = RealCluster::Shared();
  Candidates candidates(&cluster, kLock, Candidates::Labels::kShipped);
  absl::Time began = absl::Now();
  candidates.Stand(count, {});
  std::cout << "start: " << absl::Now() - began << " CPU " << CpuOf(ApiServerPid(cluster)) << " of us "
            << CpuOf(getpid()) << std::endl;
  Print(candidates.calls().Take(), began);
  absl::SleepFor(absl::Seconds(5));
  cluster.StopApiServer();
  absl::SleepFor(absl::Seconds(5));
  began = absl::Now();
  candidates.calls().Take();
  cluster.StartApiServer();
  std::cout << "up after: " << absl::Now() - began << std::endl;
  candidates.WaitAll(
      "is verified", [](const Leadership& told) { return told.api_connected(); }, absl::Minutes(2));
  std::cout << "verified: " << absl::Now() - began << " CPU " << CpuOf(ApiServerPid(cluster)) << " of us "
            << CpuOf(getpid()) << std::endl;
  absl::SleepFor(absl::Seconds(20));
  std::cout << "later: CPU " << CpuOf(ApiServerPid(cluster)) << " of us " << CpuOf(getpid()) << std::endl;
  Print(candidates.calls().Take(), began);
  return 0;
}

}  // namespace
}  // namespace leadership_broker::bench

int main(int argc, char** argv) { return leadership_broker::bench::Main(argc, argv); }
