#include "tests/fake_kube_apiserver/object_rules.h"

#include <algorithm>
#include <random>
#include <regex>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

#include "tests/fake_kube_apiserver/event_rules.h"
#include "tests/fake_kube_apiserver/pod_rules.h"

namespace leadership_broker::testing::fake {
namespace {

constexpr char kTimeFormat[] = "%Y-%m-%dT%H:%M:%SZ";
constexpr char kSubdomainHelp[] =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and "
    "end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
    "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
constexpr char kLabelHelp[] =
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with "
    "an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is "
    "'[a-z0-9]([-a-z0-9]*[a-z0-9])?')";

std::mt19937_64& Random() {
  static thread_local std::mt19937_64 random{std::random_device{}()};
  return random;
}

// RFC 4122, version 4.
std::string NewUid() {
  const uint64_t high = Random()();
  const uint64_t low = Random()();
  return absl::StrFormat("%08x-%04x-4%03x-%04x-%012x", high >> 32, high >> 16 & 0xffff, high & 0xfff,
                         (low >> 48 & 0x3fff) | 0x8000, low & 0xffffffffffff);
}

std::string GeneratedName(const std::string& prefix) {
  constexpr char kLetters[] = "bcdfghjklmnpqrstvwxz2456789";
  std::uniform_int_distribution<size_t> draw(0, sizeof(kLetters) - 2);
  std::string name = prefix;
  for (int i = 0; i < 5; ++i) name += kLetters[draw(Random())];
  return name;
}

// Why `name` is none; empty when it is one.
std::string NameFault(NameRule rule, const std::string& name) {
  static const auto* const subdomain =
      new std::regex(R"([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*)");
  static const auto* const label = new std::regex("[a-z0-9]([-a-z0-9]*[a-z0-9])?");
  switch (rule) {
    case NameRule::kDnsSubdomain:
      if (name.size() > 253) return "must be no more than 253 bytes";
      return std::regex_match(name, *subdomain) ? "" : kSubdomainHelp;
    case NameRule::kDnsLabel:
      if (name.size() > 63) return "must be no more than 63 bytes";
      return std::regex_match(name, *label) ? "" : kLabelHelp;
    case NameRule::kPathSegment:
      if (name == "." || name == "..") return absl::StrCat("may not be '", name, "'");
      return name.find_first_of("/%") == std::string::npos ? "" : "may not contain '/' or '%'";
  }
  return "";
}

ApiResult InvalidField(const Resource& resource, const std::string& name, const std::string& field, const json& value,
                       const std::string& why) {
  return Invalid(resource.QualifiedKind(), name, "FieldValueInvalid", field,
                 absl::StrCat("Invalid value: ", value.dump(), ": ", why));
}

// What can be said of metadata whether the object is new or not.
std::optional<ApiResult> CheckMetadata(const Resource& resource, const json& metadata) {
  const std::string name = metadata.at("name");
  static const auto* const label_value = new std::regex("(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?");
  const json labels = metadata.value("labels", json::object());
  for (const auto& label : labels.items()) {
    const std::string value = label.value();
    if (value.size() > 63 || !std::regex_match(value, *label_value)) {
      return InvalidField(
          resource, name, "metadata.labels", value,
          "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.'");
    }
  }
  const json annotations = metadata.value("annotations", json::object());
  for (const auto& annotation : annotations.items()) {
    if (!annotation.value().is_string()) return BadRequest("metadata.annotations: not a string");
  }
  std::string controller;
  for (const json& owner : metadata.value("ownerReferences", json::array())) {
    for (const char* field : {"apiVersion", "kind", "name", "uid"}) {
      if (owner.value(field, "").empty()) {
        return InvalidField(resource, name, absl::StrCat("metadata.ownerReferences.", field), "", "must not be empty");
      }
    }
    if (!owner.value("controller", false)) continue;
    const std::string known_as = absl::StrCat(owner.value("kind", ""), "/", owner.value("name", ""));
    if (!controller.empty()) {
      return InvalidField(
          resource, name, "metadata.ownerReferences", metadata.at("ownerReferences"),
          absl::StrCat("Only one reference can have Controller set to true. Found \"true\" in references for ",
                       controller, " and ", known_as));
    }
    controller = known_as;
  }
  return std::nullopt;
}

// The real server leaves out what is empty.
void DropEmptyFields(json& object) {
  for (auto field = object.begin(); field != object.end();) {
    const bool empty = field->is_null() || ((field->is_object() || field->is_array()) && field->empty());
    field = empty ? object.erase(field) : std::next(field);
  }
}

// The kind may be left out; the namespace too.
std::optional<ApiResult> CheckIdentity(const Resource& resource, const std::string& namespace_name, json& object) {
  const std::string kind = object.value("kind", resource.kind);
  if (kind != resource.kind || object.value("apiVersion", resource.ApiVersion()) != resource.ApiVersion()) {
    return BadRequest(absl::StrCat(kind, " in version \"", object.value("apiVersion", resource.ApiVersion()),
                                   "\" cannot be handled as a ", resource.kind));
  }
  object["kind"] = resource.kind;
  object["apiVersion"] = resource.ApiVersion();
  json& metadata = object["metadata"];
  if (metadata.is_null()) metadata = json::object();
  DropEmptyFields(metadata);
  if (metadata.value("namespace", namespace_name) != namespace_name) {
    return BadRequest("the namespace of the provided object does not match the namespace sent on the request");
  }
  if (!namespace_name.empty()) metadata["namespace"] = namespace_name;
  return std::nullopt;
}

// Sets `field` as it is in `existing`, where `metadata` lacks it; a failure where it differs.
std::optional<ApiResult> KeepField(const Resource& resource, const json& existing, const char* field, json& metadata) {
  if (!metadata.contains(field)) {
    if (existing.contains(field)) metadata[field] = existing.at(field);
    return std::nullopt;
  }
  if (existing.contains(field) && existing.at(field) == metadata.at(field)) return std::nullopt;
  return InvalidField(resource, existing.at("name"), absl::StrCat("metadata.", field), metadata.at(field),
                      "field is immutable");
}

std::optional<ApiResult> CheckFinalizers(const Resource& resource, const json& existing, const json& metadata) {
  if (!existing.contains("deletionTimestamp")) return std::nullopt;
  const json old = existing.value("finalizers", json::array());
  for (const json& finalizer : metadata.value("finalizers", json::array())) {
    if (std::find(old.begin(), old.end(), finalizer) != old.end()) continue;
    return Invalid(resource.QualifiedKind(), existing.at("name"), "FieldValueForbidden", "metadata.finalizers",
                   absl::StrCat("Forbidden: no new finalizers can be added if the object is being deleted, found new "
                                "finalizers []string{",
                                finalizer.dump(), "}"));
  }
  return std::nullopt;
}

}  // namespace

std::string FormatTimestamp(absl::Time time) { return absl::FormatTime(kTimeFormat, time, absl::UTCTimeZone()); }

absl::Time ParseTimestamp(const std::string& text) {
  absl::Time time;
  std::string error;
  return absl::ParseTime(kTimeFormat, text, &time, &error) ? time : absl::InfinitePast();
}

std::optional<ApiResult> PrepareCreate(const Resource& resource, const std::string& namespace_name, absl::Time now,
                                       json& object) {
  if (std::optional<ApiResult> failure = CheckIdentity(resource, namespace_name, object)) return failure;
  json& metadata = object["metadata"];
  if (metadata.contains("resourceVersion")) {
    return Failure(500, "resourceVersion should not be set on objects to be created");
  }
  if (metadata.value("name", "").empty()) {
    if (metadata.value("generateName", "").empty()) {
      return Invalid(resource.QualifiedKind(), "", "FieldValueRequired", "metadata.name",
                     "Required value: name or generateName is required");
    }
    metadata["name"] = GeneratedName(metadata.at("generateName"));
  }
  const std::string name = metadata.at("name");
  if (const std::string fault = NameFault(resource.name_rule, name); !fault.empty()) {
    return InvalidField(resource, name, "metadata.name", name, fault);
  }
  if (std::optional<ApiResult> failure = CheckMetadata(resource, metadata)) return failure;
  for (const char* field : {"deletionTimestamp", "deletionGracePeriodSeconds", "generation", "selfLink"}) {
    metadata.erase(field);
  }
  metadata["uid"] = NewUid();
  metadata["creationTimestamp"] = FormatTimestamp(now);
  if (resource.kind == "Namespace") {
    metadata["labels"]["kubernetes.io/metadata.name"] = name;
    object["status"] = {{"phase", "Active"}};
  }
  if (resource.kind == "Pod") return PreparePodCreate(object);
  if (resource.kind == "Event") return CheckEvent(object);
  return std::nullopt;
}

std::optional<ApiResult> PrepareUpdate(const Resource& resource, const json& existing, Part part, Method method,
                                       json& object) {
  const json& before = existing.at("metadata");
  const std::string name = before.at("name");
  if (std::optional<ApiResult> failure = CheckIdentity(resource, before.value("namespace", ""), object)) return failure;
  json& metadata = object["metadata"];
  if (metadata.value("name", name) != name) {
    return BadRequest(absl::StrCat("the name of the object (", metadata.value("name", ""),
                                   ") does not match the name on the URL (", name, ")"));
  }
  metadata["name"] = name;
  if (metadata.contains("resourceVersion") && metadata.at("resourceVersion") != before.at("resourceVersion")) {
    return UpdateConflict(
        resource, name, "the object has been modified; please apply your changes to the latest version and try again");
  }
  metadata["resourceVersion"] = before.at("resourceVersion");
  if (method == Method::kPut && metadata.contains("uid") && metadata.at("uid") != before.at("uid")) {
    return UpdateConflict(resource, name,
                          absl::StrCat("StorageError: invalid object, Precondition failed: UID in precondition: ",
                                       metadata.value("uid", ""), ", UID in object meta: ", before.value("uid", "")));
  }
  for (const char* field : {"uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds"}) {
    if (std::optional<ApiResult> failure = KeepField(resource, before, field, metadata)) return failure;
  }
  metadata.erase("generation");
  if (before.contains("generation")) metadata["generation"] = before.at("generation");
  if (std::optional<ApiResult> failure = CheckFinalizers(resource, before, metadata)) return failure;
  if (std::optional<ApiResult> failure = CheckMetadata(resource, metadata)) return failure;
  if (part == Part::kStatus) {
    if (existing.contains("spec")) object["spec"] = existing.at("spec");
    metadata.erase("ownerReferences");
    if (before.contains("ownerReferences")) metadata["ownerReferences"] = before.at("ownerReferences");
    return std::nullopt;
  }
  if (resource.has_status) {
    object.erase("status");
    if (existing.contains("status")) object["status"] = existing.at("status");
  }
  if (resource.kind == "Pod") return CheckPodUpdate(existing, object);
  if (resource.kind == "Event") return CheckEventUpdate(existing, object);
  return std::nullopt;
}

}  // namespace leadership_broker::testing::fake
