#include "server/announce/event_recorder.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

#include "server/config/plain_text.h"

namespace leadership_broker::announce {
namespace {

constexpr char kController[] = "leadership-broker";
// The API server's own limits, in bytes.
constexpr size_t kMaxNote = 1024;
constexpr size_t kMaxInstance = 128;
constexpr size_t kMaxName = 253;

std::string MicroTime(absl::Time time) { return absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", time, absl::UTCTimeZone()); }

// FNV-1a, which is the same in every broker.
uint64_t Hash(absl::string_view text) {
  uint64_t hash = 0xcbf29ce484222325;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash;
}

// At most `most` bytes of a name, such that more may follow after a dot.
std::string NamePrefix(absl::string_view name, size_t most) {
  name = name.substr(0, most);
  while (!name.empty() && !absl::ascii_isalnum(name.back())) name.remove_suffix(1);
  return std::string(name);
}

// The object's name and 16 digits. What everybody tells has the same name in every broker, so that the second one to
// make it is refused.
std::string EventName(const Happening& happening, absl::string_view instance) {
  std::string what = absl::StrCat(happening.regarding.uid(), " ", happening.reason, " ", happening.note);
  if (!happening.is_shared) absl::StrAppend(&what, " ", instance, " ", absl::ToUnixNanos(happening.at));
  return absl::StrFormat("%s.%016x", NamePrefix(happening.regarding.name(), kMaxName - 17), Hash(what));
}

}  // namespace

EventRecorder::EventRecorder(kube::AnnounceApi* api, loop::Scheduler* scheduler, std::string instance,
                             std::function<void(const std::string&)> warn)
    : api_(api), scheduler_(scheduler), instance_(std::move(instance)), warn_(std::move(warn)) {}

kube::Event EventRecorder::Make(const Happening& happening) const {
  kube::Event event;
  event.mutable_metadata()->set_namespace_(happening.regarding.namespace_());
  event.set_event_time(MicroTime(happening.at));
  event.set_reporting_controller(kController);
  event.set_reporting_instance(instance_.substr(0, kMaxInstance));
  event.set_action(happening.action);
  event.set_reason(happening.reason);
  event.set_type(happening.is_warning ? "Warning" : "Normal");
  event.set_note(config::Shortened(config::ToPlainText(happening.note), kMaxNote - 3));
  *event.mutable_regarding() = happening.regarding;
  *event.mutable_related() = happening.related;
  return event;
}

void EventRecorder::Record(const Happening& happening) {
  const absl::Duration now = scheduler_->Now().boot;
  const EventSeries::Verdict verdict = series_.Take(happening, EventName(happening, instance_), now);
  if (!verdict.is_told) return;
  const Right& right = verdict.count > 1 ? patch_ : create_;
  if (now < right.lacking_until) {
    ++dropped_;
    return series_.Forget(verdict.name);
  }
  Posting posting;
  posting.event = Make(happening);
  posting.event.mutable_metadata()->set_name(verdict.name);
  posting.count = verdict.count;
  posting.observed = MicroTime(happening.at);
  Enqueue(std::move(posting));
  if (timer_ == nullptr && !out_) SendAfter(kSettle);
}

void EventRecorder::Enqueue(Posting posting) {
  // A count that has not been sent yet is not sent at all when there is a newer one.
  for (size_t i = out_ ? 1 : 0; i < queue_.size(); ++i) {
    if (queue_[i].count == 1 || queue_[i].event.metadata().name() != posting.event.metadata().name()) continue;
    queue_[i].count = posting.count;
    queue_[i].observed = std::move(posting.observed);
    return;
  }
  queue_.push_back(std::move(posting));
  if (queue_.size() <= kMaxQueued) return;
  // The oldest that is not out.
  const auto oldest = queue_.begin() + (out_ ? 1 : 0);
  if (oldest->count == 1) series_.Forget(oldest->event.metadata().name());
  queue_.erase(oldest);
  ++dropped_;
}

void EventRecorder::SendAfter(absl::Duration wait) {
  timer_ = scheduler_->After(wait, [this] { Send(); });
}

void EventRecorder::Send() {
  timer_.reset();
  if (out_ || queue_.empty()) return;
  const Posting& next = queue_.front();
  const auto answered = [this](const kube::Outcome& outcome) { Answered(outcome); };
  out_ = true;
  if (next.count == 1) {
    request_ = api_->CreateEvent(next.event, answered);
    return;
  }
  kube::EventSeries series;
  series.set_count(next.count);
  series.set_last_observed_time(next.observed);
  request_ = api_->PatchEventSeries(next.event.metadata().namespace_(), next.event.metadata().name(), series, answered);
}

void EventRecorder::Answered(const kube::Outcome& outcome) {
  out_ = false;
  Posting& sent = queue_.front();
  // While the server cannot be reached it waits, so that what happens in an outage is told after it.
  if (absl::IsUnavailable(outcome.status) || (MayPass(outcome) && ++sent.attempts < kMaxAttempts)) {
    return SendAfter(backoff_.Next(scheduler_->Now().boot, scheduler_->Random(), outcome.retry_after));
  }
  const bool creates = sent.count == 1;
  const std::string name = sent.event.metadata().name();
  queue_.pop_front();
  // One that is there was made by this very request, sent twice, or, if all tell of it, by another broker; one whose
  // answer cannot be read was made too.
  if (outcome.ok() || absl::IsAlreadyExists(outcome.status) || absl::IsDataLoss(outcome.status)) {
    backoff_.Reset();
    (creates ? create_ : patch_) = Right();
  } else {
    ++dropped_;
    series_.Forget(name);
    Refused(creates, outcome);
  }
  if (!queue_.empty()) SendAfter(absl::ZeroDuration());
}

bool EventRecorder::MayPass(const kube::Outcome& outcome) {
  switch (outcome.status.code()) {
    case absl::StatusCode::kInternal:
    case absl::StatusCode::kResourceExhausted:
    case absl::StatusCode::kUnauthenticated:
    case absl::StatusCode::kAborted:
      return true;
    default:
      return false;
  }
}

void EventRecorder::Refused(bool creates, const kube::Outcome& outcome) {
  // A namespace that is going takes nothing new, whatever the rights.
  if (absl::StrContains(outcome.status.message(), "because it is being terminated")) return;
  if (absl::IsInvalidArgument(outcome.status) && !std::exchange(warned_of_refusal_, true)) {
    warn_(absl::StrCat("an Event was refused: ", outcome.status.message()));
  }
  if (!absl::IsPermissionDenied(outcome.status)) return;
  Right& right = creates ? create_ : patch_;
  right.lacking_until = scheduler_->Now().boot + right.next_wait;
  right.next_wait = std::min(2 * right.next_wait, kMostForbiddenFor);
  const auto same = [creates](const Posting& posting) { return (posting.count == 1) == creates; };
  dropped_ += std::count_if(queue_.begin(), queue_.end(), same);
  queue_.erase(std::remove_if(queue_.begin(), queue_.end(), same), queue_.end());
  if (std::exchange(right.warned, true)) return;
  warn_(absl::StrCat(creates ? "no Events are made, and it is not said again: "
                             : "Events are not counted that come again, and it is not said again: ",
                     outcome.status.message(),
                     "; a Role has to give the broker the verbs create and patch on events in ",
                     "API group events.k8s.io, or turn them off with --events=false"));
}

}  // namespace leadership_broker::announce
