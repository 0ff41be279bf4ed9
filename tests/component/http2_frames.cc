#include "tests/component/http2_frames.h"

namespace leadership_broker::testing::http2 {
namespace {

void AppendBigEndian(uint32_t number, int bytes, std::string* out) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) out->push_back(static_cast<char>(number >> shift & 0xff));
}

uint32_t ReadBigEndian(absl::string_view bytes) {
  uint32_t number = 0;
  for (const char byte : bytes) number = number << 8 | static_cast<uint8_t>(byte);
  return number;
}

// HPACK, as plainly as it goes: a literal that is not to be indexed, of no Huffman code and fewer than 127 bytes each.
void AppendHeader(absl::string_view name, absl::string_view value, std::string* out) {
  out->push_back('\0');
  for (const absl::string_view text : {name, value}) {
    out->push_back(static_cast<char>(text.size()));
    out->append(text.data(), text.size());
  }
}

constexpr size_t kHeadBytes = 9;

}  // namespace

std::string Encode(const Frame& frame) {
  std::string bytes;
  AppendBigEndian(static_cast<uint32_t>(frame.payload.size()), 3, &bytes);
  AppendBigEndian(frame.type, 1, &bytes);
  AppendBigEndian(frame.flags, 1, &bytes);
  AppendBigEndian(frame.stream, 4, &bytes);
  return bytes + frame.payload;
}

std::vector<Frame> Decode(std::string* bytes) {
  std::vector<Frame> frames;
  absl::string_view rest = *bytes;
  while (rest.size() >= kHeadBytes && rest.size() >= kHeadBytes + ReadBigEndian(rest.substr(0, 3))) {
    Frame frame;
    frame.type = static_cast<uint8_t>(rest[3]);
    frame.flags = static_cast<uint8_t>(rest[4]);
    frame.stream = ReadBigEndian(rest.substr(5, 4));
    frame.payload = std::string(rest.substr(kHeadBytes, ReadBigEndian(rest.substr(0, 3))));
    rest.remove_prefix(kHeadBytes + frame.payload.size());
    frames.push_back(std::move(frame));
  }
  *bytes = std::string(rest);
  return frames;
}

std::string Hello() { return "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + Encode({kSettings, 0, 0, ""}); }

std::string CallHead(uint32_t stream, absl::string_view path) {
  std::string headers;
  AppendHeader(":method", "POST", &headers);
  AppendHeader(":scheme", "http", &headers);
  AppendHeader(":path", path, &headers);
  AppendHeader(":authority", "localhost", &headers);
  AppendHeader("te", "trailers", &headers);
  AppendHeader("content-type", "application/grpc", &headers);
  return Encode({kHeaders, kEndHeaders, stream, headers});
}

std::string LastMessage(uint32_t stream, absl::string_view protobuf) {
  std::string message(1, '\0');
  AppendBigEndian(static_cast<uint32_t>(protobuf.size()), 4, &message);
  message.append(protobuf.data(), protobuf.size());
  return Encode({kData, kEndStream, stream, message});
}

}  // namespace leadership_broker::testing::http2
