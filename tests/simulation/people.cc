#include "tests/simulation/people.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "tests/simulation/kubelet.h"
#include "tests/simulation/nodes.h"

namespace leadership_broker::simulation {
namespace {

constexpr int kMostIncarnations = 5;

int Incarnations(const World& world, const std::string& name) {
  return static_cast<int>(
      std::count_if(world.bodies.begin(), world.bodies.end(), [&](const auto& body) { return body->name == name; }));
}

void OfferDeletions(World& world, Body& body, const kube::Pod& pod, Moves& moves) {
  const auto deletes = [&world, &body](int grace_seconds, Propagation propagation) {
    return [&world, &body, grace_seconds, propagation] {
      world.pod_objects.Delete(body.name, grace_seconds, propagation);
    };
  };
  if (!pod.metadata().has_deletion_timestamp()) {
    const int grace = PodObjects::kGraceSeconds;
    moves.AddFault(Fault::kGraceful, 0.5, deletes(grace, Propagation::kBackground), "delete ", body.uid);
    moves.AddFault(Fault::kGraceful, 0.3, deletes(1, Propagation::kBackground), "delete ", body.uid, " with --now");
    moves.AddFault(Fault::kForeground, 0.5, deletes(grace, Propagation::kForeground), "delete ", body.uid,
                   " with --cascade=foreground");
    moves.AddFault(Fault::kOrphaning, 0.3, deletes(grace, Propagation::kOrphan), "delete ", body.uid,
                   " with --cascade=orphan");
  }
  moves.AddFault(Fault::kForced, 0.2, deletes(0, Propagation::kBackground), "delete ", body.uid, " by force");
  if (body.stopping) {
    if (body.phase_reported) return;
    moves.AddFault(
        Fault::kEviction, 0.5,
        [&world, &body] {
          body.phase_reported = true;
          world.pod_objects.ReportPhase(body.name, "Failed");
        },
        "report ", body.uid, " as Failed while its containers run");
    return;
  }
  moves.AddFault(
      Fault::kEviction, 0.3, [&world, &body] { BeginEnd(world, body, "Failed"); }, "evict ", body.uid);
  moves.AddFault(
      Fault::kCompletion, 0.3, [&world, &body] { BeginEnd(world, body, "Succeeded"); }, "complete ", body.uid);
}

// The lock's object after an edit.
void Edit(World& world, const std::function<void(kube::ObjectMeta&)>& edit) {
  kube::ConfigMap lock = *world.store.lock();
  world.judge.TouchedByHand(lock);
  edit(*lock.mutable_metadata());
  world.store.PutLock(std::move(lock));
}

void SetOwner(const std::string& name, const std::string& uid, const std::string& kind, kube::OwnerReference& owner) {
  owner.set_api_version("v1");
  owner.set_kind(kind);
  owner.set_name(name);
  owner.set_uid(uid);
}

void OfferEdits(World& world, Moves& moves) {
  moves.AddFault(
      Fault::kHandEdit, 0.3,
      [&world] { Edit(world, [](kube::ObjectMeta& lock) { (*lock.mutable_annotations())["note"] += "+"; }); },
      "annotate the lock");
  moves.AddFault(
      Fault::kHandEdit, 0.1, [&world] { Edit(world, [](kube::ObjectMeta& lock) { lock.clear_owner_references(); }); },
      "take the lock's owner away");
  moves.AddFault(
      Fault::kHandEdit, 0.1,
      [&world] {
        Edit(world, [](kube::ObjectMeta& lock) {
          lock.clear_owner_references();
          SetOwner("somebody", "deployment", "Deployment", *lock.add_owner_references());
        });
      },
      "give the lock to a Deployment");
  for (const auto& body : world.bodies) {
    if (body->Object() == nullptr) continue;
    Body* const pod = body.get();
    moves.AddFault(
        Fault::kHandEdit, 0.1,
        [&world, pod] {
          Edit(world,
               [pod](kube::ObjectMeta& lock) { SetOwner(pod->name, pod->uid, "Pod", *lock.add_owner_references()); });
        },
        "add ", body->uid, " to the lock's owners");
    moves.AddFault(
        Fault::kHandEdit, 0.1,
        [&world, pod] {
          Edit(world, [pod](kube::ObjectMeta& lock) {
            lock.clear_owner_references();
            SetOwner(pod->name, pod->uid, "Pod", *lock.add_owner_references());
            (*lock.mutable_annotations())["leadership-broker/holder-uid"] = pod->uid;
            (*lock.mutable_annotations())["leadership-broker/holder-name"] = pod->name;
          });
        },
        "give the lock to ", body->uid);
  }
}

}  // namespace

std::string PodName(int index) { return std::string(1, static_cast<char>('a' + index)); }

void OfferPod(World& world, const std::string& name, Moves& moves) {
  const auto make = [&world, name](bool labelled) {
    return [&world, name, labelled] {
      world.bodies.push_back(std::make_unique<Body>(&world, name, Incarnations(world, name) + 1, labelled));
      MakeNode(world, world.bodies.back()->uid);
      world.pod_objects.Create(name, world.bodies.back()->uid, labelled);
    };
  };
  moves.Add(1.5, make(true), "make pod ", name);
  moves.AddFault(Fault::kUnlabelled, 0.5, make(false), "make pod ", name, " without label");
}

void OfferPods(World& world, Moves& moves) {
  // When faults have stopped nobody makes pods.
  for (int i = 0; i < world.settings.pod_names() && moves.with_faults(); ++i) {
    const std::string name = PodName(i);
    const bool free = world.store.pod(name) == nullptr && Incarnations(world, name) < kMostIncarnations;
    if (free) OfferPod(world, name, moves);
  }
  for (const auto& body : world.bodies) {
    if (const PodPtr pod = body->Object(); pod != nullptr) OfferDeletions(world, *body, *pod, moves);
  }
}

void OfferHands(World& world, Moves& moves) {
  const LockPtr lock = world.store.lock();
  if (lock == nullptr) {
    moves.AddFault(
        Fault::kHandEdit, 0.01,
        [&world] {
          kube::ConfigMap foreign;
          foreign.mutable_metadata()->set_name(kLock);
          foreign.mutable_metadata()->set_uid(absl::StrCat("foreign-", world.store.revision()));
          world.store.PutLock(std::move(foreign));
        },
        "make a ConfigMap under the lock's name");
    return;
  }
  if (lock->metadata().has_deletion_timestamp()) return;
  moves.AddFault(
      Fault::kHandDelete, 0.4, [&world] { RemoveLockByHand(world); }, "delete the lock");
  moves.AddFault(
      Fault::kHandDelete, 0.2,
      [&world] {
        Edit(world, [&world](kube::ObjectMeta& metadata) {
          metadata.mutable_deletion_timestamp()->set_seconds(absl::ToUnixSeconds(world.now));
        });
      },
      "delete the lock with --cascade=foreground");
  OfferEdits(world, moves);
}

void RemoveLockByHand(World& world) {
  world.judge.TouchedByHand(*world.store.lock());
  world.store.RemoveLock();
}

}  // namespace leadership_broker::simulation
