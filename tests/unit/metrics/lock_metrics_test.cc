// What the metrics say of locks: the counts and times of LockEvents, and the gauges of LockStates.
#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "prometheus/text_serializer.h"
#include "server/metrics/lock_events.h"
#include "server/metrics/lock_states.h"

namespace leadership_broker::testing {
namespace {

using leadership::v1::Leadership;
using metrics::LockEvents;
using metrics::LockStates;
using ::testing::HasSubstr;
using ::testing::Not;

class LockMetricsTest : public ::testing::Test {
 protected:
  // A snapshot of the lock "a" in pod "self"; `leader` holds the lock object `term`, or nobody where it is empty.
  std::shared_ptr<status::Snapshot> Make(Leadership::State state, const std::string& leader, const std::string& term) {
    auto snapshot = std::make_shared<status::Snapshot>();
    Leadership& told = snapshot->leadership;
    told.mutable_lock()->set_name("a");
    told.mutable_lock()->set_uid(term);
    told.mutable_self()->set_uid("self");
    if (!leader.empty()) told.mutable_leader()->set_uid(leader);
    told.set_state(state);
    told.set_revision(++revision_);
    return snapshot;
  }
  void Tell(const status::SnapshotPtr& snapshot) {
    hub_.Publish(snapshot);
    events_.Told(snapshot);
  }
  void Tell(Leadership::State state, const std::string& leader, const std::string& term) {
    Tell(Make(state, leader, term));
  }
  void TellLoss(const std::string& leader, const std::string& term) {
    const auto snapshot = Make(Leadership::STATE_STANDBY, leader, term);
    snapshot->is_loss = true;
    Tell(snapshot);
  }
  void LetPass(absl::Duration time) { now_ += time; }

  std::string Text() {
    std::vector<prometheus::MetricFamily> all = registry_.Collect();
    for (auto& family : LockStates({{"a", &hub_}}).Collect()) all.push_back(family);
    return prometheus::TextSerializer().Serialize(all);
  }

