// How a run has to end: with one leader, and with everybody saying so.
#include "absl/strings/str_cat.h"

#include "tests/simulation/facts.h"
#include "tests/simulation/judge.h"
#include "tests/simulation/world.h"

namespace leadership_broker::simulation {

using leadership::v1::Leadership;

namespace {

std::string Said(const Body& body) {
  const Leadership& said = body.broker->Says().leadership;
  return absl::StrCat(body.uid, " says ", Leadership::State_Name(said.state()), ", ",
                      Leadership::Reason_Name(said.reason()), ": ", said.message());
}

}  // namespace

bool Judge::IsEligible(const Body& body) {
  const PodPtr object = body.Object();
  return body.broker != nullptr && !body.cut && object != nullptr && !object->metadata().has_deletion_timestamp() &&
         !HasFinished(*object);
}

std::optional<Judge::Standoff> Judge::JudgeEnd() {
  if (violation_.has_value()) return std::nullopt;
  for (const auto& body : world_->bodies) {
    if (body->broker == nullptr || body->cut) continue;
    for (const App* app : {body->fast.get(), body->slow.get()}) {
      const bool heard = app == nullptr || (app->heard() != nullptr && app->heard()->leadership.revision() ==
                                                                           body->broker->Says().leadership.revision());
      if (!heard) Break("R15", absl::StrCat("an app of ", body->uid, " was not told the newest"));
    }
    if (body->Object() == nullptr && body->broker->Leads()) {
      Break("R9", absl::StrCat("its pod is gone from the API, and ", Said(*body)));
    }
  }
  const LockPtr object = world_->store.lock();
  if (object != nullptr) {
    const LockFacts lock = ReadFacts(*object);
    if (lock.held && !lock.being_deleted) {
      const Body* const holder = world_->BodyOf(lock.holder_uid);
      if (holder != nullptr) return JudgeHeldEnd(*holder);
    }
  }
  Standoff standoff;
  for (const auto& body : world_->bodies) {
    if (!IsEligible(*body)) continue;
    const Leadership::Reason reason = body->broker->Says().leadership.reason();
    // --orphan-grace=never leaves to the collector what has no owner to be collected with.
    const bool left_alone = reason == Leadership::REASON_LOCK_INVALID ||
                            (reason == Leadership::REASON_LEADER_GONE && world_->settings.orphan_grace() < 0);
    if (object != nullptr && left_alone) {
      standoff.lock = true;
    } else if (object == nullptr && reason == Leadership::REASON_PREDECESSOR && !Predecessors(body->uid).empty()) {
      standoff.pods = Predecessors("");
    } else {
      Break("nobody leads",
            absl::StrCat(object == nullptr ? "there is no lock, " : "the lock is nobody's, ", Said(*body)));
    }
  }
  if (!standoff.lock && standoff.pods.empty()) return std::nullopt;
  return standoff;
}

std::optional<Judge::Standoff> Judge::JudgeHeldEnd(const Body& holder) {
  bool anybody = false;
  for (const auto& body : world_->bodies) {
    if (!IsEligible(*body)) continue;
    anybody = true;
    if (body.get() != &holder) JudgeStandby(*body, holder.uid);
  }
  if (!anybody) return std::nullopt;
  if (IsToBeTakenOver(holder)) {
    Break("R8", absl::StrCat("the node of ", holder.uid, " cannot be reached, and nobody takes its lock over"));
    return std::nullopt;
  }
  if (holder.broker != nullptr && holder.broker->Leads()) return std::nullopt;
  // R8: it may be alive, and nobody else may lead.
  if (holder.node_lost) return Standoff{false, {holder.uid}};
  if (Ended(holder.uid)) {
    Break("R7", absl::StrCat(holder.uid, " has ended, and its lock is still there"));
    return std::nullopt;
  }
  if (holder.broker == nullptr) {
    // Its pod was being deleted until the store went back to before that; a real kubelet would start it again.
    if (restored_) return std::nullopt;
    Break("nobody leads", absl::StrCat(holder.uid, " holds the lock, has not ended, and has no broker"));
    return std::nullopt;
  }
  const std::vector<std::string> predecessors = Predecessors(holder.uid);
  const bool waits = holder.broker->Says().leadership.reason() == Leadership::REASON_PREDECESSOR;
  if (waits && !predecessors.empty()) return Standoff{false, predecessors};
  Break("nobody leads", absl::StrCat(holder.uid, " holds the lock, and ", Said(holder)));
  return std::nullopt;
}

void Judge::JudgeStandby(const Body& body, const std::string& leader_uid) {
  const Leadership& said = body.broker->Says().leadership;
  if (said.state() == Leadership::STATE_STANDBY && said.leader().uid() == leader_uid) return;
  // Nobody leads under a lock that is marked.
  if (said.state() == Leadership::STATE_STANDBY && ReadFacts(*world_->store.lock()).released) return;
  Break("they disagree", absl::StrCat(leader_uid, " holds the lock, and ", Said(body)));
}

std::vector<std::string> Judge::Predecessors(const std::string& but) const {
  std::vector<std::string> found;
  for (const auto& body : world_->bodies) {
    const PodPtr object = body->Object();
    if (object == nullptr || body->uid == but || (HasFinished(*object) && body->end_reported)) continue;
    const bool stuck = body->node_lost && object->metadata().has_deletion_timestamp();
    if (stuck || robbed_.count(body->uid) > 0) found.push_back(body->uid);
  }
  return found;
}

}  // namespace leadership_broker::simulation
