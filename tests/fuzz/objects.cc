#include "tests/fuzz/objects.h"

#include "absl/strings/str_cat.h"

#include "server/election/lock_form.h"
#include "server/election/pod_condition.h"

namespace leadership_broker::fuzz {
namespace {

struct Named {
  const char* name;
  const char* uid;
};
constexpr Named kPods[] = {{kSelfName, kSelfUid}, {"a", "a-1"}, {"b", "b-1"}, {kSelfName, "me-2"}};

void SetTime(absl::Time time, google::protobuf::Timestamp* timestamp) {
  timestamp->set_seconds(absl::ToUnixSeconds(time));
}

void AddOwner(const Named& pod, kube::ObjectMeta& metadata, const char* kind = "Pod") {
  kube::OwnerReference& owner = *metadata.add_owner_references();
  owner.set_api_version("v1");
  owner.set_kind(kind);
  owner.set_name(pod.name);
  owner.set_uid(pod.uid);
}

void Annotate(const Named& holder, kube::ObjectMeta& metadata) {
  (*metadata.mutable_annotations())[election::kHolderUidAnnotation] = holder.uid;
  (*metadata.mutable_annotations())[election::kHolderNameAnnotation] = holder.name;
}

void SetOwner(size_t choice, kube::ObjectMeta& metadata) {
  const Named& me = kPods[0];
  const Named& a = kPods[1];
  switch (choice) {
    case 4:
      return Annotate(a, metadata);
    case 5:
      return Annotate(me, metadata);
    case 6:
      return;
    case 7:
      Annotate(me, metadata);
      AddOwner(a, metadata);
      return AddOwner(me, metadata);
    case 8:
      return AddOwner({"node-1", "node-uid"}, metadata, "Node");
    case 9:
      Annotate(a, metadata);
      return AddOwner(me, metadata);
    default:
      Annotate(kPods[choice], metadata);
      return AddOwner(kPods[choice], metadata);
  }
}

void SetStatus(const char* container, bool stopped, kube::ContainerStatus* status) {
  status->set_name(container);
  if (stopped) {
    status->mutable_state()->mutable_terminated();
  } else {
    status->mutable_state()->mutable_running();
  }
}

}  // namespace

std::string ReadVersion(Line& line) {
  const size_t number = line.Choice(40);
  if (number < 36) return absl::StrCat(10 + number);
  constexpr const char* kNoNumbers[] = {"x", "18446744073709551616", "-1", "0"};
  return kNoNumbers[number - 36];
}

kube::ConfigMap ReadLockObject(Line& line) {
  kube::ConfigMap lock;
  kube::ObjectMeta& metadata = *lock.mutable_metadata();
  metadata.set_namespace_("ns");
  metadata.set_name("lock");
  metadata.set_uid(absl::StrCat("L", line.Choice(4)));
  metadata.set_resource_version(ReadVersion(line));
  SetOwner(line.Choice(10), metadata);
  if (line.Flag()) SetTime(ScriptBegins(), metadata.mutable_deletion_timestamp());
  if (const size_t released = line.Choice(3); released > 0) {
    (*metadata.mutable_annotations())[election::kReleasedAnnotation] = released == 1 ? "a-1" : kSelfUid;
  }
  if (const size_t made = line.Choice(36); made > 0) {
    SetTime(made == 35 ? absl::FromCivil(absl::CivilSecond(1), absl::UTCTimeZone())
                       : ScriptBegins() + absl::Seconds(static_cast<int64_t>(made) - 10),
            metadata.mutable_creation_timestamp());
  }
  return lock;
}

std::optional<kube::ConfigMap> ReadOptionalLock(Line& line) {
  if (!line.Flag()) return std::nullopt;
  return ReadLockObject(line);
}

kube::Pod ReadPodObject(Line& line) {
  kube::Pod pod;
  kube::ObjectMeta& metadata = *pod.mutable_metadata();
  const Named& named = kPods[line.Choice(4)];
  metadata.set_namespace_("ns");
  metadata.set_name(named.name);
  metadata.set_uid(named.uid);
  metadata.set_resource_version("100");
  if (const size_t going = line.Choice(3); going > 0) {
    SetTime(ScriptBegins() + absl::Seconds(30), metadata.mutable_deletion_timestamp());
    metadata.set_deletion_grace_period_seconds(going == 1 ? 30 : 0);
  }
  constexpr const char* kPhases[] = {"Running", "Pending", "Succeeded", "Failed", "Unheard"};
  pod.mutable_status()->set_phase(kPhases[line.Choice(5)]);
  const size_t stopped = line.Choice(3);
  pod.mutable_spec()->add_containers()->set_name("app");
  kube::Container* sidecar = pod.mutable_spec()->add_init_containers();
  sidecar->set_name("broker");
  sidecar->set_restart_policy("Always");
  SetStatus("app", stopped >= 1, pod.mutable_status()->add_container_statuses());
  SetStatus("broker", stopped >= 2, pod.mutable_status()->add_init_container_statuses());
  if (!line.Flag()) pod.mutable_spec()->set_node_name("node-1");
  const size_t stands = line.Choice(3);
  if (stands == 1) (*metadata.mutable_labels())[election::kCandidateLabel] = "lock";
  if (stands == 2) (*metadata.mutable_annotations())[election::kCandidateAnnotation] = "other, lock";
  return pod;
}

std::optional<kube::Pod> ReadOptionalPod(Line& line) {
  if (!line.Flag()) return std::nullopt;
  return ReadPodObject(line);
}

kube::Outcome ReadOutcome(Line& line, absl::Time now) {
  constexpr absl::StatusCode kCodes[] = {absl::StatusCode::kOk,
                                         absl::StatusCode::kUnavailable,
                                         absl::StatusCode::kUnauthenticated,
                                         absl::StatusCode::kUnauthenticated,
                                         absl::StatusCode::kPermissionDenied,
                                         absl::StatusCode::kNotFound,
                                         absl::StatusCode::kAlreadyExists,
                                         absl::StatusCode::kAborted,
                                         absl::StatusCode::kOutOfRange,
                                         absl::StatusCode::kInvalidArgument,
                                         absl::StatusCode::kResourceExhausted,
                                         absl::StatusCode::kInternal,
                                         absl::StatusCode::kDataLoss,
                                         absl::StatusCode::kUnknown};
  const size_t choice = line.Choice(std::size(kCodes));
  kube::Outcome outcome;
  if (choice != 0) outcome.status = absl::Status(kCodes[choice], "cannot do that");
  outcome.token_is_good = choice == 3;
  outcome.retry_after = absl::Seconds(line.Choice(4) * 100);
  if (const size_t off = line.Choice(36); off > 0) {
    outcome.server_time = now + absl::Seconds(static_cast<int64_t>(off) - 18);
  }
  return outcome;
}

}  // namespace leadership_broker::fuzz
