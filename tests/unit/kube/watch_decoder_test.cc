#include "server/kube/watch_decoder.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace leadership_broker::kube {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// What a decoder makes of its input, one short line for each event; the error as the last.
template <typename Object>
class Reader {
 public:
  void Feed(absl::string_view bytes) {
    decoder_.Feed(bytes);
    while (true) {
      auto event = decoder_.Next();
      if (!event.ok()) {
        read.push_back(absl::StrCat("error ", absl::StatusCodeToString(event.status().code())));
        message = std::string(event.status().message());
        return;
      }
      if (!event->has_value()) return;
      read.push_back(Describe(**event));
    }
  }
  bool HasRest() const { return decoder_.HasRest(); }

  std::vector<std::string> read;
  std::string message;

 private:
  static std::string Describe(const typename WatchDecoder<Object>::Event& event) {
    if (const auto* bookmark = std::get_if<BookmarkEvent>(&event)) return "bookmark " + bookmark->resource_version;
    if (const auto* error = std::get_if<ErrorEvent>(&event))
      return absl::StrCat("ERROR ", error->status.code(), " ", error->status.reason());
    const auto& object = std::get<ObjectEvent<Object>>(event);
    const ObjectMeta& metadata = object.object.metadata();
    constexpr const char* kKinds[] = {"added", "modified", "deleted"};
    return absl::StrCat(kKinds[static_cast<int>(object.kind)], " ", metadata.name(), " ", metadata.uid(), " ",
                        metadata.resource_version());
  }

  WatchDecoder<Object> decoder_;
};

std::string Event(const std::string& type, const std::string& uid, const std::string& resource_version) {
  return R"({"type":")" + type +
         R"(","object":{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"lock","uid":")" + uid +
         R"(","resourceVersion":")" + resource_version +
         R"(","creationTimestamp":"2026-01-02T03:04:05Z","labels":{"a.b/c":"ü\n{}"},"managedFields":[{"fieldsV1":{"f:data":{}}}]}}})";
}

const char kBookmark[] =
    R"({"type":"BOOKMARK","object":{"kind":"ConfigMap","apiVersion":"v1","metadata":{"resourceVersion":"77","creationTimestamp":null}}})";

TEST(WatchDecoderTest, EverySplitOfAStreamGivesTheSameEvents) {
  const std::string stream = Event("ADDED", "u1", "10") + "\n" + kBookmark + "\r\n\n" + Event("MODIFIED", "u1", "80") +
                             "\n" + Event("DELETED", "u1", "81") + "\n";
  const auto expected = ElementsAre("added lock u1 10", "bookmark 77", "modified lock u1 80", "deleted lock u1 81");

  Reader<ConfigMap> byte_by_byte;
  for (const char byte : stream) byte_by_byte.Feed(absl::string_view(&byte, 1));
  EXPECT_THAT(byte_by_byte.read, expected);
  EXPECT_FALSE(byte_by_byte.HasRest());

  for (size_t split = 0; split <= stream.size(); ++split) {
    Reader<ConfigMap> reader;
    reader.Feed(absl::string_view(stream).substr(0, split));
    reader.Feed(absl::string_view(stream).substr(split));
    ASSERT_THAT(reader.read, expected) << "split at " << split;
  }
}

TEST(WatchDecoderTest, HasARestInTheMiddleOfALine) {
  Reader<ConfigMap> reader;
  reader.Feed(Event("ADDED", "u1", "10"));
  EXPECT_THAT(reader.read, IsEmpty());
  EXPECT_TRUE(reader.HasRest());
  reader.Feed("\n");
  EXPECT_FALSE(reader.HasRest());
}

TEST(WatchDecoderTest, AnErrorEventIsNotReadAsAnEmptyObject) {
  Reader<ConfigMap> reader;
  reader.Feed(R"({"type":"ERROR","object":{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure",)"
              R"("message":"too old resource version: 1","reason":"Expired","code":410}})"
              "\n");
  EXPECT_THAT(reader.read, ElementsAre("ERROR 410 Expired"));
}

