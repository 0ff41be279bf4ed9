// simulate: runs seeds on all cores, and tells of those that break a rule; or replays what was kept.
#include <algorithm>
#include <atomic>
#include <cinttypes>
#include <cstdio>
#include <fstream>
#include <map>
#include <mutex>
#include <random>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/time/clock.h"
#include "google/protobuf/text_format.h"

#include "tests/simulation/explore.h"

namespace leadership_broker::simulation {
namespace {

std::string Text(const Trace& trace) {
  std::string text;
  google::protobuf::TextFormat::PrintToString(trace, &text);
  return text;
}

void Print(const Report& report) {
  for (const std::string& line : report.history) std::printf("%s\n", line.c_str());
  if (report.violation.has_value()) {
    std::printf("BROKEN: %s: %s\n", report.violation->rule.c_str(), report.violation->what.c_str());
  } else {
    std::printf("no rule was broken\n");
  }
}

int ReplayFile(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  Trace trace;
  if (!file || !google::protobuf::TextFormat::ParseFromString(text.str(), &trace)) {
    std::fprintf(stderr, "simulate: %s is no trace\n", path.c_str());
    return 2;
  }
  const Report report = Replay(trace, /*recorded=*/true);
  Print(report);
  return report.violation.has_value() ? 1 : 0;
}

struct Totals {
  std::mutex mutex;
  uint64_t seeds = 0;
  uint64_t steps = 0;
  uint64_t leaders = 0;
  uint64_t take_overs = 0;
  uint64_t excused = 0;
  // Seeds by the rule that they broke.
  std::map<std::string, std::vector<uint64_t>> broken;

  void Add(uint64_t seed, const Report& report) {
    const std::lock_guard<std::mutex> lock(mutex);
    ++seeds;
    steps += report.steps;
    leaders += report.leaders;
    take_overs += report.take_overs;
    excused += report.excused_overlaps;
    if (report.violation.has_value()) broken[report.violation->rule].push_back(seed);
  }
};

struct Options {
  uint64_t from = std::random_device()();
  uint64_t seeds = 20'000;
  int threads = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  std::string replay;
  std::string save = ".";
};

// Tells the shortest story that breaks the rule as the seed's run did, and keeps it.
void Tell(const std::vector<uint64_t>& seeds, const Options& options, const char* program) {
  const Report explored = Explore(seeds.front(), /*recorded=*/true);
  const Trace trace = Shrink(explored.trace);
  std::printf("\n---- seed %" PRIu64 " (and %zu more), with as few choices as can be\n", seeds.front(),
              seeds.size() - 1);
  const Report shortest = Replay(trace, /*recorded=*/true);
  Print(shortest.violation.has_value() ? shortest : explored);
  if (!shortest.violation.has_value()) std::printf("only the seed itself breaks it: its choices alone do not\n");
  const std::string path = options.save + "/" + std::to_string(seeds.front()) + ".trace";
  std::ofstream file(path);
  file << Text(trace);
  file.close();
  if (file) std::printf("run it again with: %s --replay %s\n", program, path.c_str());
  if (!file) std::printf("it could not be written to %s\n", path.c_str());
}

int RunSeeds(const Options& options, const char* program) {
  std::printf("%" PRIu64 " seeds from %" PRIu64 " on, %d at a time\n", options.seeds, options.from, options.threads);
  std::fflush(stdout);
  Totals totals;
  std::atomic<uint64_t> next{0};
  const absl::Time began = absl::Now();
  std::vector<std::thread> workers;
  for (int i = 0; i < options.threads; ++i) {
    workers.emplace_back([&] {
      for (uint64_t i = next++; i < options.seeds; i = next++) {
        totals.Add(options.from + i, Explore(options.from + i, /*recorded=*/false));
      }
    });
  }
  for (std::thread& worker : workers) worker.join();
  const double seconds = absl::ToDoubleSeconds(absl::Now() - began);
  for (const auto& [rule, seeds] : totals.broken) Tell(seeds, options, program);
  std::printf("%" PRIu64 " seeds, %.0f a second: %" PRIu64 " steps, %" PRIu64 " leaders, %" PRIu64
              " take-overs, %" PRIu64 " excused overlaps; %zu rules broken\n",
              totals.seeds, static_cast<double>(totals.seeds) / seconds, totals.steps, totals.leaders,
              totals.take_overs, totals.excused, totals.broken.size());
  return totals.broken.empty() ? 0 : 1;
}

int Main(int argc, char** argv) {
  CLI::App app("Runs the election, many pods of it, against a simulated API server.");
  Options options;
  app.add_option("--seeds", options.seeds, "how many");
  app.add_option("--from", options.from, "the first; by chance if it is not given");
  app.add_option("--threads", options.threads, "how many at a time; as there are cores if it is not given")
      ->check(CLI::PositiveNumber);
  app.add_option("--replay", options.replay, "a trace to run again, with its history");
  app.add_option("--save", options.save, "the folder for the traces of what was broken")->check(CLI::ExistingDirectory);
  CLI11_PARSE(app, argc, argv);
  return options.replay.empty() ? RunSeeds(options, argv[0]) : ReplayFile(options.replay);
}

}  // namespace
}  // namespace leadership_broker::simulation

int main(int argc, char** argv) { return leadership_broker::simulation::Main(argc, argv); }
