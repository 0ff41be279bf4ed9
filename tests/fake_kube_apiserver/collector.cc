#include "tests/fake_kube_apiserver/collector.h"

#include <algorithm>
#include <utility>

namespace leadership_broker::testing::fake {
namespace {

bool HasFinalizer(const json& object, const char* name) {
  const json finalizers = object.at("metadata").value("finalizers", json::array());
  return std::find(finalizers.begin(), finalizers.end(), name) != finalizers.end();
}

bool IsBeingDeleted(const json& object) { return object.at("metadata").contains("deletionTimestamp"); }

DeleteOptions ExactlyThis(const json& object) {
  DeleteOptions options;
  options.uid = object.at("metadata").at("uid");
  options.resource_version = object.at("metadata").at("resourceVersion");
  return options;
}

// A patch of one list in the metadata, refused when the object is not as it was read.
json PatchOfList(const json& object, const char* list, json value) {
  return {{"metadata",
           {{"uid", object.at("metadata").at("uid")},
            {"resourceVersion", object.at("metadata").at("resourceVersion")},
            {list, value.empty() ? json(nullptr) : std::move(value)}}}};
}

json OwnersOf(const json& object) { return object.at("metadata").value("ownerReferences", json::array()); }

}  // namespace

Collector::Collector(Store& store, std::chrono::milliseconds delay) : store_(store), delay_(delay) {}

Collector::~Collector() { Stop(); }

void Collector::Start() {
  if (thread_.joinable()) return;
  thread_ = std::thread([this] { Run(); });
}

void Collector::Stop() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard<std::mutex> lock(mu_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
  const std::lock_guard<std::mutex> lock(mu_);
  stopping_ = false;
  dirty_ = true;
}

void Collector::Notice() {
  {
    const std::lock_guard<std::mutex> lock(mu_);
    dirty_ = true;
  }
  changed_.notify_all();
}

void Collector::Run() {
  std::unique_lock<std::mutex> lock(mu_);
  for (;;) {
    changed_.wait(lock, [this] { return dirty_ || stopping_; });
    if (changed_.wait_for(lock, delay_, [this] { return stopping_; })) return;
    dirty_ = false;
    lock.unlock();
    Collect();
    lock.lock();
  }
}

Collector::Owner Collector::Find(const Uids& uids, const std::string& namespace_name, const json& reference) {
  if (FindKind(reference.value("apiVersion", ""), reference.value("kind", "")) == nullptr) return Owner::kSolid;
  const auto owner = uids.find(reference.value("uid", ""));
  if (owner == uids.end()) return Owner::kGone;
  const bool elsewhere = !owner->second.namespace_name.empty() && owner->second.namespace_name != namespace_name;
  if (elsewhere) return Owner::kGone;
  return owner->second.leaving ? Owner::kLeaving : Owner::kSolid;
}

void Collector::Collect() {
  const auto all = store_.All();
  Uids uids;
  for (const auto& [key, object] : all) {
    uids[object->at("metadata").at("uid")] = {key.namespace_name,
                                              IsBeingDeleted(*object) && HasFinalizer(*object, kForegroundFinalizer)};
  }
  for (const auto& [key, object] : all) CollectDependent(uids, key, *object);
  for (const auto& [key, object] : all) {
    if (IsBeingDeleted(*object)) FinishOwner(key, *object);
  }
}

void Collector::CollectDependent(const Uids& uids, const ObjectKey& key, const json& object) {
  if (IsBeingDeleted(object)) return;
  json solid = json::array();
  const json owners = OwnersOf(object);
  for (const json& owner : owners) {
    if (Find(uids, key.namespace_name, owner) == Owner::kSolid) solid.push_back(owner);
  }
  if (solid.size() == owners.size()) return;
  if (!solid.empty()) {
    store_.Patch(key, Part::kMain, PatchOfList(object, "ownerReferences", std::move(solid)));
    return;
  }
  DeleteOptions options = ExactlyThis(object);
  if (!HasFinalizer(object, kForegroundFinalizer) && !HasFinalizer(object, kOrphanFinalizer)) {
    options.propagation_policy = "Background";
  }
  store_.Delete(key, options);
}

void Collector::FinishOwner(const ObjectKey& key, const json& object) {
  const bool orphan = HasFinalizer(object, kOrphanFinalizer);
  if (!orphan && !HasFinalizer(object, kForegroundFinalizer)) return;
  const std::string uid = object.at("metadata").at("uid");
  for (const auto& [dependent, state] : store_.All()) {
    json others = json::array();
    bool blocks = false;
    const json owners = OwnersOf(*state);
    for (const json& owner : owners) {
      if (owner.value("uid", "") != uid) {
        others.push_back(owner);
      } else {
        blocks = owner.value("blockOwnerDeletion", false);
      }
    }
    if (others.size() == owners.size()) continue;
    if (!orphan) {
      // The owner waits; the end of this dependent brings the next pass.
      if (blocks) return;
      continue;
    }
    if (!store_.Patch(dependent, Part::kMain, PatchOfList(*state, "ownerReferences", std::move(others))).ok()) return;
  }
  json finalizers = json::array();
  for (const json& finalizer : object.at("metadata").at("finalizers")) {
    if (finalizer != kForegroundFinalizer && finalizer != kOrphanFinalizer) finalizers.push_back(finalizer);
  }
  store_.Patch(key, Part::kMain, PatchOfList(object, "finalizers", std::move(finalizers)));
}

}  // namespace leadership_broker::testing::fake
