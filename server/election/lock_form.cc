#include "server/election/lock_form.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "server/config/plain_text.h"

namespace leadership_broker::election {
namespace {

// It becomes part of what every subscriber is told, and an object may hold a megabyte.
constexpr size_t kMaxFlaw = 1000;

std::string Annotation(const kube::ConfigMap& config_map, const char* key) {
  auto found = config_map.metadata().annotations().find(key);
  return found == config_map.metadata().annotations().end() ? "" : found->second;
}

// InfiniteDuration for none, and for what is no time that anybody could wait for.
absl::Duration LimitIn(const std::string& text) {
  absl::Duration limit;
  return absl::ParseDuration(text, &limit) && limit > absl::ZeroDuration() ? limit : absl::InfiniteDuration();
}

bool IsPod(const kube::OwnerReference& owner) {
  return owner.api_version() == "v1" && owner.kind() == "Pod" && !owner.uid().empty() && !owner.name().empty();
}

std::string Describe(const kube::OwnerReference& owner) {
  return absl::StrCat(owner.kind(), " ", owner.name(), " (", owner.uid(), ")");
}

void ReadOwner(const kube::ConfigMap& config_map, Lock& lock) {
  const auto& owners = config_map.metadata().owner_references();
  const std::string holder_uid = Annotation(config_map, kHolderUidAnnotation);
  if (owners.empty()) {
    lock.holder = {Annotation(config_map, kHolderNameAnnotation), holder_uid, Annotation(config_map, kNodeAnnotation)};
    const bool known = !lock.holder.name.empty() && !lock.holder.uid.empty();
    lock.form = known ? Lock::Form::kOwnerless : Lock::Form::kInvalid;
    lock.flaw = known ? absl::StrCat("it has no owner, but was held by Pod ", lock.holder.name, " (", holder_uid, ")")
                      : "it has no owner";
    return;
  }
  if (owners.size() > 1) {
    lock.flaw =
        absl::StrCat("it has ", owners.size(),
                     " owners: ", absl::StrJoin(owners, ", ", [](std::string* out, const kube::OwnerReference& owner) {
                       absl::StrAppend(out, Describe(owner));
                     }));
    return;
  }
  const kube::OwnerReference& owner = owners[0];
  if (!IsPod(owner)) {
    lock.flaw = absl::StrCat("its owner is no Pod: ", Describe(owner));
    return;
  }
  if (!holder_uid.empty() && holder_uid != owner.uid()) {
    lock.flaw = absl::StrCat("its owner is ", Describe(owner), ", but its annotation ", kHolderUidAnnotation, " names ",
                             holder_uid);
    return;
  }
  lock.form = Lock::Form::kHeld;
  lock.holder = {owner.name(), owner.uid(), Annotation(config_map, kNodeAnnotation)};
}

}  // namespace

uint64_t ParseResourceVersion(const std::string& resource_version) {
  uint64_t version = 0;
  return absl::SimpleAtoi(resource_version, &version) ? version : 0;
}

Lock ReadLock(const kube::ConfigMap& config_map) {
  const kube::ObjectMeta& metadata = config_map.metadata();
  Lock lock;
  lock.uid = metadata.uid();
  lock.resource_version = metadata.resource_version();
  lock.version = ParseResourceVersion(metadata.resource_version());
  lock.creation_time = absl::FromUnixSeconds(metadata.creation_timestamp().seconds());
  lock.being_deleted = metadata.has_deletion_timestamp();
  lock.released_by = Annotation(config_map, kReleasedAnnotation);
  lock.unverified_limit = LimitIn(Annotation(config_map, kUnverifiedLimitAnnotation));
  ReadOwner(config_map, lock);
  lock.flaw = config::ToPlainText(config::Shortened(lock.flaw, kMaxFlaw));
  return lock;
}

kube::ConfigMap MakeLock(const LockTemplate& from) {
  kube::ConfigMap config_map;
  config_map.set_api_version("v1");
  config_map.set_kind("ConfigMap");
  kube::ObjectMeta& metadata = *config_map.mutable_metadata();
  metadata.set_namespace_(from.namespace_name);
  metadata.set_name(from.name);
  // No blockOwnerDeletion: with OwnerReferencesPermissionEnforcement it would need a right that the Role does not give.
  kube::OwnerReference& owner = *metadata.add_owner_references();
  owner.set_api_version("v1");
  owner.set_kind("Pod");
  owner.set_name(from.self.name);
  owner.set_uid(from.self.uid);
  auto& labels = *metadata.mutable_labels();
  labels[kManagedByLabel] = kManagedBy;
  labels[kVeleroExcludeLabel] = "true";  // R13: a restored lock would have no owner
  auto& annotations = *metadata.mutable_annotations();
  annotations[kHolderUidAnnotation] = from.self.uid;
  annotations[kHolderNameAnnotation] = from.self.name;
  annotations[kVersionAnnotation] = from.version;
  if (!from.self.node.empty()) annotations[kNodeAnnotation] = from.self.node;
  if (from.unverified_limit != absl::InfiniteDuration()) {
    annotations[kUnverifiedLimitAnnotation] = absl::FormatDuration(from.unverified_limit);
  }
  return config_map;
}

}  // namespace leadership_broker::election
