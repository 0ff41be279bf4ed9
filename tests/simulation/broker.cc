#include "tests/simulation/broker.h"

#include <utility>
#include <vector>

#include "tests/simulation/limits.h"
#include "tests/simulation/nodes.h"
#include "tests/simulation/world.h"

namespace leadership_broker::simulation {
namespace {

election::Options OptionsFor(const Settings& settings, const Body& body) {
  election::Options options;
  options.namespace_name = kNamespace;
  options.lock_name = kLock;
  options.self = {body.name, body.uid, NodeName(body.uid)};
  options.on_request = settings.on_request();
  options.orphan_grace =
      settings.orphan_grace() < 0 ? absl::InfiniteDuration() : absl::Seconds(settings.orphan_grace());
  options.create_spread = absl::Seconds(settings.create_spread());
  options.unverified_limit = LimitOf(settings, body.name);
  options.take_over_after = TakeOverAfter(settings, body.name);
  options.version = "simulated";
  return options;
}

}  // namespace

Broker::Broker(World* world, Body* body, uint64_t seed)
    : world_(world),
      body_(body),
      witness_(body->name, body->uid, [world] { return world->boot(); }),
      connection_(world, body, this, &witness_),
      clock_(seed) {
  clock_.JumpTo(world->boot());
  std::vector<election::Candidacy::Stand> stands;
  stands.push_back({OptionsFor(world->settings, *body), this});
  const double step_down_after = world->settings.step_down_after();
  candidacy_ = std::make_unique<election::Candidacy>(
      &connection_, &clock_, std::move(stands), [](const kube::Pod&) {},
      step_down_after > 0 ? absl::Seconds(step_down_after) : absl::InfiniteDuration());
  candidacy_->Start();
}

Broker::~Broker() = default;

void Broker::PassTime(absl::Duration now) {
  clock_.JumpTo(now);
  if (!paused_) clock_.Advance(absl::ZeroDuration());
}

void Broker::SetRequested(bool waiting) {
  if (waiting == std::exchange(requested_, waiting)) return;
  candidacy_->CountWaiter(kLock, waiting ? 1 : -1);
}

void Broker::Publish(status::SnapshotPtr snapshot) {
  const status::SnapshotPtr before = std::exchange(said_, std::move(snapshot));
  hub_.Publish(said_);
  world_->judge.Published(*body_, *this, before.get());
  body_->HearFast();
}

void Broker::Warn(const std::string& message) { world_->history.Note(body_->uid, " warns: ", message); }

}  // namespace leadership_broker::simulation
