// Objects of the API as JSON, and what the election reads from them.
//
// Input: a letter for the type (C ConfigMap, L their list, P Pod, Q their list, S Status), then the JSON.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"

#include "server/election/lock_form.h"
#include "server/election/pod_condition.h"
#include "server/kube/json.h"
#include "server/kube/requests.h"
#include "tests/fuzz/check.h"

namespace leadership_broker::fuzz {
namespace {

using election::Lock;
using election::PodCondition;

// What was read can be written, and read again as the same.
template <typename Message>
std::optional<Message> ReadAndWrite(absl::string_view json) {
  absl::StatusOr<Message> message = kube::FromJson<Message>(json);
  if (!message.ok()) {
    Check(absl::IsDataLoss(message.status()), "what cannot be read is DATA_LOSS", message.status().ToString());
    Check(IsPrintable(message.status().message()), "an error can be shown", message.status().ToString());
    return std::nullopt;
  }
  const absl::StatusOr<std::string> written = kube::ToJson(*message);
  Check(written.ok(), "what was read can be written", written.status().ToString());
  const absl::StatusOr<Message> again = kube::FromJson<Message>(*written);
  Check(again.ok() && Bytes(*again) == Bytes(*message), "what was written reads as the same", *written);
  return *std::move(message);
}

// The target is one word, the body one line, and both are ours to the last byte.
void CheckRequest(const kube::ApiRequest& request) {
  Check(request.valid.ok(), "a request can be sent", request.valid.ToString());
  for (const char c : request.http.target) Check(c > ' ' && c < 0x7f, "a target is escaped", request.http.target);
  Check(IsPrintable(request.http.body), "a body is one line", request.http.body);
}

// What the lock says is made a request of (R6).
void CheckRemoval(const Lock& lock) {
  const kube::ApiRequest removal = kube::DeleteRequest("configmaps", "ns", "lock", {lock.uid, lock.resource_version});
  CheckRequest(removal);
  const auto options = kube::FromJson<kube::DeleteOptions>(removal.http.body);
  Check(options.ok() && options->preconditions().uid() == lock.uid &&
            options->preconditions().resource_version() == lock.resource_version &&
            options->propagation_policy() == "Background",
        "R6: a removal names what it means", removal.http.body);
  CheckRequest(kube::WatchRequest("configmaps", {"ns", "lock", ""}, lock.resource_version, absl::Minutes(5)));
}

// A lock that we would make in the name of whoever this one names.
void CheckOwnLock(const kube::ConfigMap& seen) {
  election::LockTemplate from;
  from.namespace_name = "ns";
  from.name = "lock";
  from.self = {seen.metadata().name(), seen.metadata().uid(), seen.metadata().namespace_()};
  if (from.self.name.empty() || from.self.uid.empty()) return;
  const kube::ConfigMap made = election::MakeLock(from);
  const kube::ApiRequest create = kube::CreateRequest(made);
  CheckRequest(create);
  const auto sent = kube::FromJson<kube::ConfigMap>(create.http.body);
  Check(sent.ok(), "our own lock can be read", create.http.body);
  const Lock lock = election::ReadLock(*sent);
  Check(lock.form == Lock::Form::kHeld && lock.holder.uid == from.self.uid && lock.holder.name == from.self.name &&
            lock.holder.node == from.self.node && lock.released_by.empty(),
        "our own lock is held by us", create.http.body);
}

void CheckLock(const kube::ConfigMap& config_map) {
  const Lock lock = election::ReadLock(config_map);
  const auto& owners = config_map.metadata().owner_references();
  switch (lock.form) {
    case Lock::Form::kHeld:
      Check(lock.flaw.empty(), "a held lock has no flaw", lock.flaw);
      Check(owners.size() == 1 && owners[0].kind() == "Pod" && owners[0].uid() == lock.holder.uid &&
                owners[0].name() == lock.holder.name,
            "R2: a held lock is its one owner's");
      Check(!lock.holder.uid.empty() && !lock.holder.name.empty(), "a holder has a UID and a name");
      break;
    case Lock::Form::kOwnerless:
      Check(owners.empty() && !lock.holder.uid.empty() && !lock.holder.name.empty() && !lock.flaw.empty(),
            "R13: an ownerless lock says who held it");
      break;
    case Lock::Form::kInvalid:
      Check(!lock.flaw.empty(), "R13: an invalid lock says what is wrong with it");
      break;
  }
  Check(IsPrintable(lock.flaw) && lock.flaw.size() < 5000, "a flaw can be told", lock.flaw);
  Check(lock.being_deleted == config_map.metadata().has_deletion_timestamp(), "R4: a lock that goes is known");
  CheckRemoval(lock);
  CheckOwnLock(config_map);
}

void CheckPod(const kube::Pod& pod) {
  const std::string& uid = pod.metadata().uid();
  const bool deleting = pod.metadata().has_deletion_timestamp();
  const PodCondition condition = election::ConditionOf(uid, pod);
  Check(condition != PodCondition::kGone, "R1: a pod that is there is not gone");
  Check(condition != PodCondition::kEnded || election::InTerminalPhase(pod), "R7: only a terminal phase ends a pod");
  Check(condition != PodCondition::kTerminating || deleting, "a pod is terminating when it is being deleted");
  Check(condition != PodCondition::kAlive || !deleting, "a pod that is being deleted is not alive");
  Check(election::ConditionOf(uid + "x", pod) == PodCondition::kGone, "R1: another UID is another pod");
  Check(election::ConditionOf(uid, std::nullopt) == PodCondition::kGone, "no pod is a pod that is gone");

  const absl::Time began = election::DeletionBegan(pod);
  Check((began == absl::InfiniteFuture()) == !deleting, "a deletion began when there is one");
  Check(began != absl::InfinitePast(), "a deletion began at a time");

  for (const auto& [key, value] : pod.metadata().labels()) {
    if (key == election::kCandidateLabel)
      Check(election::IsCandidateFor(pod, value), "R16: the label makes a candidate");
  }
  election::IsCandidateFor(pod, "lock");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const absl::string_view json(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0]) {
    case 'C':
      if (const auto config_map = ReadAndWrite<kube::ConfigMap>(json)) CheckLock(*config_map);
      break;
    case 'L':
      if (const auto list = ReadAndWrite<kube::ConfigMapList>(json)) {
        for (const kube::ConfigMap& item : list->items()) CheckLock(item);
      }
      break;
    case 'P':
      if (const auto pod = ReadAndWrite<kube::Pod>(json)) CheckPod(*pod);
      break;
    case 'Q':
      if (const auto list = ReadAndWrite<kube::PodList>(json)) {
        for (const kube::Pod& item : list->items()) CheckPod(item);
      }
      break;
    case 'S':
      ReadAndWrite<kube::Status>(json);
      break;
    default:
      return -1;  // not kept
  }
  return 0;
}

}  // namespace leadership_broker::fuzz
