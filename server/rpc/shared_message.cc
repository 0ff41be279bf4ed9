#include "server/rpc/shared_message.h"

#include <optional>
#include <utility>

#include "server/rpc/message.h"

namespace leadership_broker::rpc {
namespace {

grpc::Slice Bytes(const leadership::v1::Leadership& message) { return grpc::Slice(message.SerializeAsString()); }

}  // namespace

std::shared_ptr<const grpc::ByteBuffer> SharedMessage::Of(const status::SnapshotPtr& snapshot, absl::Duration now) {
  std::optional<google::protobuf::Duration> valid_for = ValidFor(*snapshot, now);
  grpc::Slice slices[2];
  {
    loop::MutexLock lock(mutex_);
    if (snapshot != snapshot_) {
      snapshot_ = snapshot;
      bytes_ = Bytes(snapshot->leadership);
      message_ = std::make_shared<const grpc::ByteBuffer>(&bytes_, 1);
    }
    if (!valid_for.has_value()) return message_;
    slices[0] = bytes_;
  }
  // Encoded messages that follow each other are read as one, with the fields of both.
  leadership::v1::Leadership rest;
  *rest.mutable_valid_for() = *std::move(valid_for);
  slices[1] = Bytes(rest);
  return std::make_shared<const grpc::ByteBuffer>(slices, 2);
}

}  // namespace leadership_broker::rpc
