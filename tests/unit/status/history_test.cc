#include "server/status/history.h"

#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace leadership_broker::testing {
namespace {

using leadership::v1::Leadership;
using status::History;
using ::testing::ElementsAre;

class HistoryTest : public ::testing::Test {
 protected:
  void Tell(uint64_t revision, const std::string& leader, const std::string& lock = "a") {
    auto snapshot = std::make_shared<status::Snapshot>();
    snapshot->leadership.mutable_lock()->set_name(lock);
    snapshot->leadership.set_state(Leadership::STATE_STANDBY);
    snapshot->leadership.mutable_leader()->set_uid(leader);
    snapshot->leadership.set_revision(revision);
    history_.Told(snapshot);
  }
  std::vector<std::string> Leaders(const std::string& lock = "a") const {
    std::vector<std::string> leaders;
    for (const History::Entry& entry : history_.Of(lock)) leaders.push_back(entry.told->leadership.leader().uid());
    return leaders;
  }

  absl::Time now_ = absl::FromUnixSeconds(1000);
  History history_{[this] { return now_; }};
};

TEST_F(HistoryTest, EveryChangeThatIsNewsInItsOrder) {
  Tell(1, "x");
  now_ += absl::Seconds(5);
  Tell(2, "y");
  Tell(3, "y");
  Tell(4, "x");
  EXPECT_THAT(Leaders(), ElementsAre("x", "y", "x"));
  EXPECT_EQ(history_.Of("a")[0].at, absl::FromUnixSeconds(1000));
  EXPECT_EQ(history_.Of("a")[1].at, absl::FromUnixSeconds(1005));
}

TEST_F(HistoryTest, WhatIsShownTwiceIsKeptOnce) {
  Tell(1, "x");
  Tell(2, "y");
  Tell(2, "y");
  Tell(1, "x");
  EXPECT_THAT(Leaders(), ElementsAre("x", "y"));
}

TEST_F(HistoryTest, EachLockHasItsOwn) {
  Tell(1, "x", "a");
  Tell(1, "y", "b");
  EXPECT_THAT(Leaders("a"), ElementsAre("x"));
  EXPECT_THAT(Leaders("b"), ElementsAre("y"));
  EXPECT_THAT(Leaders("c"), ElementsAre());
}

TEST_F(HistoryTest, TheOldestGoFirst) {
  for (size_t i = 1; i <= History::kKept + 7; ++i) Tell(i, std::to_string(i));
  EXPECT_EQ(Leaders().size(), History::kKept);
  EXPECT_EQ(Leaders().front(), "8");
}

}  // namespace
}  // namespace leadership_broker::testing
