// Whatever a broker says, in whatever order, and however seldom the app listens: what TermTracker promises.
#include <algorithm>
#include <optional>
#include <random>
#include <string>

#include "client/term_tracker.h"
#include "gtest/gtest.h"

namespace leadership::internal {
namespace {

using v1::Leadership;

constexpr absl::Duration kSilence = absl::Seconds(15);

class RandomLife {
 public:
  explicit RandomLife(uint64_t seed, bool uncertainty_is_loss)
      : uncertainty_is_loss_(uncertainty_is_loss), tracker_({kSilence, uncertainty_is_loss}, now_), random_(seed) {}

  void Step() {
    switch (Draw(6)) {
      case 0:
      case 1:
        return Receive();
      case 2:
        now_ += absl::Milliseconds(Draw(2) == 0 ? Draw(1000) : Draw(20'000));
        break;
      case 3:
        tracker_.Break(absl::UnavailableError("broken"));
        break;
      default:
        // Perhaps not all of it.
        for (int told = Draw(3); told >= 0; --told) Listen();
    }
    Check();
  }

  void ListenToAll() {
    while (Listen()) {
    }
    Check();
    EXPECT_FALSE(lost_) << "a loss is told by now";
    EXPECT_EQ(leading_ && !uncertain_, tracker_.IsLeading(now_));
    EXPECT_GT(tracker_.Deadline(), now_) << "there would be more to tell";
  }

 private:
  int Draw(int below) { return static_cast<int>(random_() % below); }

  void Receive() {
    static constexpr Leadership::State kStates[] = {Leadership::STATE_UNKNOWN, Leadership::STATE_STANDBY,
                                                    Leadership::STATE_LEADER, Leadership::STATE_LEADER,
                                                    Leadership::STATE_INELIGIBLE};
    Leadership message;
    message.set_state(kStates[Draw(5)]);
    message.set_reason(static_cast<Leadership::Reason>(1 + Draw(21)));
    message.mutable_lock()->set_uid(std::to_string(Draw(3)));
    if (Draw(2) == 0) message.mutable_leader()->set_uid(std::to_string(Draw(3)));
    message.set_fencing_token(Draw(1000));
    if (Draw(4) == 0) message.mutable_valid_for()->set_seconds(Draw(20));
    if (message.state() == Leadership::STATE_LEADER) {
      believed_until_ = now_ + kSilence;
      if (message.has_valid_for())
        believed_until_ = std::min(believed_until_, now_ + absl::Seconds(message.valid_for().seconds()));
      if (leading_ && message.lock().uid() != term_) lost_ = true;
      newest_term_ = message.lock().uid();
    } else if (message.state() == Leadership::STATE_INELIGIBLE ||
               (message.state() == Leadership::STATE_STANDBY && !MakesSure(message))) {
      if (leading_) lost_ = true;
      newest_term_.reset();
    } else if (message.state() == Leadership::STATE_UNKNOWN && message.reason() != Leadership::REASON_STARTING) {
      believed_until_ = now_;
    }
    tracker_.Receive(message, now_);
    Check();
  }

  // Of the term that is known.
  bool MakesSure(const Leadership& message) const {
    return newest_term_ == message.lock().uid() &&
           (message.reason() == Leadership::REASON_CONFIRMING || message.reason() == Leadership::REASON_PREDECESSOR);
  }

  bool Listen() {
    const std::optional<Notification> next = tracker_.Next(now_);
    if (!next.has_value()) return false;
    switch (next->kind) {
      case Notification::Kind::kStartedLeading:
        EXPECT_FALSE(leading_);
        EXPECT_FALSE(lost_) << "the loss comes first (R4)";
        EXPECT_EQ(next->leadership.state(), Leadership::STATE_LEADER);
        EXPECT_EQ(next->leadership.lock().uid(), newest_term_);
        leading_ = true;
        uncertain_ = false;
        term_ = next->leadership.lock().uid();
        break;
      case Notification::Kind::kStoppedLeading:
        EXPECT_TRUE(leading_);
        EXPECT_TRUE(lost_ || uncertainty_is_loss_ || !newest_term_.has_value());
        leading_ = lost_ = uncertain_ = false;
        break;
      case Notification::Kind::kUncertain:
        EXPECT_EQ(next->leading, leading_);
        EXPECT_FALSE(next->leading && uncertainty_is_loss_);
        EXPECT_FALSE(leading_ && uncertain_) << "once";
        uncertain_ = leading_;
        break;
      case Notification::Kind::kStillLeading:
        EXPECT_TRUE(leading_ && uncertain_);
        uncertain_ = false;
        break;
      case Notification::Kind::kNewLeader:
      case Notification::Kind::kFailed:
        break;
    }
    return true;
  }

  void Check() {
    if (!tracker_.IsLeading(now_)) return;
    EXPECT_TRUE(leading_) << "it was told so";
    EXPECT_FALSE(lost_);
    EXPECT_EQ(newest_term_, term_);
    EXPECT_LT(now_, believed_until_);
  }

  const bool uncertainty_is_loss_;
  absl::Duration now_ = absl::Hours(1);
  TermTracker tracker_;
  std::mt19937_64 random_;

  // What the broker said.
  std::optional<std::string> newest_term_;
  absl::Duration believed_until_ = -absl::InfiniteDuration();
  // What the app was told, and that the term it was told of has ended.
  bool leading_ = false;
  bool uncertain_ = false;
  bool lost_ = false;
  std::string term_;
};

TEST(TermTrackerRandom, KeepsItsPromisesWhateverComes) {
  for (uint64_t seed = 1; seed <= 400 && !::testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    RandomLife life(seed, /*uncertainty_is_loss=*/seed % 2 == 0);
    for (int step = 1; step <= 500 && !::testing::Test::HasFailure(); ++step) {
      life.Step();
      if (step % 25 == 0) life.ListenToAll();
    }
  }
}

}  // namespace
}  // namespace leadership::internal
