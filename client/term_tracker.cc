#include "client/term_tracker.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace leadership::internal {
namespace {

using v1::Leadership;
using Kind = Notification::Kind;

absl::Duration ToDuration(const google::protobuf::Duration& duration) {
  return absl::Seconds(duration.seconds()) + absl::Nanoseconds(duration.nanos());
}

// Terms are told apart by the lock's UID; outside a cluster there is one term, without a lock.
bool SameTerm(const Leadership& a, const Leadership& b) { return a.lock().uid() == b.lock().uid(); }

Notification Of(Kind kind) {
  Notification notification;
  notification.kind = kind;
  return notification;
}

}  // namespace

// A broker that has restarted finds its lock again step by step; what it says before it has come to the end is about
// the broker, not about the term, and counts no more than silence.
bool TermTracker::SaysNothingOfTheTerm(const Leadership& message) const {
  if (message.state() == Leadership::STATE_UNKNOWN) return message.reason() == Leadership::REASON_STARTING;
  return message.state() == Leadership::STATE_STANDBY && term_.has_value() && SameTerm(message, *term_) &&
         (message.reason() == Leadership::REASON_CONFIRMING || message.reason() == Leadership::REASON_PREDECESSOR);
}

void TermTracker::Receive(const Leadership& message, absl::Duration now) {
  heard_ = now;
  broken_ = absl::OkStatus();
  latest_ = message;
  if (SaysNothingOfTheTerm(message)) return;
  switch (message.state()) {
    case Leadership::STATE_LEADER:
      return ReceiveLeading(message, now);
    case Leadership::STATE_STANDBY:
    case Leadership::STATE_INELIGIBLE:
      known_ = Known::kNotLeading;
      term_.reset();
      if (told_term_.has_value()) loss_ = message.message();
      return;
    default:
      // A state that this library does not know is not leading either.
      known_ = Known::kUnsure;
  }
}

void TermTracker::ReceiveLeading(const Leadership& message, absl::Duration now) {
  known_ = Known::kLeading;
  if (!term_.has_value() || !SameTerm(message, *term_)) term_ = message;
  if (told_term_.has_value() && !SameTerm(message, *told_term_)) loss_ = "the lock was lost, and won again: a new term";
  term_believed_until_ = now + options_.silence_limit;
  if (message.has_valid_for())
    term_believed_until_ = std::min(term_believed_until_, now + ToDuration(message.valid_for()));
}

std::optional<Notification> TermTracker::Next(absl::Duration now) {
  if (loss_.has_value()) return TellStopped(*loss_);
  if (failed()) {
    if (told_term_.has_value()) return TellStopped(std::string(failed_.message()));
    if (std::exchange(told_failed_, true)) return std::nullopt;
    Notification notification = Of(Kind::kFailed);
    notification.error = failed_;
    return notification;
  }
  if (std::optional<Notification> leader = TellNewLeader()) return leader;
  return TellCertainty(now);
}

Notification TermTracker::TellStopped(const std::string& why) {
  Notification stopped = Of(Kind::kStoppedLeading);
  stopped.why = why;
  told_term_.reset();
  loss_.reset();
  told_uncertain_ = false;
  return stopped;
}

std::optional<Notification> TermTracker::TellNewLeader() {
  // Not when nobody leads, or nobody knows.
  const std::string& uid = latest_.leader().uid();
  if (uid.empty() || uid == told_leader_uid_) return std::nullopt;
  told_leader_uid_ = uid;
  Notification notification = Of(Kind::kNewLeader);
  notification.leadership = latest_;
  return notification;
}

std::optional<Notification> TermTracker::TellCertainty(absl::Duration now) {
  if (now >= BelievedUntil()) {
    if (told_uncertain_) return std::nullopt;
    Notification uncertain = Of(Kind::kUncertain);
    uncertain.why = WhyUncertain(now);
    uncertain.leading = told_term_.has_value();
    if (uncertain.leading && options_.uncertainty_is_loss) uncertain = TellStopped(uncertain.why);
    told_uncertain_ = true;
    return uncertain;
  }
  const bool was_uncertain = std::exchange(told_uncertain_, false);
  if (known_ != Known::kLeading) return std::nullopt;
  if (told_term_.has_value()) return was_uncertain ? std::make_optional(Of(Kind::kStillLeading)) : std::nullopt;
  told_term_ = term_;
  Notification started = Of(Kind::kStartedLeading);
  started.leadership = *term_;
  return started;
}

absl::Duration TermTracker::BelievedUntil() const {
  if (known_ == Known::kUnsure) return -absl::InfiniteDuration();
  if (known_ == Known::kLeading) return term_believed_until_;
  return heard_ + options_.silence_limit;
}

std::string TermTracker::WhyUncertain(absl::Duration now) const {
  if (known_ == Known::kUnsure) return latest_.message();
  if (!broken_.ok()) return std::string(broken_.message());
  if (now >= heard_ + options_.silence_limit)
    return absl::StrCat("the leadership broker has said nothing for ", absl::FormatDuration(options_.silence_limit));
  if (latest_.state() != Leadership::STATE_LEADER) return latest_.message();
  return "the leadership broker's last word has passed its valid_for, and no other came";
}

absl::Duration TermTracker::Deadline() const {
  return told_uncertain_ || failed() ? absl::InfiniteDuration() : BelievedUntil();
}

bool TermTracker::IsLeading(absl::Duration now) const {
  return told_term_.has_value() && !loss_.has_value() && !failed() && known_ == Known::kLeading &&
         now < term_believed_until_;
}

}  // namespace leadership::internal
