#include "tests/control_plane/chaos/checker/history.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "nlohmann/json.hpp"

namespace leadership_broker::chaos {
namespace {

using Json = nlohmann::json;
using Pointer = nlohmann::json::json_pointer;

// Empty when it is absent.
std::string Text(const Json& object, const char* pointer) { return object.value(Pointer(pointer), ""); }

// protobuf's JSON and Kubernetes' both write 64 bits as text.
uint64_t Number(const Json& object, const char* pointer) {
  uint64_t number = 0;
  return absl::SimpleAtoi(Text(object, pointer), &number) ? number : 0;
}

int64_t Seconds(const Json& object, const char* pointer) {
  absl::Time time;
  return absl::ParseTime(absl::RFC3339_full, Text(object, pointer), &time, nullptr) ? absl::ToUnixSeconds(time) : 0;
}

Told ReadTold(const Json& line) {
  const Json& said = line.at("leadership");
  Told told;
  told.at = line.at("at");
  told.pod = line.at("pod");
  told.broker = line.at("broker");
  told.subscriber = line.at("subscriber");
  told.stream = line.at("stream");
  told.state = Text(said, "/state");
  told.reason = Text(said, "/reason");
  told.lock = Text(said, "/lock/uid");
  told.leader = Text(said, "/leader/uid");
  told.token = Number(said, "/fencingToken");
  told.revision = Number(said, "/revision");
  return told;
}

LockChange ReadLock(const Json& line) {
  const Json& object = line.at("object");
  LockChange change;
  change.at = line.at("at");
  change.revision = line.at("revision");
  change.removed = line.at("removed");
  change.uid = Text(object, "/metadata/uid");
  for (const Json& owner : object.value(Pointer("/metadata/ownerReferences"), Json::array())) {
    change.owners.push_back({Text(owner, "/kind"), Text(owner, "/uid")});
  }
  change.created_seconds = Seconds(object, "/metadata/creationTimestamp");
  change.being_deleted = !Text(object, "/metadata/deletionTimestamp").empty();
  return change;
}

// Of `pointer`'s containers, those that a kubelet would start again if they ended are all reported as terminated.
bool AllTerminated(const Json& pod, const char* containers, const char* statuses, bool restartable_only) {
  for (const Json& container : pod.value(Pointer(containers), Json::array())) {
    if (restartable_only && Text(container, "/restartPolicy") != "Always") continue;
    const Json reported = pod.value(Pointer(statuses), Json::array());
    const bool terminated = std::any_of(reported.begin(), reported.end(), [&](const Json& status) {
      return Text(status, "/name") == Text(container, "/name") && status.contains(Pointer("/state/terminated"));
    });
    if (!terminated) return false;
  }
  return true;
}

PodChange ReadPod(const Json& line) {
  const Json& object = line.at("object");
  PodChange change;
  change.at = line.at("at");
  change.revision = line.at("revision");
  change.removed = line.at("removed");
  change.uid = Text(object, "/metadata/uid");
  change.being_deleted = !Text(object, "/metadata/deletionTimestamp").empty();
  change.deletion_began_seconds = Seconds(object, "/metadata/deletionTimestamp") -
                                  object.value(Pointer("/metadata/deletionGracePeriodSeconds"), int64_t{0});
  const Json finalizers = object.value(Pointer("/metadata/finalizers"), Json::array());
  change.foreground = std::find(finalizers.begin(), finalizers.end(), "foregroundDeletion") != finalizers.end();
  const std::string phase = Text(object, "/status/phase");
  change.finished = phase == "Failed" || phase == "Succeeded";
  change.nothing_runs =
      change.finished && (Text(object, "/spec/nodeName").empty() ||
                          (AllTerminated(object, "/spec/containers", "/status/containerStatuses", false) &&
                           AllTerminated(object, "/spec/initContainers", "/status/initContainerStatuses", true)));
  return change;
}

Removal ReadRemoval(const Json& event) {
  Removal removal;
  removal.user = Text(event, "/user/username");
  removal.pod = Text(event, "/user/extra/authentication.kubernetes.io~1pod-uid/0");
  removal.code = event.value(Pointer("/responseStatus/code"), 0);
  removal.body_read = event.contains("requestObject");
  removal.uid = Text(event, "/requestObject/preconditions/uid");
  removal.resource_version = Text(event, "/requestObject/preconditions/resourceVersion");
  removal.propagation = Text(event, "/requestObject/propagationPolicy");
  return removal;
}

void ReadFault(const Json& line, History* history) {
  const std::string fault = line.at("fault");
  ++history->faults[fault];
  if (fault == "pod forced") history->forced.insert(line.at("pod"));
  if (fault == "lock removed by hand") history->by_hand.insert(line.at("lock"));
  if (fault.rfind("etcd ", 0) == 0) history->etcd_faults.push_back(line.at("at"));
  if (fault == "tokens revoked") history->revocations.push_back(line.at("at"));
}

void ReadLine(const Json& line, History* history) {
  const std::string kind = line.at("kind");
  if (kind == "run") {
    history->candidates = line.at("candidates");
  } else if (kind == "told") {
    history->told.push_back(ReadTold(line));
  } else if (kind == "lock") {
    history->locks.push_back(ReadLock(line));
  } else if (kind == "pod") {
    history->pods.push_back(ReadPod(line));
  } else if (kind == "audit") {
    if (Text(line, "/event/verb") == "delete") history->removals.push_back(ReadRemoval(line.at("event")));
  } else if (kind == "fault") {
    ReadFault(line, history);
  } else if (kind == "apps started") {
    history->subscribers[line.at("pod")] = line.at("subscribers").get<std::set<std::string>>();
  } else if (kind == "apps stopped") {
    history->stopped[line.at("pod")] = line.at("at");
  } else if (kind == "calm") {
    history->calm = line.at("at").get<Time>();
  } else if (kind == "end") {
    history->end = line.at("at").get<Time>();
  }
  // What else is recorded is for people.
}

}  // namespace

std::optional<History> ReadHistory(std::istream& in, std::string* error) {
  History history;
  std::string text;
  for (int number = 1; std::getline(in, text); ++number) {
    try {
      ReadLine(Json::parse(text), &history);
    } catch (const Json::exception& problem) {
      *error = absl::StrCat("line ", number, ": ", problem.what());
      return std::nullopt;
    }
  }
  const auto by_revision = [](const auto& a, const auto& b) { return a.revision < b.revision; };
  std::stable_sort(history.locks.begin(), history.locks.end(), by_revision);
  std::stable_sort(history.pods.begin(), history.pods.end(), by_revision);
  return history;
}

}  // namespace leadership_broker::chaos
