#include "server/announce/leader_label.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

#include "server/election/pod_condition.h"

namespace leadership_broker::announce {
namespace {

using leadership::v1::Leadership;

// Nothing is there any more that could have the label.
bool IsGone(const kube::Outcome& outcome) {
  return absl::IsNotFound(outcome.status) || absl::IsAborted(outcome.status);
}

}  // namespace

LeaderLabel::LeaderLabel(kube::AnnounceApi* api, loop::Scheduler* scheduler, Options options,
                         std::function<void(const std::string&)> warn)
    : api_(api), scheduler_(scheduler), options_(std::move(options)), warn_(std::move(warn)) {}

void LeaderLabel::Told(const status::SnapshotPtr& snapshot) {
  const Leadership& told = snapshot->leadership;
  uid_ = told.self().uid();
  // A broker that has restarted beside a leader says these before it knows that the pod leads on.
  if (told.reason() == Leadership::REASON_STARTING || told.reason() == Leadership::REASON_CONFIRMING) return;
  const bool wanted = told.state() == Leadership::STATE_LEADER;
  if (wanted_ == wanted) return;
  wanted_ = wanted;
  self_ = Task();
  others_ = Task();
  others_.open = wanted;
  others_tried_ = false;
  to_strip_.clear();
  self_.open = Differs();
  Wake(absl::ZeroDuration());
}

void LeaderLabel::OwnPodSeen(const kube::Pod& pod) {
  if (!uid_.empty() && pod.metadata().uid() != uid_) return;
  carried_ = Carries(pod);
  // While the label is being written the answer says what is to be done next.
  if (out_ || self_.open == Differs()) return;
  self_.open = Differs();
  Wake(absl::ZeroDuration());
}

bool LeaderLabel::Carries(const kube::Pod& pod) const {
  const auto label = pod.metadata().labels().find(options_.key);
  return label != pod.metadata().labels().end() && label->second == options_.value;
}

bool LeaderLabel::Differs() const {
  // Of a pod that was not seen yet the label is not known, and its first sight tells of one that is to go.
  return wanted_.has_value() && carried_.value_or(false) != *wanted_;
}

void LeaderLabel::Wake(absl::Duration after) {
  timer_ = scheduler_->After(after, [this] { Next(); });
}

void LeaderLabel::Next() {
  timer_.reset();
  if (out_ || !wanted_.has_value()) return;
  const absl::Duration now = scheduler_->Now().boot;
  if (!to_strip_.empty()) return StripOther();
  if (others_.open && !others_tried_) return ListOthers();
  if (self_.IsDue(now)) return LabelSelf();
  if (others_.IsDue(now)) return ListOthers();
  const absl::Duration due = std::min(self_.Due(), others_.Due());
  if (due != absl::InfiniteDuration()) Wake(due - now);
}

void LeaderLabel::ListOthers() {
  const std::string selector = absl::StrCat(election::kCandidateLabel, ",", options_.key, "=", options_.value);
  out_ = true;
  request_ = api_->List({options_.namespace_name, "", selector}, [this](const kube::Listing<kube::Pod>& listing) {
    out_ = false;
    others_tried_ = true;
    others_.open = false;
    if (!listing.outcome.ok()) Later(&others_, listing.outcome);
    for (const kube::Pod& pod : listing.items) {
      const bool former = pod.metadata().uid() != uid_ && Carries(pod) && wanted_ == true;
      if (!former || !election::IsCandidateFor(pod, options_.lock_name)) continue;
      to_strip_.push_back({options_.namespace_name, pod.metadata().name(), pod.metadata().uid()});
    }
    Next();
  });
}

void LeaderLabel::StripOther() {
  const kube::PodName pod = std::move(to_strip_.back());
  to_strip_.pop_back();
  out_ = true;
  request_ = api_->LabelPod(pod, options_.key, std::nullopt, [this](const kube::Outcome& outcome) {
    out_ = false;
    if (!outcome.ok() && !IsGone(outcome)) Later(&others_, outcome);
    Next();
  });
}

void LeaderLabel::LabelSelf() {
  const bool on = *wanted_;
  out_ = true;
  request_ = api_->LabelPod({options_.namespace_name, options_.pod_name, uid_}, options_.key,
                            on ? std::optional<std::string>(options_.value) : std::nullopt,
                            [this, on](const kube::Outcome& outcome) {
                              out_ = false;
                              if (outcome.ok()) carried_ = on;
                              self_.open = Differs() && !IsGone(outcome);
                              // The watch may be behind, and somebody else may want it otherwise.
                              if (wanted_ == on) Later(&self_, outcome);
                              Next();
                            });
}

void LeaderLabel::Later(Task* task, const kube::Outcome& outcome) {
  const absl::Duration now = scheduler_->Now().boot;
  task->not_before = now + task->backoff.Next(now, scheduler_->Random(), outcome.retry_after);
  if (outcome.ok() || IsGone(outcome)) return;
  task->open = wanted_.has_value();
  const bool refused = absl::IsPermissionDenied(outcome.status) || absl::IsInvalidArgument(outcome.status);
  if (!refused || std::exchange(warned_, true)) return;
  warn_(absl::StrCat("the leader's label is not kept, and it is not said again: ", outcome.status.message(),
                     "; a Role has to give the broker the verb patch on pods"));
}

}  // namespace leadership_broker::announce
