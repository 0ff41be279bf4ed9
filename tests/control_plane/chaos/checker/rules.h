// The rules, each group of them in a file of its own.
#ifndef LEADERSHIP_BROKER_TESTS_CONTROL_PLANE_CHAOS_CHECKER_RULES_H_
#define LEADERSHIP_BROKER_TESTS_CONTROL_PLANE_CHAOS_CHECKER_RULES_H_

#include "tests/control_plane/chaos/checker/check.h"
#include "tests/control_plane/chaos/checker/facts.h"

namespace leadership_broker::chaos {

// "one lock", "R6 precondition", "R7 removal": of the lock object.
void CheckLocks(const History& history, const Facts& facts, Verdict* verdict);
// "R15 order", "R4 loss first": of each stream by itself.
void CheckStreams(const History& history, Verdict* verdict);
// "R15 one voice", "R2 proof", "token", "R4 lost for good", "R5 deletion seen", "R9 lost without cause": of each
// broker, in the order in which it published.
void CheckBrokers(const History& history, const Facts& facts, Verdict* verdict);
// "two leaders", "overlap token": of what the apps of all pods believe.
void CheckBeliefs(const History& history, const Facts& facts, Verdict* verdict);
// "end": how it has to be once the faults have stopped.
void CheckEnd(const History& history, const Facts& facts, Verdict* verdict);

}  // namespace leadership_broker::chaos

#endif  // LEADERSHIP_BROKER_TESTS_CONTROL_PLANE_CHAOS_CHECKER_RULES_H_
