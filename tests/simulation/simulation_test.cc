// What failed once does not fail again; and a run is what its seed, or its trace, makes it.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

#include "tests/simulation/explore.h"

namespace leadership_broker::simulation {
namespace {

std::vector<std::string> KeptTraces() {
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::directory_iterator(KEPT_TRACES)) paths.push_back(entry.path().string());
  std::sort(paths.begin(), paths.end());
  return paths;
}

Trace ReadTrace(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  Trace trace;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text.str(), &trace)) << path;
  return trace;
}

class Kept : public ::testing::TestWithParam<std::string> {};

TEST_P(Kept, BreaksNoRuleAnyMore) {
  const Trace trace = ReadTrace(GetParam());
  EXPECT_FALSE(trace.story().empty()) << "it has to say what was wrong";
  EXPECT_FALSE(trace.rule().empty()) << "it has to say which rule was broken";
  const Report report = Replay(trace, /*recorded=*/true);
  if (!report.violation.has_value()) return;
  std::ostringstream history;
  for (const std::string& line : report.history) history << line << "\n";
  ADD_FAILURE() << history.str() << report.violation->rule << ": " << report.violation->what << "\n" << trace.story();
}

INSTANTIATE_TEST_SUITE_P(Traces, Kept, ::testing::ValuesIn(KeptTraces()),
                         [](const ::testing::TestParamInfo<std::string>& info) {
                           std::string name = std::filesystem::path(info.param).stem().string();
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

TEST(Simulation, OneSeedIsOneRun) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    const Report first = Explore(seed, /*recorded=*/true);
    const Report second = Explore(seed, /*recorded=*/true);
    EXPECT_EQ(first.history, second.history) << "seed " << seed;
    EXPECT_FALSE(first.trace.choice().empty());
  }
}

TEST(Simulation, ATraceIsTheRunThatItWasTakenOf) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    const Report explored = Explore(seed, /*recorded=*/true);
    const Report replayed = Replay(explored.trace, /*recorded=*/true);
    EXPECT_EQ(replayed.history, explored.history) << "seed " << seed;
    EXPECT_EQ(replayed.leaders, explored.leaders) << "seed " << seed;
  }
}

// Most runs elect somebody: a simulation in which nothing happens would find nothing.
TEST(Simulation, RunsElectLeadersAndReachWhatTheRulesAreAbout) {
  int with_a_leader = 0;
  int with_a_takeover = 0;
  int with_an_excused_overlap = 0;
  int with_an_unreachable_leader_taken_over = 0;
  constexpr int kSeeds = 2000;
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const Report report = Explore(seed, /*recorded=*/false);
    with_a_leader += report.leaders > 0 ? 1 : 0;
    with_a_takeover += report.leaders > 1 ? 1 : 0;
    with_an_unreachable_leader_taken_over += report.take_overs > 0 ? 1 : 0;
    with_an_excused_overlap += report.excused_overlaps > 0 ? 1 : 0;
  }
  EXPECT_GT(with_a_leader, kSeeds / 4);
  EXPECT_GT(with_a_takeover, kSeeds / 20);
  EXPECT_GT(with_an_excused_overlap, 0);
  EXPECT_GT(with_an_unreachable_leader_taken_over, 0);
}

}  // namespace
}  // namespace leadership_broker::simulation
