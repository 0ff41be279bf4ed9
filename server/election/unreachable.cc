#include "server/election/unreachable.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

#include "server/election/pod_condition.h"

namespace leadership_broker::election {
namespace {

constexpr char kOutOfService[] = "node.kubernetes.io/out-of-service";
constexpr char kWhatToDo[] =
    "; once it is certain that nothing runs on that node, taint it with node.kubernetes.io/out-of-service or delete "
    "the pod by force";

bool Same(const NodeView& a, const NodeView& b) {
  return a.uid == b.uid && a.unreachable == b.unreachable && a.changed_at == b.changed_at;
}

}  // namespace

NodeView ViewOf(const kube::Node& node) {
  NodeView view;
  view.uid = node.metadata().uid();
  const auto& taints = node.spec().taints();
  const bool out_of_service =
      std::any_of(taints.begin(), taints.end(), [](const kube::Taint& taint) { return taint.key() == kOutOfService; });
  for (const kube::NodeCondition& condition : node.status().conditions()) {
    if (condition.type() != "Ready") continue;
    // "False" is what a kubelet says of itself, so one that lives. The taint is the word of a person, or a controller,
    // that the node is off.
    view.unreachable = condition.status() == "Unknown" || (condition.status() == "False" && out_of_service);
    view.changed_at = condition.last_transition_time().seconds();
  }
  return view;
}

void Unreachable::Follow(const std::string& lock_uid, const std::string& node, loop::Instant now) {
  if (lock_uid == lock_uid_ && node == node_) return;
  lock_uid_ = lock_uid;
  if (node != node_) watched_.reset();
  node_ = node;
  // Another term: its holder has all of the time before it.
  Spend();
  since_.reset();
  Count(now);
}

void Unreachable::Count(loop::Instant now) {
  if (!watched_.has_value() || !watched_->unreachable) {
    since_.reset();
  } else if (!since_.has_value()) {
    since_ = now;
  }
}

void Unreachable::Watched(const std::optional<kube::Node>& node, loop::Instant now, absl::Duration spread) {
  const std::optional<NodeView> before = watched_;
  watched_ = node.has_value() ? std::optional<NodeView>(ViewOf(*node)) : std::nullopt;
  // Another node under the same name.
  if (before.has_value() && watched_.has_value() && before->uid != watched_->uid) since_.reset();
  if (!since_.has_value()) spread_ = spread;
  Count(now);
}

void Unreachable::Unwatched() {
  watched_.reset();
  since_.reset();
}

absl::Duration Unreachable::RipeAt() const {
  return since_.has_value() ? since_->boot + take_over_after_ + spread_ : absl::InfiniteDuration();
}

std::string Unreachable::Obstacle(const Lock& lock) const {
  if (lock.unverified_limit == absl::InfiniteDuration()) {
    return absl::StrCat(
        "its lock is not taken over, since it names no --unverified-limit: its app might never stop by itself. Give "
        "all candidates that flag",
        kWhatToDo);
  }
  if (take_over_after_ < 2 * lock.unverified_limit) {
    return absl::StrCat("its lock is not taken over, since twice its --unverified-limit of ",
                        absl::FormatDuration(lock.unverified_limit),
                        " is more than take-over-after=", absl::FormatDuration(take_over_after_),
                        ". Give all candidates the same flags", kWhatToDo);
  }
  return "";
}

absl::Duration Unreachable::NextAsk() const { return std::max(RipeAt(), asked_ + kRound); }

void Unreachable::Ask(absl::Duration now) {
  asked_ = now;
  node_confirmed_ = false;
  confirmed_pod_.clear();
  pod_is_terminating_ = false;
}

void Unreachable::NodeRead(const std::optional<kube::Node>& node, absl::Duration sent) {
  if (sent < asked_) return;
  // Where it shows something else than the watch does, the watch is behind, and it may have been another silence.
  node_confirmed_ = node.has_value() && watched_.has_value() && Same(ViewOf(*node), *watched_);
}

void Unreachable::PodRead(const std::string& uid, const std::optional<kube::Pod>& pod, absl::Duration sent) {
  if (sent < asked_ || !pod.has_value() || pod->spec().node_name() != node_) return;
  const PodCondition condition = ConditionOf(uid, pod);
  if (condition == PodCondition::kEnded || condition == PodCondition::kGone) return;
  confirmed_pod_ = uid;
  pod_is_terminating_ = condition == PodCondition::kTerminating;
}

bool Unreachable::Confirmed(const PodRef& holder, absl::Duration lock_read, absl::Duration now) const {
  return Asked(now) && now >= RipeAt() && node_confirmed_ && confirmed_pod_ == holder.uid && lock_read >= asked_;
}

}  // namespace leadership_broker::election
