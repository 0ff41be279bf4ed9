#include "server/election/pod_condition.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"

namespace leadership_broker::election {
namespace {

// An empty or partial list of statuses counts as running: after a kubelet's restart it is empty for seconds while
// containers run.
bool IsTerminated(const std::string& container,
                  const google::protobuf::RepeatedPtrField<kube::ContainerStatus>& statuses) {
  return std::any_of(statuses.begin(), statuses.end(), [&](const kube::ContainerStatus& status) {
    return status.name() == container && status.state().has_terminated();
  });
}

bool NothingRuns(const kube::Pod& pod) {
  if (pod.spec().node_name().empty()) return true;  // never bound, so nothing ever ran
  const auto& containers = pod.spec().containers();
  const auto& init_containers = pod.spec().init_containers();
  return std::all_of(containers.begin(), containers.end(),
                     [&](const kube::Container& container) {
                       return IsTerminated(container.name(), pod.status().container_statuses());
                     }) &&
         std::all_of(init_containers.begin(), init_containers.end(), [&](const kube::Container& container) {
           return container.restart_policy() != "Always" ||
                  IsTerminated(container.name(), pod.status().init_container_statuses());
         });
}

}  // namespace

bool InTerminalPhase(const kube::Pod& pod) {
  return pod.status().phase() == "Succeeded" || pod.status().phase() == "Failed";
}

PodCondition ConditionOf(const std::string& uid, const std::optional<kube::Pod>& seen) {
  if (!seen.has_value() || seen->metadata().uid() != uid) return PodCondition::kGone;
  if (InTerminalPhase(*seen) && NothingRuns(*seen)) return PodCondition::kEnded;
  return seen->metadata().has_deletion_timestamp() ? PodCondition::kTerminating : PodCondition::kAlive;
}

absl::Time DeletionBegan(const kube::Pod& pod) {
  if (!pod.metadata().has_deletion_timestamp()) return absl::InfiniteFuture();
  return absl::FromUnixSeconds(pod.metadata().deletion_timestamp().seconds()) -
         absl::Seconds(pod.metadata().deletion_grace_period_seconds());
}

bool IsCandidateFor(const kube::Pod& pod, const std::string& lock) {
  auto label = pod.metadata().labels().find(kCandidateLabel);
  if (label != pod.metadata().labels().end() && label->second == lock) return true;
  auto annotation = pod.metadata().annotations().find(kCandidateAnnotation);
  if (annotation == pod.metadata().annotations().end()) return false;
  for (absl::string_view name : absl::StrSplit(annotation->second, ',')) {
    if (absl::StripAsciiWhitespace(name) == lock) return true;
  }
  return false;
}

}  // namespace leadership_broker::election
