#include "tests/simulation/collector.h"

#include <utility>

namespace leadership_broker::simulation {
namespace {

bool Owns(const kube::ConfigMap& lock, const std::string& uid) {
  for (const kube::OwnerReference& owner : lock.metadata().owner_references()) {
    if (owner.uid() == uid) return true;
  }
  return false;
}

}  // namespace

void Collector::Offer(Moves& moves) {
  if (stalled_) {
    moves.AddOptional(
        0.3, [this] { stalled_ = false; }, "goes on");
    return;
  }
  moves.AddFault(
      Fault::kCollectorStall, 0.3, [this] { stalled_ = true; }, "stalls");
  if (plan_.has_value()) {
    moves.Add(
        3, [this] { Act(); }, "acts");
    moves.AddFault(
        Fault::kCollectorStall, 0.3, [this] { plan_.reset(); }, "restarts");
  } else if (std::optional<Plan> plan = Look(); plan.has_value()) {
    moves.Add(
        3, [this, plan] { plan_ = plan; }, "sees what is to be done to ", plan->lock_uid);
  }
  const LockPtr lock = world_->store.lock();
  if (lock != nullptr && lock->metadata().has_deletion_timestamp()) {
    moves.Add(
        2, [this] { world_->store.RemoveLock(); }, "finishes the deletion of the lock");
  }
  for (const auto& [name, pod] : world_->store.pods()) {
    const std::string& uid = pod->metadata().uid();
    const Propagation awaited = world_->pod_objects.Awaits(uid);
    // Orphaning comes before the owner goes. The lock does not block its owner's foreground deletion.
    if (awaited == Propagation::kBackground) continue;
    if (awaited == Propagation::kOrphan && lock != nullptr && Owns(*lock, uid)) continue;
    moves.Add(
        2, [this, uid = uid] { world_->pod_objects.Finish(uid); }, "is done with the dependents of ", uid);
  }
}

std::optional<Collector::Plan> Collector::Look() const {
  const LockPtr lock = world_->store.lock();
  if (lock == nullptr || lock->metadata().has_deletion_timestamp()) return std::nullopt;
  Plan plan;
  plan.lock_uid = lock->metadata().uid();
  int solid = 0;
  std::set<std::string> waiting;
  for (const kube::OwnerReference& owner : lock->metadata().owner_references()) {
    const Propagation awaited = world_->pod_objects.Awaits(owner.uid());
    // Owners of other kinds are there.
    const bool gone = owner.kind() == "Pod" && world_->store.PodOf(owner.uid()) == nullptr;
    if (gone) {
      plan.owners.insert(owner.uid());
    } else if (awaited == Propagation::kForeground) {
      waiting.insert(owner.uid());
    } else if (awaited == Propagation::kOrphan) {
      plan.owners = {owner.uid()};
      plan.orphan = true;
      return plan;
    } else {
      ++solid;
    }
  }
  // An owner that waits for its dependents to go is a reason to go, but where another still wants it.
  if (solid == 0) plan.owners.insert(waiting.begin(), waiting.end());
  if (plan.owners.empty()) return std::nullopt;
  return plan;
}

void Collector::Act() {
  const Plan plan = *std::exchange(plan_, std::nullopt);
  const LockPtr lock = world_->store.lock();
  if (lock == nullptr || lock->metadata().uid() != plan.lock_uid) return;
  kube::ConfigMap left = *lock;
  left.mutable_metadata()->clear_owner_references();
  size_t found = 0;
  for (const kube::OwnerReference& owner : lock->metadata().owner_references()) {
    if (plan.owners.count(owner.uid()) > 0) {
      ++found;
    } else {
      *left.mutable_metadata()->add_owner_references() = owner;
    }
  }
  // Its owners have changed since: it looks again.
  if (found != plan.owners.size()) return;
  if (left.metadata().owner_references().empty() && !plan.orphan) return world_->store.RemoveLock();
  world_->store.PutLock(std::move(left));
}

}  // namespace leadership_broker::simulation
