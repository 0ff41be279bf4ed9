// The few HTTP/2 frames that a gRPC client sends, made by hand, so that they can be sent wrongly too.
#ifndef LEADERSHIP_BROKER_TESTS_COMPONENT_HTTP2_FRAMES_H_
#define LEADERSHIP_BROKER_TESTS_COMPONENT_HTTP2_FRAMES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace leadership_broker::testing::http2 {

enum FrameType : uint8_t { kData = 0, kHeaders = 1, kRstStream = 3, kSettings = 4, kPing = 6, kGoAway = 7 };
inline constexpr uint8_t kEndStream = 1;
inline constexpr uint8_t kAck = 1;
inline constexpr uint8_t kEndHeaders = 4;

struct Frame {
  uint8_t type = 0;
  uint8_t flags = 0;
  uint32_t stream = 0;
  std::string payload;
};

std::string Encode(const Frame& frame);
// All whole frames in `bytes`, which keeps what is left.
std::vector<Frame> Decode(std::string* bytes);

// What a client says first: the preface and empty settings.
std::string Hello();
// The head of a call, e.g. of "/leadership.v1.LeadershipBroker/WatchLeadership", on a stream of odd number.
std::string CallHead(uint32_t stream, absl::string_view path);
// A gRPC message, the last of the stream.
std::string LastMessage(uint32_t stream, absl::string_view protobuf);

}  // namespace leadership_broker::testing::http2

#endif  // LEADERSHIP_BROKER_TESTS_COMPONENT_HTTP2_FRAMES_H_
