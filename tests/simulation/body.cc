#include "tests/simulation/body.h"

#include <algorithm>
#include <utility>

#include "tests/simulation/world.h"

namespace leadership_broker::simulation {

Body::Body(World* world, std::string pod_name, int incarnation, bool has_label)
    : name(std::move(pod_name)),
      uid(absl::StrCat(name, "-", incarnation)),
      labelled(has_label),
      fast(std::make_unique<App>(world, this)),
      slow(std::make_unique<App>(world, this)),
      world_(world) {}

void Body::StartBroker() {
  // The same draws for the same process of the same pod, whatever else happened.
  uint64_t seed = world_->jitter + 1'000'003 * static_cast<uint64_t>(++processes_);
  for (char c : uid) seed = seed * 31 + static_cast<unsigned char>(c);
  broker = std::make_unique<Broker>(world_, this, seed);
  if (fast != nullptr) fast->Connect(&broker->hub());
  HearFast();
}

void Body::EndBroker() {
  for (App* app : {fast.get(), slow.get()}) {
    if (app != nullptr) app->Disconnect();
  }
  broker.reset();
}

void Body::EndApp() {
  app_runs = false;
  fast.reset();
  slow.reset();
}

void Body::RestartApp() {
  fast = std::make_unique<App>(world_, this);
  slow = std::make_unique<App>(world_, this);
  if (broker != nullptr) fast->Connect(&broker->hub());
  HearFast();
}

void Body::CrashApp() {
  EndApp();
  app_waits = true;
}

void Body::StartApp() {
  app_runs = true;
  app_waits = false;
  RestartApp();
}

void Body::HearFast() {
  while (fast != nullptr && fast->Hear()) {
  }
}

void Body::ObjectGone() {
  object_gone_at = world_->boot();
  object_gone_while_app_ran = app_runs;
  // A kubelet that lives finds out before long.
  kill_at = std::min(kill_at, world_->boot() + absl::Seconds(60));
}

PodPtr Body::Object() const {
  PodPtr pod = world_->store.pod(name);
  return pod != nullptr && pod->metadata().uid() == uid ? pod : nullptr;
}

const Belief* Body::belief() const {
  for (const App* app : {fast.get(), slow.get()}) {
    if (app != nullptr && app->belief() != nullptr) return app->belief();
  }
  return nullptr;
}

}  // namespace leadership_broker::simulation
