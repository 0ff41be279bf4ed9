#include "tests/interop/grpcurl/transcript.h"

#include "gtest/gtest.h"

namespace leadership_broker::testing {
namespace {

TEST(Transcript, IsTheFencedBlockAfterItsMarker) {
  const auto steps = FindTranscript(
      "# Title\n```\n$ not this\n```\n<!-- the transcript -->\n\n```console\n$ one -a\nout\n\nmore\n\n$ "
      "two\n```\n```\n$ nor "
      "this\n```\n",
      "the transcript");
  ASSERT_EQ(steps.size(), 2);
  EXPECT_EQ(steps[0].command, "one -a");
  EXPECT_EQ(steps[0].output, "out\n\nmore\n");
  EXPECT_EQ(steps[1].command, "two");
  EXPECT_EQ(steps[1].output, "");
  EXPECT_TRUE(FindTranscript("```\n$ one\n```\n", "the transcript").empty());
}

TEST(Transcript, WhatDiffersFromRunToRunIsNormalizedAndNothingElse) {
  EXPECT_EQ(
      Normalized(
          R"({"uid": "0a1b2c3d-0000-4000-8000-0123456789ab", "fencing_token": "17", "resourceVersion": "17", "at": "2024-01-02T03:04:05.678Z",
 "namespace": "default", "name": "a-1", "state": "STATE_LEADER"}

)"),
      R"({"uid": "UID", "fencing_token": NUMBER, "resourceVersion": NUMBER, "at": "TIME",
 "namespace": NAMESPACE, "name": "a-1", "state": "STATE_LEADER"}
)");
}

}  // namespace
}  // namespace leadership_broker::testing
