// What an app has to be told, from what the broker has said and from how long ago that was.
//
// Pure: time comes in, by the boot clock; nothing is called. Not thread-safe. What the app has been told and what is
// known are kept apart, and Next is the way from the one to the other: so however slow the app is, nothing piles up,
// and a loss is never skipped.
#ifndef LEADERSHIP_CLIENT_TERM_TRACKER_H_
#define LEADERSHIP_CLIENT_TERM_TRACKER_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"

#include "leadership/v1/leadership.pb.h"

namespace leadership::internal {

// One thing to tell; see Callbacks.
struct Notification {
  enum class Kind { kStartedLeading, kStoppedLeading, kNewLeader, kUncertain, kStillLeading, kFailed };
  Kind kind = Kind::kFailed;
  // kStartedLeading: the term's first message. kNewLeader: the newest.
  v1::Leadership leadership;
  // kStoppedLeading and kUncertain.
  std::string why;
  // kUncertain: the pod led until now.
  bool leading = false;
  // kFailed.
  absl::Status error;
};

class TermTracker {
 public:
  struct Options {
    absl::Duration silence_limit;
    // For an app that does not want to hear of uncertainty: it is told a loss, and a start when the term goes on.
    bool uncertainty_is_loss = false;
  };

  TermTracker(const Options& options, absl::Duration now) : options_(options), heard_(now) {}

  // A message of the broker's.
  void Receive(const v1::Leadership& message, absl::Duration now);
  // The stream broke. No loss by itself: `error` is for the words of an uncertainty that may follow.
  void Break(const absl::Status& error) { broken_ = error; }
  // Nothing more will be heard.
  void Fail(const absl::Status& error) { failed_ = error; }

  // The next thing to tell, and from then on it counts as told.
  std::optional<Notification> Next(absl::Duration now);
  // When Next may have something although nothing was received; InfiniteDuration when it will not.
  absl::Duration Deadline() const;

  // As the app is told, but for what it has not been told yet: false as soon as it is known or unsure.
  bool IsLeading(absl::Duration now) const;
  uint64_t FencingToken(absl::Duration now) const { return IsLeading(now) ? told_term_->fencing_token() : 0; }

  // When the newest message came; at first, when this was made.
  absl::Duration heard() const { return heard_; }
  bool failed() const { return !failed_.ok(); }

 private:
  enum class Known { kNothing, kLeading, kNotLeading, kUnsure };

  bool SaysNothingOfTheTerm(const v1::Leadership& message) const;
  void ReceiveLeading(const v1::Leadership& message, absl::Duration now);
  // Until when what is known counts without another message.
  absl::Duration BelievedUntil() const;
  Notification TellStopped(const std::string& why);
  std::optional<Notification> TellNewLeader();
  std::optional<Notification> TellCertainty(absl::Duration now);
  std::string WhyUncertain(absl::Duration now) const;

  const Options options_;

  // What is known.
  Known known_ = Known::kNothing;
  // The newest message, and when it came; at first, when this was made.
  v1::Leadership latest_;
  absl::Duration heard_;
  absl::Status broken_;
  absl::Status failed_;
  // The first message of the term that was known last, unless it is known to be over.
  std::optional<v1::Leadership> term_;
  // Until when its newest message counts.
  absl::Duration term_believed_until_;
  // How the term that was told has ended; it has not been told yet.
  std::optional<std::string> loss_;

  // What the app has been told.
  std::optional<v1::Leadership> told_term_;
  bool told_uncertain_ = false;
  std::string told_leader_uid_;
  bool told_failed_ = false;
};

}  // namespace leadership::internal

#endif  // LEADERSHIP_CLIENT_TERM_TRACKER_H_
