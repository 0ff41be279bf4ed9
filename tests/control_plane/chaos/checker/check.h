// Applies the rules of docs/design.md to a history, as far as they can be seen from outside. docs/correctness-chaos.md
// says what each name means and what is excused.
#ifndef LEADERSHIP_BROKER_TESTS_CONTROL_PLANE_CHAOS_CHECKER_CHECK_H_
#define LEADERSHIP_BROKER_TESTS_CONTROL_PLANE_CHAOS_CHECKER_CHECK_H_

#include <map>
#include <string>
#include <vector>

#include "tests/control_plane/chaos/checker/history.h"

namespace leadership_broker::chaos {

struct Violation {
  std::string rule;
  std::string what;
  Time at = 0;
};

struct Verdict {
  std::vector<Violation> violations;
  std::map<std::string, int> excused;  // overlaps of beliefs, by the excuse
  int leaders = 0;                     // terms of which somebody was told that it leads
  double settled_seconds = 0;          // from the calm to the last change of what anybody was told
};

// How long after the last fault there may still be changes: a broker that has failed for minutes waits up to 30 s
// before it tries again, and the garbage collector as long after an API server's restart.
inline constexpr Time kSettlingLimit = 90'000'000;

Verdict Check(const History& history);

}  // namespace leadership_broker::chaos

#endif  // LEADERSHIP_BROKER_TESTS_CONTROL_PLANE_CHAOS_CHECKER_CHECK_H_
