#include "tests/simulation/run.h"

#include <algorithm>
#include <iterator>
#include <numeric>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "tests/simulation/faults.h"
#include "tests/simulation/kubelet.h"
#include "tests/simulation/nodes.h"
#include "tests/simulation/people.h"

namespace leadership_broker::simulation {
namespace {

// What one step takes.
constexpr absl::Duration kStep = absl::Milliseconds(1);

}  // namespace

Run::Run(const Settings& settings, uint64_t jitter, bool recorded)
    : recorded_(recorded), world_(settings, jitter, recorded), collector_(&world_) {}

void Run::Explore(Random& random, const Appetite& appetite, int steps) {
  Appetite now;
  // Most of them are there from the beginning.
  for (int i = 0; i < world_.settings.pod_names(); ++i) {
    Moves moves(nullptr, recorded_);
    moves.Of(NameOf(kPods));
    OfferPod(world_, PodName(i), moves);
    if (random.Chance(0.8)) Act(moves.all().front());
  }
  uint64_t seen_revision = world_.store.revision();
  for (int i = 0; i < steps && !violation().has_value(); ++i) {
    // The steps right after a change of the store are those in which things go wrong.
    if (world_.store.revision() != std::exchange(seen_revision, world_.store.revision())) tense_ = 6;
    const double scale = tense_-- > 0 ? 4 : 1;
    std::transform(appetite.begin(), appetite.end(), now.begin(), [scale](double a) { return a * scale; });
    // Somebody else may be slow from now on.
    if (!world_.bodies.empty() && random.Chance(0.05)) {
      world_.bodies[random.Below(static_cast<int>(world_.bodies.size()))]->pace = random.OneOf({0.05, 0.3, 1.0, 3.0});
    }
    Moves moves(&now, recorded_);
    for (int tries = 0; moves.all().empty() && tries < 8; ++tries) Offer(ChooseActor(random), moves);
    if (moves.all().empty()) Offer(kTime, moves);
    double total = 0;
    for (const Moves::Move& move : moves.all()) total += move.weight;
    double left = random.Unit() * total;
    const Moves::Move* chosen = &moves.all().back();
    for (const Moves::Move& move : moves.all()) {
      left -= move.weight;
      if (left > 0) continue;
      chosen = &move;
      break;
    }
    Act(*chosen);
  }
}

void Run::Replay(const google::protobuf::RepeatedPtrField<std::string>& choices) {
  Appetite everything;
  everything.fill(1);
  for (const std::string& choice : choices) {
    if (violation().has_value()) return;
    Moves moves(&everything, /*labelled=*/true);
    const std::string name = choice.substr(0, choice.find(':'));
    if (name == NameOf(kTime)) {
      int64_t milliseconds = 0;
      if (!absl::SimpleAtoi(choice.substr(choice.find('+') + 1), &milliseconds)) continue;
      moves.Of(name);
      moves.Add(
          1, [this, milliseconds] { PassTime(world_.boot() + absl::Milliseconds(milliseconds)); }, "+", milliseconds);
    }
    for (int actor = kHands; actor < static_cast<int>(world_.bodies.size()); ++actor) {
      if (actor != kTime && NameOf(actor) == name) Offer(actor, moves);
    }
    const auto& all = moves.all();
    const auto found = std::find_if(all.begin(), all.end(), [&](const auto& move) { return move.label == choice; });
    if (found != all.end()) Act(*found);
  }
}

int Run::ChooseActor(Random& random) {
  // Besides the pods: time, the collector, the API server, people, and their hands on the lock.
  constexpr double kOthers[] = {0.3, 0.5, 0.2, 0.3, 0.15};
  double total = std::accumulate(std::begin(kOthers), std::end(kOthers), 0.0);
  for (const auto& body : world_.bodies) total += body->pace;
  double left = random.Unit() * total;
  for (size_t i = 0; i < world_.bodies.size(); ++i) {
    left -= world_.bodies[i]->pace;
    if (left < 0) return static_cast<int>(i);
  }
  for (size_t i = 0; i + 1 < std::size(kOthers); ++i) {
    left -= kOthers[i];
    if (left < 0) return -static_cast<int>(i) - 1;
  }
  return kHands;
}

std::string Run::NameOf(int actor) const {
  switch (actor) {
    case kTime:
      return "time";
    case kCollector:
      return "collector";
    case kServer:
      return "API server";
    case kPods:
      return "people";
    case kHands:
      return "hands";
    default:
      return world_.bodies[actor]->uid;
  }
}

void Run::Offer(int actor, Moves& moves) {
  moves.Of(NameOf(actor));
  switch (actor) {
    case kTime:
      return OfferTime(moves);
    case kCollector:
      return collector_.Offer(moves);
    case kServer:
      return OfferServer(world_, moves);
    case kPods:
      return OfferPods(world_, moves);
    case kHands:
      return OfferHands(world_, moves);
    default:
      OfferProcess(world_, *world_.bodies[actor], moves);
      OfferKubelet(world_, *world_.bodies[actor], moves);
      OfferNode(world_, *world_.bodies[actor], moves);
  }
}

void Run::OfferTime(Moves& moves) {
  const auto offer = [this, &moves](double weight, absl::Duration by) {
    const int64_t milliseconds = absl::ToInt64Milliseconds(by);
    moves.AddOptional(
        weight, [this, milliseconds] { PassTime(world_.boot() + absl::Milliseconds(milliseconds)); }, "+",
        milliseconds);
  };
  const absl::Duration due = NextDue() - world_.boot();
  if (due < absl::Minutes(1)) offer(4, due + absl::Milliseconds(1));
  offer(1, absl::Milliseconds(20));
  offer(1, absl::Milliseconds(400));
  offer(0.5, absl::Seconds(3));
  offer(0.2, absl::Seconds(15));
  offer(0.05, absl::Minutes(2));
}

void Run::Act(const Moves::Move& move) {
  ++steps_;
  if (recorded_) choices_.push_back(move.label);
  world_.history.Note(move.label);
  move.act();
  PassTime(world_.boot() + kStep);
  world_.judge.Look();
}

absl::Duration Run::NextDue() const {
  absl::Duration due = absl::InfiniteDuration();
  for (const auto& body : world_.bodies) {
    due = std::min(due, KillAt(world_, *body));
    if (body->broker != nullptr && !body->broker->paused()) due = std::min(due, body->broker->NextTimer());
  }
  return due;
}

void Run::PassTime(absl::Duration until) {
  while (!violation().has_value()) {
    const absl::Duration now = std::max(world_.boot(), std::min(until, NextDue()));
    world_.now += now - world_.boot();
    for (const auto& body : world_.bodies) {
      if (KillAt(world_, *body) <= now) {
        world_.history.Note(body->uid, " is killed by its kubelet");
        Kill(*body);
      }
      if (body->broker != nullptr) body->broker->PassTime(now);
    }
    world_.judge.Look();
    if (now >= until) return;
  }
}

}  // namespace leadership_broker::simulation
