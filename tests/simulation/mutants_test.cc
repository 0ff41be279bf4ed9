// The simulation can fail: each mutant of the election is found out within so many seeds. One that lived longer would
// be a hole in the simulation.
#include <cinttypes>
#include <cstdio>
#include <ostream>

#include "gtest/gtest.h"

#include "tests/simulation/explore.h"
#include "tests/simulation/mutant.h"

namespace leadership_broker::simulation {
namespace {

struct Case {
  Mutant mutant;
  const char* name;
  uint64_t seeds;
};

void PrintTo(const Case& mutant, std::ostream* out) { *out << mutant.name; }

class Mutants : public ::testing::TestWithParam<Case> {
 protected:
  void SetUp() override { chosen_mutant = GetParam().mutant; }
  void TearDown() override { chosen_mutant = Mutant::kNone; }
};

TEST_P(Mutants, IsFoundOut) {
  for (uint64_t seed = 1; seed <= GetParam().seeds; ++seed) {
    const Report report = Explore(seed, /*recorded=*/false);
    if (!report.violation.has_value()) continue;
    std::printf("found out by seed %" PRIu64 " of %" PRIu64 ": %s: %s\n", seed, GetParam().seeds,
                report.violation->rule.c_str(), report.violation->what.c_str());
    return;
  }
  ADD_FAILURE() << "it broke its rule for " << GetParam().seeds << " seeds, and nobody noticed";
}

// About ten times what each needs.
constexpr uint64_t kFew = 1000;
constexpr uint64_t kSome = 5000;
constexpr uint64_t kMany = 20000;

INSTANTIATE_TEST_SUITE_P(
    OfTheElection, Mutants,
    ::testing::Values(
        Case{Mutant::kR1ComparesNames, "R1ComparesNames", kFew},
        Case{Mutant::kR1NoReadOfOwnPod, "R1NoReadOfOwnPod", kFew},
        Case{Mutant::kR2WatchIsEnough, "R2WatchIsEnough", kFew},
        Case{Mutant::kR2BelievesOldEvidence, "R2BelievesOldEvidence", kSome},
        Case{Mutant::kR2IgnoresHolderUid, "R2IgnoresHolderUid", kFew}, Case{Mutant::kR3Assumes, "R3Assumes", kFew},
        Case{Mutant::kR3SettlesByOldReads, "R3SettlesByOldReads", kMany},
        Case{Mutant::kR4TellsTheLossLast, "R4TellsTheLossLast", kFew},
        Case{Mutant::kR4HidesTheLoss, "R4HidesTheLoss", kFew},
        Case{Mutant::kR4IgnoresDeletion, "R4IgnoresDeletion", kFew},
        Case{Mutant::kR4IgnoresAbsence, "R4IgnoresAbsence", kSome},
        Case{Mutant::kR4BelievesOldReads, "R4BelievesOldReads", kSome}, Case{Mutant::kR5Stands, "R5Stands", kFew},
        Case{Mutant::kR5LeadsOn, "R5LeadsOn", kFew}, Case{Mutant::kR5BelievesOldEvents, "R5BelievesOldEvents", kMany},
        Case{Mutant::kR6NoPreconditions, "R6NoPreconditions", kFew},
        Case{Mutant::kR7TerminalPhaseIsEnough, "R7TerminalPhaseIsEnough", kMany},
        Case{Mutant::kR7DeletionIsEnough, "R7DeletionIsEnough", kFew},
        Case{Mutant::kR7NeverClears, "R7NeverClears", kFew},
        Case{Mutant::kR8IgnoresTheLimit, "R8IgnoresTheLimit", kFew}, Case{Mutant::kR8ActsEarly, "R8ActsEarly", kFew},
        Case{Mutant::kR8CountsThroughBreaks, "R8CountsThroughBreaks", kSome},
        Case{Mutant::kR8TakesNotReadyForUnreachable, "R8TakesNotReadyForUnreachable", kMany},
        Case{Mutant::kR8AsksNobody, "R8AsksNobody", kFew}, Case{Mutant::kR8MarksFirst, "R8MarksFirst", kFew},
        Case{Mutant::kR8RemovesUnmarked, "R8RemovesUnmarked", kFew},
        Case{Mutant::kR8RemovesAtOnce, "R8RemovesAtOnce", kFew},
        Case{Mutant::kR8LeadsOnDespiteTheMark, "R8LeadsOnDespiteTheMark", kFew},
        Case{Mutant::kR9GivesUp, "R9GivesUp", kFew}, Case{Mutant::kR9IgnoresRefusals, "R9IgnoresRefusals", kFew},
        Case{Mutant::kR9NeverFences, "R9NeverFences", kFew},
        Case{Mutant::kR9CountsFromTheAnswer, "R9CountsFromTheAnswer", kFew},
        Case{Mutant::kR13TakesTheFirstOwner, "R13TakesTheFirstOwner", kFew},
        Case{Mutant::kR13TouchesAnything, "R13TouchesAnything", kFew},
        Case{Mutant::kR16NoSuspects, "R16NoSuspects", kFew}, Case{Mutant::kR16NoList, "R16NoList", kFew},
        Case{Mutant::kR16TellsDespiteSuspects, "R16TellsDespiteSuspects", kFew},
        Case{Mutant::kR16TellsBeforeTheWatch, "R16TellsBeforeTheWatch", kFew},
        Case{Mutant::kR16StandsAgainAtOnce, "R16StandsAgainAtOnce", kFew},
        Case{Mutant::kStepsDownAsStandby, "StepsDownAsStandby", kFew}),
    [](const ::testing::TestParamInfo<Case>& info) { return info.param.name; });

}  // namespace
}  // namespace leadership_broker::simulation
