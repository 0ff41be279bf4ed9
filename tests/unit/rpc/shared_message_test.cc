#include "server/rpc/shared_message.h"

#include <memory>
#include <string>

#include "gtest/gtest.h"

#include "leadership/v1/leadership.grpc.pb.h"
#include "server/rpc/message.h"
#include "tests/unit/rpc/snapshots.h"

namespace leadership_broker::testing {
namespace {

using leadership::v1::Leadership;
using rpc::SharedMessage;

Leadership Parsed(grpc::ByteBuffer bytes) {
  Leadership message;
  EXPECT_TRUE(grpc::SerializationTraits<Leadership>::Deserialize(&bytes, &message).ok());
  return message;
}

// What every other call would tell of it.
Leadership Filled(const status::Snapshot& snapshot, absl::Duration now) {
  Leadership message;
  rpc::FillMessage(snapshot, now, &message);
  return message;
}

TEST(SharedMessageTest, OneSnapshotIsSerializedOnceForAll) {
  SharedMessage message;
  const status::SnapshotPtr snapshot = Standby(1);
  const auto first = message.Of(snapshot, absl::Seconds(1));
  EXPECT_EQ(message.Of(snapshot, absl::Seconds(2)), first);
  EXPECT_EQ(Parsed(*first).SerializeAsString(), snapshot->leadership.SerializeAsString());
}

TEST(SharedMessageTest, EachSnapshotHasItsOwn) {
  SharedMessage message;
  // A refresh has the revision of the one before, and tells more.
  auto refreshed = NewSnapshot(1, Leadership::STATE_STANDBY);
  refreshed->leadership.mutable_verified_at()->set_seconds(77);
  const status::SnapshotPtr snapshot = Standby(1);
  const auto first = message.Of(snapshot, absl::Seconds(1));
  EXPECT_EQ(Parsed(*message.Of(refreshed, absl::Seconds(1))).verified_at().seconds(), 77);
  EXPECT_FALSE(Parsed(*message.Of(snapshot, absl::Seconds(1))).has_verified_at()) << "asked for again";
  EXPECT_FALSE(Parsed(*first).has_verified_at()) << "a stream may be sending it still";
}

TEST(SharedMessageTest, R9ValidForIsReckonedForEachStream) {
  SharedMessage message;
  auto snapshot = NewSnapshot(1, Leadership::STATE_LEADER);
  snapshot->trusted_until = absl::Seconds(110);
  for (const absl::Duration now : {absl::Seconds(100), absl::Milliseconds(100500), absl::Seconds(111)}) {
    const Leadership told = Parsed(*message.Of(snapshot, now));
    EXPECT_TRUE(told.has_valid_for()) << "zero, too, must be told";
    EXPECT_EQ(told.SerializeAsString(), Filled(*snapshot, now).SerializeAsString());
  }
}

}  // namespace
}  // namespace leadership_broker::testing