TEST(WatchDecoderTest, TooLargeResourceVersionComesAsAnErrorEvent) {
  Reader<Pod> reader;
  reader.Feed(
      R"({"type":"ERROR","object":{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure",)"
      R"("message":"Too large resource version: 9, current: 5","reason":"Timeout","details":{"causes":[{"reason":)"
      R"("ResourceVersionTooLarge","message":"Too large resource version"}],"retryAfterSeconds":1},"code":504}})"
      "\n");
  EXPECT_THAT(reader.read, ElementsAre("ERROR 504 Timeout"));
}

TEST(WatchDecoderTest, ReadsWhatTheElectionNeedsOfAPod) {
  WatchDecoder<Pod> decoder;
  decoder.Feed(
      R"({"type":"MODIFIED","object":{"kind":"Pod","metadata":{"name":"app-0","uid":"p1","resourceVersion":"5",)"
      R"("deletionTimestamp":"2026-01-02T03:04:05Z","deletionGracePeriodSeconds":30},"spec":{"nodeName":"n1","containers":)"
      R"([{"name":"app"}],"initContainers":[{"name":"broker","restartPolicy":"Always"}]},"status":{"phase":"Running","hostIP":)"
      R"("10.1.1.1","containerStatuses":[{"name":"app","state":{"terminated":{"exitCode":1,"reason":"Error"}},"lastState":{}}]}}})"
      "\n");
  const auto event = decoder.Next();
  ASSERT_TRUE(event.ok() && event->has_value()) << event.status();
  const Pod& pod = std::get<ObjectEvent<Pod>>(**event).object;
  EXPECT_EQ(pod.metadata().deletion_grace_period_seconds(), 30);
  EXPECT_TRUE(pod.metadata().has_deletion_timestamp());
  EXPECT_EQ(pod.spec().node_name(), "n1");
  EXPECT_EQ(pod.spec().init_containers(0).restart_policy(), "Always");
  EXPECT_TRUE(pod.status().container_statuses(0).state().has_terminated());
}

class WatchDecoderGarbageTest : public ::testing::TestWithParam<std::string> {};

TEST_P(WatchDecoderGarbageTest, IsDataLossAndWhatCameBeforeIsKept) {
  Reader<ConfigMap> reader;
  reader.Feed(Event("ADDED", "u1", "10") + "\n" + GetParam() + "\n");
  EXPECT_THAT(reader.read, ElementsAre("added lock u1 10", "error DATA_LOSS")) << GetParam();
}

INSTANTIATE_TEST_SUITE_P(All, WatchDecoderGarbageTest,
                         ::testing::Values("<html>", "{", "[]", "null", "\"ADDED\"", "{}", R"({"object":{}})",
                                           R"({"type":"SURPRISE","object":{}})", R"({"type":"ADDED"})",
                                           R"({"type":"ADDED","object":{}})",
                                           R"({"type":"ADDED","object":{"metadata":{"uid":"u"}}})",
                                           R"({"type":"DELETED","object":{"metadata":{"resourceVersion":"1"}}})",
                                           R"({"type":"BOOKMARK","object":{}})", R"({"type":"ADDED","object":"text"})",
                                           R"({"type":"ERROR","object":[]})", "\xff\xfe",
                                           "{\"type\":\"ADDED\",\"object\":" + std::string(10000, '{'),
                                           std::string("\0\0", 2)));

TEST(WatchDecoderTest, ALineThatNeverEndsIsDataLossAtTheLimit) {
  Reader<ConfigMap> reader;
  reader.Feed(R"({"type":"ADDED","object":{"data":{"x":")");
  const std::string chunk(1 << 20, 'x');
  for (int i = 0; i < 15; ++i) reader.Feed(chunk);
  EXPECT_THAT(reader.read, IsEmpty());
  reader.Feed(chunk);
  EXPECT_THAT(reader.read, ElementsAre("error DATA_LOSS"));
  EXPECT_THAT(reader.message, HasSubstr("longer than 16777216 bytes"));
}

TEST(WatchDecoderTest, ALargeObjectInSmallPiecesIsRead) {
  Reader<ConfigMap> reader;
  const std::string line =
      R"({"data":{"x":")" + std::string(4 << 20, 'x') + R"("},)" + Event("ADDED", "u1", "10").substr(1) + "\n";
  for (size_t at = 0; at < line.size(); at += 1000) reader.Feed(absl::string_view(line).substr(at, 1000));
  EXPECT_THAT(reader.read, ElementsAre("added lock u1 10"));
}

}  // namespace
}  // namespace leadership_broker::kube
