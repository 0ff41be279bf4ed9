// The garbage collector: it looks, and acts later on what it saw, as the real one does.
#ifndef LEADERSHIP_BROKER_TESTS_SIMULATION_COLLECTOR_H_
#define LEADERSHIP_BROKER_TESTS_SIMULATION_COLLECTOR_H_

#include <optional>
#include <set>
#include <string>

#include "tests/simulation/moves.h"
#include "tests/simulation/world.h"

namespace leadership_broker::simulation {

class Collector {
 public:
  explicit Collector(World* world) : world_(world) {}

  void Offer(Moves& moves);
  // Faults have stopped.
  void Heal() { stalled_ = false; }

 private:
  // What it means to do to the lock: take these owners off it, and remove it when none is left.
  struct Plan {
    std::string lock_uid;
    std::set<std::string> owners;
    bool orphan = false;  // leave it without owners
  };

  std::optional<Plan> Look() const;
  void Act();

  World* const world_;
  bool stalled_ = false;
  std::optional<Plan> plan_;
};

}  // namespace leadership_broker::simulation

#endif  // LEADERSHIP_BROKER_TESTS_SIMULATION_COLLECTOR_H_
