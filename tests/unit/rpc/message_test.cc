#include "server/rpc/message.h"

#include "gtest/gtest.h"

#include "tests/unit/rpc/snapshots.h"

namespace leadership_broker::testing {
namespace {

using leadership::v1::Leadership;
using rpc::FillMessage;

Leadership Message(Leadership::State state, absl::Duration trusted_until, absl::Duration now) {
  auto snapshot = NewSnapshot(7, state);
  snapshot->trusted_until = trusted_until;
  Leadership message;
  message.mutable_valid_for()->set_seconds(99);  // As a reactor's message of last time.
  FillMessage(*snapshot, now, &message);
  EXPECT_EQ(message.revision(), 7u);
  return message;
}

TEST(MessageTest, R9ValidForIsWhatIsLeftWhenItIsSent) {
  const Leadership message = Message(Leadership::STATE_LEADER, absl::Seconds(110), absl::Milliseconds(100500));
  EXPECT_EQ(message.valid_for().seconds(), 9);
  EXPECT_EQ(message.valid_for().nanos(), 500000000);
}

TEST(MessageTest, R9ValidForIsNeverNegative) {
  const Leadership message = Message(Leadership::STATE_LEADER, absl::Seconds(110), absl::Seconds(111));
  ASSERT_TRUE(message.has_valid_for()) << "absent would mean that there is no limit";
  EXPECT_EQ(message.valid_for().seconds(), 0);
  EXPECT_EQ(message.valid_for().nanos(), 0);
}

TEST(MessageTest, R9ValidForIsAbsentWithoutALimitAndWhereThisPodDoesNotLead) {
  EXPECT_FALSE(Message(Leadership::STATE_LEADER, absl::InfiniteDuration(), absl::Seconds(1)).has_valid_for());
  EXPECT_FALSE(Message(Leadership::STATE_STANDBY, absl::Seconds(110), absl::Seconds(1)).has_valid_for());
}

}  // namespace
}  // namespace leadership_broker::testing
