// The part of mutant_broker that is not the broker: it breaks the rule whose number in tests/simulation/mutant.h
// CHAOS_MUTANT holds.
#include <algorithm>
#include <cstdlib>

#include "tests/simulation/mutant.h"

namespace leadership_broker {
namespace {

const bool chosen = [] {
  const char* number = std::getenv("CHAOS_MUTANT");
  const int most = static_cast<int>(Mutant::kCount) - 1;
  chosen_mutant = static_cast<Mutant>(number == nullptr ? 0 : std::clamp(std::atoi(number), 0, most));
  return true;
}();

}  // namespace
}  // namespace leadership_broker
