// Runs from seeds, and from traces.
#ifndef LEADERSHIP_BROKER_TESTS_SIMULATION_EXPLORE_H_
#define LEADERSHIP_BROKER_TESTS_SIMULATION_EXPLORE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tests/simulation/judge.h"
#include "tests/simulation/trace.pb.h"

namespace leadership_broker::simulation {

// How a run went.
struct Report {
  std::optional<Violation> violation;
  int steps = 0;
  // Terms in which a pod was told that it leads.
  int leaders = 0;
  // Times at which two pods believed that they lead, for a reason that docs/correctness.md gives.
  int take_overs = 0;
  int excused_overlaps = 0;
  // Only where they were asked for.
  std::vector<std::string> history;
  Trace trace;
};

// One seed is one run: settings, faults, choices and what the brokers draw all come from it.
Report Explore(uint64_t seed, bool recorded);

Report Replay(const Trace& trace, bool recorded);

// The same violation with as few choices as can be left.
Trace Shrink(Trace trace);

}  // namespace leadership_broker::simulation

#endif  // LEADERSHIP_BROKER_TESTS_SIMULATION_EXPLORE_H_
