// One run: a world, and who chooses what happens in it next.
#ifndef LEADERSHIP_BROKER_TESTS_SIMULATION_RUN_H_
#define LEADERSHIP_BROKER_TESTS_SIMULATION_RUN_H_

#include <string>
#include <vector>

#include "tests/simulation/collector.h"
#include "tests/simulation/moves.h"
#include "tests/simulation/random.h"
#include "tests/simulation/trace.pb.h"
#include "tests/simulation/world.h"

namespace leadership_broker::simulation {

class Run {
 public:
  // `recorded`: keeps the history and every choice by its label.
  Run(const Settings& settings, uint64_t jitter, bool recorded);

  // Chooses `steps` times by chance, until a rule is broken.
  void Explore(Random& random, const Appetite& appetite, int steps);
  // Makes these choices. One that is not there is skipped.
  void Replay(const google::protobuf::RepeatedPtrField<std::string>& choices);
  // Stops all faults, lets everything that has to happen happen, and judges the end. Where the rules leave something to
  // a person, that person acts, and everything has to come right after that.
  void Settle();

  const World& world() const { return world_; }
  const std::optional<Violation>& violation() const { return world_.judge.violation(); }
  const std::vector<std::string>& choices() const { return choices_; }
  int steps() const { return steps_; }

 private:
  // Whose turn it may be: a pod by its place in the world's bodies, or one of these.
  static constexpr int kTime = -1;
  static constexpr int kCollector = -2;
  static constexpr int kServer = -3;
  static constexpr int kPods = -4;
  static constexpr int kHands = -5;

  int ChooseActor(Random& random);
  std::string NameOf(int actor) const;
  void Offer(int actor, Moves& moves);
  void OfferTime(Moves& moves);
  void Act(const Moves::Move& move);
  // To `until` (boot clock) at the latest, running what is due on the way.
  void PassTime(absl::Duration until);
  absl::Duration NextDue() const;
  // Everybody in turn does what has to be done, until there is nothing and no timer is left, or for `at_most`.
  void RunQuiet(absl::Duration at_most);
  bool TakeTurns();
  void Resolve(const Judge::Standoff& standoff);

  const bool recorded_;
  World world_;
  Collector collector_;
  std::vector<std::string> choices_;
  int steps_ = 0;
  // A step that matters was just taken: faults are likelier for a few steps.
  int tense_ = 0;
  size_t turn_ = 0;
};

}  // namespace leadership_broker::simulation

#endif  // LEADERSHIP_BROKER_TESTS_SIMULATION_RUN_H_
