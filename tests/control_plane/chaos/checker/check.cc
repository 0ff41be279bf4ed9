#include "tests/control_plane/chaos/checker/check.h"

#include <algorithm>
#include <set>

#include "tests/control_plane/chaos/checker/rules.h"

namespace leadership_broker::chaos {

Verdict Check(const History& history) {
  const Facts facts(history);
  Verdict verdict;
  CheckLocks(history, facts, &verdict);
  CheckStreams(history, &verdict);
  CheckBrokers(history, facts, &verdict);
  CheckBeliefs(history, facts, &verdict);
  CheckEnd(history, facts, &verdict);
  std::stable_sort(verdict.violations.begin(), verdict.violations.end(),
                   [](const Violation& a, const Violation& b) { return a.at < b.at; });
  std::set<std::string> led;
  for (const Told& told : history.told) {
    if (told.leads()) led.insert(told.lock);
  }
  verdict.leaders = static_cast<int>(led.size());
  return verdict;
}

}  // namespace leadership_broker::chaos
