#include "tests/simulation/faults.h"

#include <algorithm>
#include <utility>

namespace leadership_broker::simulation {
namespace {

void Toggle(Fault fault, double weight, bool* flag, const char* on, const char* off, Moves& moves) {
  const auto act = [flag] { *flag = !*flag; };
  if (*flag) moves.AddOptional(0.3, act, off);
  if (!*flag) moves.AddFault(fault, weight, act, on);
}

void OfferBroker(World& world, Body& body, Moves& moves) {
  Broker& broker = *body.broker;
  broker.connection().Offer(moves, !broker.paused(), !body.cut);
  moves.AddFault(
      Fault::kBrokerCrash, 0.2, [&body] { body.EndBroker(); }, "the broker crashes");
  if (broker.paused()) {
    moves.AddOptional(
        0.3, [&broker] { broker.Resume(); }, "the broker goes on");
    return;
  }
  moves.AddFault(
      Fault::kBrokerPause, 0.1, [&broker] { broker.Pause(); }, "the broker is stopped (SIGSTOP)");
  if (world.settings.on_request()) {
    if (!broker.requested())
      moves.Add(
          1, [&broker] { broker.SetRequested(true); }, "the app calls Become");
    if (broker.requested()) {
      moves.AddFault(
          Fault::kWithdrawal, 0.2, [&broker] { broker.SetRequested(false); }, "the app gives Become up");
    }
  }
}

void LoseRestOfHistory(World& world) {
  // Some changes back, if there are any.
  const auto& changes = world.store.changes();
  if (changes.size() < 8) return;
  world.judge.StoreRestored();
  world.store.RestoreTo(changes[changes.size() - 6].revision);
  for (const auto& body : world.bodies) {
    if (body->broker != nullptr) body->broker->connection().Break();
    // It is there again, or as good as deleted by force.
    if (body->Object() != nullptr) body->object_gone_at = absl::InfiniteDuration();
    if (body->Object() != nullptr && !body->stopping) body->kill_at = absl::InfiniteDuration();
    if (body->Object() == nullptr && body->object_gone_at == absl::InfiniteDuration()) body->ObjectGone();
    // What has ended does not live again by it: its kubelet reports that anew.
    body->stopping = body->stopping || (!body->app_runs && !body->sidecar_wanted);
    body->end_reported = false;
  }
}

}  // namespace

void OfferProcess(World& world, Body& body, Moves& moves) {
  if (body.slow != nullptr && body.broker != nullptr) {
    App* const slow = body.slow.get();
    if (!slow->connected()) {
      moves.Add(
          1, [&body, slow] { slow->Connect(&body.broker->hub()); }, "the slow app connects");
    } else if (slow->behind()) {
      moves.Add(
          1, [slow] { slow->Hear(); }, "the slow app hears");
    }
  }
  if (body.broker != nullptr) OfferBroker(world, body, moves);
  Toggle(Fault::kNetworkCut, 0.1, &body.cut, "its node is cut off", "its node is connected again", moves);
  if (!body.node_lost) {
    moves.AddFault(
        Fault::kNodeLost, 0.1, [&body] { body.node_lost = true; }, "its kubelet dies");
  } else if (!world.settings.nodes_stay_lost()) {
    moves.AddOptional(
        0.1, [&body] { body.node_lost = false; }, "its kubelet returns");
  }
}

void OfferServer(World& world, Moves& moves) {
  for (size_t i = 0; i < world.limbo.size() && i < 3; ++i) {
    moves.Add(
        1,
        [&world, i] {
          const std::function<void()> land = std::move(world.limbo[i]);
          world.limbo.erase(world.limbo.begin() + static_cast<std::ptrdiff_t>(i));
          land();
        },
        "a write that was given up arrives, ", i);
    moves.AddFault(
        Fault::kRequestLost, 1,
        [&world, i] { world.limbo.erase(world.limbo.begin() + static_cast<std::ptrdiff_t>(i)); },
        "a write that was given up is lost, ", i);
  }
  moves.AddFault(
      Fault::kWatchEnd, 0.1, [&world] { world.store.Compact(); }, "compacts its history");
  moves.AddFault(
      Fault::kServerRestart, 0.1,
      [&world] {
        for (const auto& body : world.bodies) {
          if (body->broker != nullptr && !body->broker->paused()) body->broker->connection().Break();
        }
      },
      "restarts");
  Toggle(Fault::kForbidden, 0.1, &world.refusals.watch_locks, "forbids to watch configmaps",
         "allows to watch configmaps", moves);
  Toggle(Fault::kForbidden, 0.1, &world.refusals.list_pods, "forbids to list pods", "allows to list pods", moves);
  if (world.settings.take_over_after() > 0) {
    Toggle(Fault::kForbidden, 0.1, &world.refusals.nodes, "forbids nodes", "allows nodes", moves);
  }
  Toggle(Fault::kForbidden, 0.1, &world.refusals.write, "forbids to write", "allows to write", moves);
  Toggle(Fault::kUnauthorized, 0.1, &world.refusals.unauthorized, "refuses all tokens", "takes tokens again", moves);
  moves.AddFault(
      Fault::kRestore, 0.05, [&world] { LoseRestOfHistory(world); }, "is restored from a backup");
}

void Heal(World& world) {
  world.refusals = {};
  for (const auto& body : world.bodies) {
    body->cut = false;
    body->node_lost = body->node_lost && world.settings.nodes_stay_lost();
    if (body->broker != nullptr) body->broker->Resume();
  }
}

}  // namespace leadership_broker::simulation