  uint64_t revision_ = 0;
  absl::Duration now_ = absl::Hours(1);
  status::Hub hub_;
  prometheus::Registry registry_;
  LockEvents events_{{"a"}, [this] { return now_; }, &registry_};
};

constexpr char kTransitions[] = "leadership_broker_leader_transitions_total{name=\"a\"} ";
constexpr char kLosses[] = "leadership_broker_leadership_losses_total{name=\"a\"} ";
constexpr char kTakeovers[] = "leadership_broker_takeover_seconds_count{name=\"a\"} ";
constexpr char kTakeoverSum[] = "leadership_broker_takeover_seconds_sum{name=\"a\"} ";

std::string Line(const std::string& series, const std::string& value) { return "\n" + series + value + "\n"; }

TEST_F(LockMetricsTest, CountersAreThereBeforeAnythingHappens) {
  EXPECT_THAT(Text(), HasSubstr(Line(kTransitions, "0")));
  EXPECT_THAT(Text(), HasSubstr(Line(kLosses, "0")));
  EXPECT_THAT(Text(), HasSubstr(Line(kTakeovers, "0")));
}

TEST_F(LockMetricsTest, TheLeaderFoundAtTheStartIsNoTransition) {
  Tell(Leadership::STATE_UNKNOWN, "", "");
  Tell(Leadership::STATE_STANDBY, "other", "t1");
  EXPECT_THAT(Text(), HasSubstr(Line(kTransitions, "0")));
}

TEST_F(LockMetricsTest, EachNewTermIsOneTransition) {
  Tell(Leadership::STATE_STANDBY, "other", "t1");
  Tell(Leadership::STATE_STANDBY, "", "");
  Tell(Leadership::STATE_STANDBY, "third", "t2");
  Tell(Leadership::STATE_STANDBY, "third", "t2");
  // The same pod again, by another lock object.
  Tell(Leadership::STATE_STANDBY, "third", "t3");
  EXPECT_THAT(Text(), HasSubstr(Line(kTransitions, "2")));
}

TEST_F(LockMetricsTest, ATermThatComesBackAfterUncertaintyIsNoTransition) {
  Tell(Leadership::STATE_LEADER, "self", "t1");
  Tell(Leadership::STATE_UNKNOWN, "", "");
  Tell(Leadership::STATE_LEADER, "self", "t1");
  EXPECT_THAT(Text(), HasSubstr(Line(kTransitions, "0")));
  EXPECT_THAT(Text(), HasSubstr(Line(kTakeovers, "0")));
}

TEST_F(LockMetricsTest, ATakeoverIsTimedFromTheLocksEndToTheWord) {
  Tell(Leadership::STATE_STANDBY, "other", "t1");
  LetPass(absl::Minutes(5));
  Tell(Leadership::STATE_STANDBY, "", "");
  LetPass(absl::Milliseconds(1500));
  // Won, and not told yet that it leads.
  Tell(Leadership::STATE_STANDBY, "self", "t2");
  LetPass(absl::Milliseconds(500));
  Tell(Leadership::STATE_LEADER, "self", "t2");
  EXPECT_THAT(Text(), HasSubstr(Line(kTakeovers, "1")));
  EXPECT_THAT(Text(), HasSubstr(Line(kTakeoverSum, "2")));
  EXPECT_THAT(Text(), HasSubstr("_bucket{name=\"a\",le=\"1\"} 0\n"));
  EXPECT_THAT(Text(), HasSubstr("_bucket{name=\"a\",le=\"2.5\"} 1\n"));
}

TEST_F(LockMetricsTest, AFreeLockAtTheStartIsNoTakeover) {
  Tell(Leadership::STATE_UNKNOWN, "", "");
  Tell(Leadership::STATE_STANDBY, "", "");
  Tell(Leadership::STATE_LEADER, "self", "t1");
  EXPECT_THAT(Text(), HasSubstr(Line(kTakeovers, "0")));
}

TEST_F(LockMetricsTest, AnothersTakeoverIsNotOurs) {
  Tell(Leadership::STATE_STANDBY, "other", "t1");
  Tell(Leadership::STATE_STANDBY, "", "");
  Tell(Leadership::STATE_STANDBY, "third", "t2");
  LetPass(absl::Hours(1));
  Tell(Leadership::STATE_STANDBY, "", "");
  LetPass(absl::Seconds(1));
  Tell(Leadership::STATE_LEADER, "self", "t3");
  EXPECT_THAT(Text(), HasSubstr(Line(kTakeovers, "1")));
  EXPECT_THAT(Text(), HasSubstr(Line(kTakeoverSum, "1")));
}

TEST_F(LockMetricsTest, ALossIsCountedOnceHoweverOftenItIsConfirmed) {
  Tell(Leadership::STATE_LEADER, "self", "t1");
  TellLoss("", "");
  const auto confirmed = std::make_shared<status::Snapshot>(*hub_.Latest());
  confirmed->leadership.mutable_verified_at()->set_seconds(2);
  Tell(confirmed);
  EXPECT_THAT(Text(), HasSubstr(Line(kLosses, "1")));
}

TEST_F(LockMetricsTest, R15TheGaugesAreOfTheSnapshotThatWasToldLast) {
  Tell(Leadership::STATE_STANDBY, "other", "t1");
  const auto leader = Make(Leadership::STATE_LEADER, "self", "t2");
  leader->leadership.set_reason(Leadership::REASON_WON);
  leader->leadership.set_fencing_token(1234567890123);
  leader->leadership.set_api_connected(true);
  leader->leadership.mutable_verified_at()->set_seconds(1'800'000'000);
  leader->leadership.mutable_verified_at()->set_nanos(500'000'000);
  Tell(leader);
  const std::string text = Text();
  EXPECT_THAT(text, HasSubstr("\nleader_election_master_status{name=\"a\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("\nleadership_broker_state{name=\"a\",state=\"leader\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("\nleadership_broker_state{name=\"a\",state=\"standby\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("\nleadership_broker_reason{name=\"a\",reason=\"won\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("\nleadership_broker_reason{name=\"a\",reason=\"another_leads\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("\nleadership_broker_leader_known{name=\"a\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("\nleadership_broker_fencing_token{name=\"a\"} 1234567890123\n"));
  EXPECT_THAT(text, HasSubstr("\nleadership_broker_verified_timestamp_seconds{name=\"a\"} 1800000000.5\n"));
  EXPECT_THAT(text, HasSubstr("\nleadership_broker_api_connected{name=\"a\"} 1\n"));
}

TEST_F(LockMetricsTest, WhatIsNeverSentHasNoSeries) {
  Tell(Leadership::STATE_STANDBY, "", "");
  EXPECT_THAT(Text(), Not(HasSubstr("unspecified")));
  EXPECT_THAT(Text(), Not(HasSubstr("leadership_broker_verified_timestamp_seconds")));
}

TEST_F(LockMetricsTest, UpdatesAreCountedAsTheHubCountsThem) {
  const auto subscription = hub_.Subscribe([] {});
  Tell(Leadership::STATE_STANDBY, "", "");
  (void)subscription->Take();
  for (int i = 0; i < 3; ++i) Tell(Leadership::STATE_STANDBY, "other", "t" + std::to_string(i));
  (void)subscription->Take();
  EXPECT_THAT(Text(), HasSubstr("\nleadership_broker_updates_sent_total{name=\"a\"} 2\n"));
  EXPECT_THAT(Text(), HasSubstr("\nleadership_broker_updates_coalesced_total{name=\"a\"} 2\n"));
}

}  // namespace
}  // namespace leadership_broker::testing
