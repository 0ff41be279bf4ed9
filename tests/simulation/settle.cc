// The end of a run: faults stop, and everything has to come right.
#include <set>

#include "tests/simulation/faults.h"
#include "tests/simulation/people.h"
#include "tests/simulation/run.h"

namespace leadership_broker::simulation {
namespace {

// Longer than any back-off, grace period and suspicion together.
constexpr absl::Duration kLongEnough = absl::Minutes(5);
// Each time a person acts one thing is settled for good.
constexpr int kMostResolutions = 12;

}  // namespace

void Run::Settle() {
  if (violation().has_value()) return;
  world_.history.Note("---- faults stop");
  Heal(world_);
  collector_.Heal();
  for (int i = 0; i < kMostResolutions; ++i) {
    RunQuiet(kLongEnough);
    const std::optional<Judge::Standoff> standoff = world_.judge.JudgeEnd();
    if (violation().has_value() || !standoff.has_value()) return;
    Resolve(*standoff);
  }
  world_.judge.NeverSettles();
}

void Run::RunQuiet(absl::Duration at_most) {
  const absl::Duration began = world_.boot();
  while (!violation().has_value()) {
    if (TakeTurns()) {
      if (world_.boot() - began > at_most) break;
      continue;
    }
    const absl::Duration due = NextDue();
    if (due > began + at_most) break;
    PassTime(due);
  }
}

bool Run::TakeTurns() {
  bool moved = false;
  for (int actor = kHands; actor < static_cast<int>(world_.bodies.size()); ++actor) {
    if (actor == kTime || violation().has_value()) continue;
    Moves moves(/*appetite=*/nullptr, recorded_);
    Offer(actor, moves);
    if (moves.all().empty()) continue;
    // Not always the first, or what comes again and again would keep the rest waiting.
    const Moves::Move& move = moves.all()[turn_++ % moves.all().size()];
    world_.history.Note(move.label);
    move.act();
    PassTime(world_.boot() + absl::Milliseconds(1));
    moved = true;
  }
  return moved;
}

void Run::Resolve(const Judge::Standoff& standoff) {
  if (standoff.lock) {
    world_.history.Note("---- a person removes what is under the lock's name");
    RemoveLockByHand(world_);
  }
  for (const std::string& uid : standoff.pods) {
    world_.history.Note("---- a person ends ", uid);
    world_.BodyOf(uid)->node_lost = false;
    world_.pod_objects.Delete(world_.BodyOf(uid)->name, PodObjects::kGraceSeconds, Propagation::kBackground);
  }
}

}  // namespace leadership_broker::simulation
