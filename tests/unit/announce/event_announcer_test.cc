#include "server/announce/event_announcer.h"

#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/harness/virtual_scheduler.h"
#include "tests/unit/announce/announce_api.h"

namespace leadership_broker::testing {
namespace {

using announce::EventAnnouncer;
using announce::EventRecorder;
using leadership::v1::Leadership;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class EventAnnouncerTest : public ::testing::Test {
 protected:
  void Tell(Leadership::Reason reason, const std::string& lock = "lock") {
    auto snapshot = std::make_shared<status::Snapshot>();
    Leadership& told = snapshot->leadership;
    told.mutable_lock()->set_namespace_("ns");
    told.mutable_lock()->set_name(lock);
    told.mutable_self()->set_name("me");
    told.set_state(Leadership::STATE_STANDBY);
    told.set_reason(reason);
    told.set_message("of " + lock);
    announcer_.Told(snapshot);
  }

  RecordingAnnounceApi api_;
  VirtualScheduler scheduler_;
  EventAnnouncer announcer_{&api_, &scheduler_, "me", [](const std::string&) {}};
};

// A kube-apiserver refuses everything until it has read its own RBAC: 721 of 1,000 candidates made an Event of that
// when theirs had been restarted.
TEST_F(EventAnnouncerTest, ARefusalThatPassesIsNoEvent) {
  Tell(Leadership::REASON_NOBODY_LEADS);
  Tell(Leadership::REASON_FORBIDDEN);
  scheduler_.Advance(EventAnnouncer::kLasting - absl::Milliseconds(1));
  Tell(Leadership::REASON_NOBODY_LEADS);
  scheduler_.Advance(absl::Hours(1));
  EXPECT_THAT(api_.Whats(), IsEmpty());
}

TEST_F(EventAnnouncerTest, ARefusalThatLastsIsAnEventThatSaysWhenItBegan) {
  Tell(Leadership::REASON_NOBODY_LEADS);
  Tell(Leadership::REASON_FORBIDDEN);
  const absl::Time began = scheduler_.Now().wall;
  scheduler_.Advance(absl::Seconds(10));
  Tell(Leadership::REASON_FORBIDDEN);
  scheduler_.Advance(EventAnnouncer::kLasting - absl::Seconds(10) + EventRecorder::kSettle);
  ASSERT_THAT(api_.Whats(), ElementsAre("create Forbidden on Pod me"));
  EXPECT_EQ(api_.requests[0].event.event_time(), absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", began, absl::UTCTimeZone()));
}

TEST_F(EventAnnouncerTest, WhatLastsIsOfItsOwnLock) {
  Tell(Leadership::REASON_NOBODY_LEADS);
  Tell(Leadership::REASON_FORBIDDEN);
  Tell(Leadership::REASON_NOBODY_LEADS, "other");
  Tell(Leadership::REASON_REJECTED, "other");
  scheduler_.Advance(EventRecorder::kSettle);
  ASSERT_THAT(api_.Whats(), ElementsAre("create LockRejected on Pod me"));
  api_.Answer();
  scheduler_.Advance(EventAnnouncer::kLasting);
  EXPECT_THAT(api_.Whats(), ElementsAre("create LockRejected on Pod me", "create Forbidden on Pod me"));
}

}  // namespace
}  // namespace leadership_broker::testing
