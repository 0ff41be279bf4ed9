#include "tests/fake_kube_apiserver/deletion.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

#include "tests/fake_kube_apiserver/object_rules.h"
#include "tests/fake_kube_apiserver/pod_rules.h"

namespace leadership_broker::testing::fake {
namespace {

std::optional<ApiResult> CheckPreconditions(const Resource& resource, const json& metadata,
                                            const DeleteOptions& options) {
  const std::string name = metadata.at("name");
  const std::string uid = metadata.at("uid");
  const std::string version = metadata.at("resourceVersion");
  if (options.uid.has_value() && *options.uid != uid) {
    return DeletionConflict(
        resource, name,
        absl::StrCat("the UID in the precondition (", *options.uid, ") does not match the UID in record (", uid,
                     "). The object might have been deleted and then recreated"));
  }
  if (options.resource_version.has_value() && *options.resource_version != version) {
    return DeletionConflict(resource, name,
                            absl::StrCat("the ResourceVersion in the precondition (", *options.resource_version,
                                         ") does not match the ResourceVersion in record (", version,
                                         "). The object might have been modified"));
  }
  return std::nullopt;
}

// The finalizers by which the garbage collector learns what to do with the dependents.
json WithPropagation(const std::string& policy, const json& finalizers) {
  if (policy.empty()) return finalizers;
  json result = json::array();
  for (const json& finalizer : finalizers) {
    if (finalizer != kForegroundFinalizer && finalizer != kOrphanFinalizer) result.push_back(finalizer);
  }
  if (policy == "Orphan") result.push_back(kOrphanFinalizer);
  if (policy == "Foreground") result.push_back(kForegroundFinalizer);
  return result;
}

// A second deletion can only shorten the grace that the first one gave.
Deletion Shorten(const json& object, const DeleteOptions& options, absl::Time now) {
  Deletion deletion;
  const json& metadata = object.at("metadata");
  const int64_t given = metadata.value("deletionGracePeriodSeconds", int64_t{0});
  if (!options.grace_period_seconds.has_value()) return deletion;
  const int64_t asked = std::max<int64_t>(*options.grace_period_seconds, 0);
  if (asked >= given) return deletion;
  deletion.changed = object;
  const absl::Time end = ParseTimestamp(metadata.at("deletionTimestamp")) - absl::Seconds(given) + absl::Seconds(asked);
  deletion.changed["metadata"]["deletionTimestamp"] = FormatTimestamp(std::max(end, now));
  deletion.changed["metadata"]["deletionGracePeriodSeconds"] = asked;
  return deletion;
}

}  // namespace

std::optional<ApiResult> DeleteOptions::Parse(const json& body, DeleteOptions& options) {
  if (const auto grace = body.find("gracePeriodSeconds"); grace != body.end() && !grace->is_null()) {
    if (!grace->is_number_integer()) {
      return BadRequest(
          "json: cannot unmarshal string into Go struct field DeleteOptions.gracePeriodSeconds of type int64");
    }
    options.grace_period_seconds = grace->get<int64_t>();
  }
  if (const auto preconditions = body.find("preconditions"); preconditions != body.end() && !preconditions->is_null()) {
    if (preconditions->contains("uid")) options.uid = preconditions->at("uid");
    if (preconditions->contains("resourceVersion")) options.resource_version = preconditions->at("resourceVersion");
  }
  options.propagation_policy = body.value("propagationPolicy", options.propagation_policy);
  const std::vector<std::string> known = {"", "Background", "Foreground", "Orphan"};
  if (std::find(known.begin(), known.end(), options.propagation_policy) == known.end()) {
    return Invalid("DeleteOptions.meta.k8s.io", "", "FieldValueNotSupported", "propagationPolicy",
                   absl::StrCat("Unsupported value: \"", options.propagation_policy,
                                "\": supported values: \"Foreground\", \"Background\", \"Orphan\", \"nil\""));
  }
  return std::nullopt;
}

Deletion DecideDeletion(const Resource& resource, const json& object, const DeleteOptions& options, absl::Time now) {
  Deletion deletion;
  const json& metadata = object.at("metadata");
  deletion.refusal = CheckPreconditions(resource, metadata, options);
  if (deletion.refusal.has_value()) return deletion;

  const bool already = metadata.contains("deletionTimestamp");
  if (already && resource.kind == "Pod") {
    deletion = Shorten(object, options, now);
    // Otherwise the pending deletion stands as it is, its finalizers included.
    if (deletion.changed.is_null()) return deletion;
  }
  json changed = deletion.changed.is_null() ? object : deletion.changed;

  const json finalizers = metadata.value("finalizers", json::array());
  const json wanted = WithPropagation(options.propagation_policy, finalizers);
  if (wanted.empty()) {
    changed["metadata"].erase("finalizers");
  } else {
    changed["metadata"]["finalizers"] = wanted;
  }
  if (!already) {
    const bool graceful = resource.kind == "Pod";
    const int64_t grace = graceful ? PodGracePeriod(object, options.grace_period_seconds) : 0;
    if (!graceful && wanted.empty()) {
      // Such an object is never marked: its last state, in the DELETED event, carries no deletionTimestamp.
      deletion.remove = true;
      return deletion;
    }
    changed["metadata"]["deletionTimestamp"] = FormatTimestamp(now + absl::Seconds(grace));
    changed["metadata"]["deletionGracePeriodSeconds"] = grace;
    if (metadata.contains("generation")) {
      changed["metadata"]["generation"] = metadata.at("generation").get<int64_t>() + 1;
    }
  }
  if (changed != object) deletion.changed = std::move(changed);
  deletion.remove = NothingHolds(deletion.changed.is_null() ? object : deletion.changed);
  return deletion;
}

bool NothingHolds(const json& object) {
  const json& metadata = object.at("metadata");
  return metadata.contains("deletionTimestamp") && metadata.value("finalizers", json::array()).empty() &&
         metadata.value("deletionGracePeriodSeconds", int64_t{0}) == 0;
}

}  // namespace leadership_broker::testing::fake
