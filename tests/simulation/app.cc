#include "tests/simulation/app.h"

#include <utility>

#include "tests/simulation/world.h"

namespace leadership_broker::simulation {

using leadership::v1::Leadership;

void App::Connect(status::Hub* hub) {
  heard_ = nullptr;
  subscription_ = hub->Subscribe([] {});
}

bool App::behind() const {
  if (subscription_ == nullptr) return false;
  const status::Snapshot& newest = body_->broker->Says();
  return heard_ == nullptr || heard_->leadership.revision() != newest.leadership.revision() ||
         heard_->trusted_until != newest.trusted_until;
}

bool App::Hear() {
  if (subscription_ == nullptr) return false;
  status::SnapshotPtr next = subscription_->Take().snapshot;
  if (next == nullptr) return false;
  const status::SnapshotPtr before = std::exchange(heard_, std::move(next));
  const Leadership& told = heard_->leadership;
  // A restarted broker says at first that it knows nothing yet.
  const bool nothing_yet = told.state() == Leadership::STATE_UNKNOWN && before == nullptr;
  if (told.state() == Leadership::STATE_LEADER) {
    belief_ = Belief{told.lock().uid(), told.fencing_token(), heard_->trusted_until};
  } else if (!nothing_yet) {
    belief_.reset();
  }
  world_->judge.Heard(*body_, before.get(), *heard_);
  return true;
}

const Belief* App::belief() const {
  return belief_.has_value() && world_->boot() < belief_->until ? &*belief_ : nullptr;
}

}  // namespace leadership_broker::simulation
