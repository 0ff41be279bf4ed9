#include "tests/simulation/store.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

#include "tests/simulation/outcomes.h"

namespace leadership_broker::simulation {

using kube::WatchEventKind;

PodPtr Store::pod(const std::string& name) const {
  auto found = pods_.find(name);
  return found == pods_.end() ? nullptr : found->second;
}

NodePtr Store::node(const std::string& name) const {
  auto found = nodes_.find(name);
  return found == nodes_.end() ? nullptr : found->second;
}

PodPtr Store::PodOf(const std::string& uid) const {
  for (const auto& [name, pod] : pods_) {
    if (pod->metadata().uid() == uid) return pod;
  }
  return nullptr;
}

kube::WriteAnswer Store::CreateLock(const kube::ConfigMap& lock, absl::Time now) {
  if (lock_ != nullptr) return {Failure(absl::StatusCode::kAlreadyExists, 409), {}};
  kube::ConfigMap made = lock;
  made.mutable_metadata()->set_uid(absl::StrCat("lock-", ++locks_made_));
  made.mutable_metadata()->mutable_creation_timestamp()->set_seconds(absl::ToUnixSeconds(now));
  PutLock(std::move(made));
  return {Success(201), *lock_};
}

kube::Outcome Store::Check(const kube::Precondition& precondition) const {
  if (lock_ == nullptr) return Failure(absl::StatusCode::kNotFound, 404);
  const kube::ObjectMeta& now = lock_->metadata();
  const bool same = (precondition.uid.empty() || precondition.uid == now.uid()) &&
                    (precondition.resource_version.empty() || precondition.resource_version == now.resource_version());
  return same ? Success(200) : Failure(absl::StatusCode::kAborted, 409);
}

kube::WriteAnswer Store::DeleteLock(const kube::Precondition& precondition) {
  kube::Outcome outcome = Check(precondition);
  // One that is being deleted already waits for whoever holds it back.
  if (outcome.ok() && !lock_->metadata().has_deletion_timestamp()) RemoveLock();
  return {std::move(outcome), {}};
}

kube::WriteAnswer Store::AnnotateLock(const kube::Precondition& precondition, const std::string& annotation,
                                      const std::string& value) {
  kube::Outcome outcome = Check(precondition);
  if (!outcome.ok()) return {std::move(outcome), {}};
  kube::ConfigMap lock = *lock_;
  (*lock.mutable_metadata()->mutable_annotations())[annotation] = value;
  PutLock(std::move(lock));
  return {std::move(outcome), *lock_};
}

void Store::PutLock(kube::ConfigMap lock) {
  const WatchEventKind kind = lock_ == nullptr ? WatchEventKind::kAdded : WatchEventKind::kModified;
  lock.mutable_metadata()->set_resource_version(absl::StrCat(++revision_));
  lock_ = std::make_shared<const kube::ConfigMap>(std::move(lock));
  Record({revision_, kind, kLock, lock_});
}

void Store::RemoveLock() {
  kube::ConfigMap last = *std::exchange(lock_, nullptr);
  last.mutable_metadata()->set_resource_version(absl::StrCat(++revision_));
  Record({revision_, WatchEventKind::kDeleted, kLock, std::make_shared<const kube::ConfigMap>(std::move(last))});
}

void Store::PutPod(kube::Pod pod) {
  PodPtr& slot = pods_[pod.metadata().name()];
  const WatchEventKind kind = slot == nullptr ? WatchEventKind::kAdded : WatchEventKind::kModified;
  pod.mutable_metadata()->set_resource_version(absl::StrCat(++revision_));
  slot = std::make_shared<const kube::Pod>(std::move(pod));
  Record({revision_, kind, slot->metadata().name(), nullptr, slot});
}

void Store::RemovePod(const std::string& name) {
  kube::Pod last = *pods_.at(name);
  pods_.erase(name);
  last.mutable_metadata()->set_resource_version(absl::StrCat(++revision_));
  Record({revision_, WatchEventKind::kDeleted, name, nullptr, std::make_shared<const kube::Pod>(std::move(last))});
}

void Store::PutNode(kube::Node node) {
  NodePtr& slot = nodes_[node.metadata().name()];
  const WatchEventKind kind = slot == nullptr ? WatchEventKind::kAdded : WatchEventKind::kModified;
  node.mutable_metadata()->set_resource_version(absl::StrCat(++revision_));
  slot = std::make_shared<const kube::Node>(std::move(node));
  Record({revision_, kind, slot->metadata().name(), nullptr, nullptr, slot});
}

void Store::RestoreTo(uint64_t revision) {
  while (!changes_.empty() && changes_.back().revision > revision) changes_.pop_back();
  revision_ = revision;
  compacted_ = std::min(compacted_, revision);
  lock_ = nullptr;
  pods_.clear();
  nodes_.clear();
  for (const Change& change : changes_) {
    const bool deleted = change.kind == WatchEventKind::kDeleted;
    if (change.lock != nullptr) lock_ = deleted ? nullptr : change.lock;
    if (change.node != nullptr) nodes_[change.name] = change.node;
    if (change.pod == nullptr) continue;
    if (deleted) pods_.erase(change.name);
    if (!deleted) pods_[change.name] = change.pod;
  }
}

void Store::Record(Change change) {
  changes_.push_back(std::move(change));
  on_change_(changes_.back());
}

}  // namespace leadership_broker::simulation
