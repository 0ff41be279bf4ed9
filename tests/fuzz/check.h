// What a fuzz target holds the code to. A promise that is broken ends the process, which libFuzzer reports with the
// input that did it.
#ifndef LEADERSHIP_BROKER_TESTS_FUZZ_CHECK_H_
#define LEADERSHIP_BROKER_TESTS_FUZZ_CHECK_H_

#include <cstdlib>
#include <iostream>
#include <string>

#include "absl/strings/string_view.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "google/protobuf/message.h"
#include "google/protobuf/stubs/logging.h"
#include "google/protobuf/wrappers.pb.h"

namespace leadership_broker::fuzz {

// Protobuf prints a line for much of what it refuses, which would be most of the time.
inline const bool kProtobufIsQuiet = google::protobuf::SetLogHandler(nullptr) != nullptr;

[[noreturn]] inline void Fail(absl::string_view promise, absl::string_view seen = "") {
  std::cerr << "broken promise: " << promise << (seen.empty() ? "" : "\n  seen: ") << seen << std::endl;
  std::abort();
}

inline void Check(bool kept, absl::string_view promise, absl::string_view seen = "") {
  if (!kept) Fail(promise, seen);
}

// Whether a person wants to be told what happens.
inline bool Tracing() {
  static const bool tracing = std::getenv("FUZZ_TRACE") != nullptr;
  return tracing;
}

// No control characters, so that it can be shown in a terminal and is one line of a log.
inline bool IsPrintable(absl::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return false;
  }
  return true;
}

// By protobuf's judgement, which is the one that matters for what is sent.
inline bool IsUtf8(absl::string_view text) {
  google::protobuf::StringValue value;
  value.set_value(std::string(text));
  return google::protobuf::StringValue().ParseFromString(value.SerializeAsString());
}

// Equal messages give equal bytes, maps in them too.
inline std::string Bytes(const google::protobuf::Message& message) {
  std::string bytes;
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  message.SerializeToCodedStream(&coded);
  coded.Trim();
  return bytes;
}

}  // namespace leadership_broker::fuzz

#endif  // LEADERSHIP_BROKER_TESTS_FUZZ_CHECK_H_
