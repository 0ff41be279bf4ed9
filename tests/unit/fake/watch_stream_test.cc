// What a watch's body says, and when.
#include "tests/fake_kube_apiserver/watch_stream.h"

#include <atomic>
#include <memory>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/harness/eventually.h"

namespace leadership_broker::testing::fake {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using State = ByteStream::State;

class WatchStreamTest : public ::testing::Test {
 protected:
  WatchStreamTest() {
    faults_.OnChange([this] { streams_.ForEach({}, [](WatchStream& stream) { stream.Wake(); }); });
  }

  void Create(const std::string& name) {
    ASSERT_EQ(store_.Create(config_maps_, "default", {{"metadata", {{"name", name}}}}).status, 201);
  }
  std::shared_ptr<WatchStream> Start(WatchOptions options) {
    const RequestFacts facts{"watch", "configmaps", "default", "", "leader"};
    auto stream = std::make_shared<WatchStream>(store_, faults_, timers_, streams_, facts, std::move(options));
    stream->Start([this] { ++wakes_; });
    return stream;
  }
  WatchOptions FromNow() const {
    return {&config_maps_, "default", Selector(), store_.revision(), std::chrono::hours(1), std::nullopt};
  }
  // The next bytes, once there are any.
  std::string Await(WatchStream& stream) {
    std::string out;
    EXPECT_TRUE(Eventually([&] { return stream.Read(&out) != State::kWait; }));
    return out;
  }
  State Read(WatchStream& stream) {
    std::string out;
    return stream.Read(&out);
  }

  const Resource& config_maps_ = CoreResource("configmaps");
  Store store_{10};
  Faults faults_;
  WatchStreams streams_;
  std::atomic<int> wakes_{0};
  Timers timers_;
};

TEST_F(WatchStreamTest, EventsAreLinesWithTheTypeFirst) {
  const auto stream = Start(FromNow());
  EXPECT_EQ(Read(*stream), State::kWait);
  Create("a");
  EXPECT_EQ(wakes_, 1);
  const std::string line = Await(*stream);
  EXPECT_THAT(line, StartsWith("{\"type\":\"ADDED\",\"object\":{"));
  EXPECT_EQ(line.back(), '\n');
  EXPECT_EQ(Read(*stream), State::kWait);
}

TEST_F(WatchStreamTest, ItWakesItselfForABookmarkAtTheStoresRevision) {
  WatchOptions options = FromNow();
  options.bookmark_interval = milliseconds(1);
  options.selector = *Selector::Parse(config_maps_, "metadata.name=none", "");
  const auto stream = Start(options);
  Create("unselected");
  EXPECT_EQ(wakes_, 0);
  // The first Read that waits sets the alarm.
  std::string line;
  if (stream->Read(&line) == State::kWait) {
    EXPECT_TRUE(Eventually([&] { return wakes_ > 0; }));
    line = Await(*stream);
  }
  EXPECT_THAT(line, StartsWith("{\"type\":\"BOOKMARK\""));
  EXPECT_THAT(line, HasSubstr("\"resourceVersion\":\"" + std::to_string(store_.revision()) + "\""));
}

TEST_F(WatchStreamTest, ItEndsAfterItsTimeout) {
  WatchOptions options = FromNow();
  options.timeout = std::chrono::seconds(0);
  EXPECT_EQ(Read(*Start(options)), State::kEnd);
}

TEST_F(WatchStreamTest, AForgottenVersionIsAnErrorEventAndTheEnd) {
  Create("a");
  WatchOptions options = FromNow();
  options.from = 1;
  store_.Compact();
  const auto stream = Start(options);
  const std::string line = Await(*stream);
  EXPECT_THAT(line, StartsWith("{\"type\":\"ERROR\""));
  EXPECT_THAT(line, HasSubstr("\"code\":410"));
  EXPECT_EQ(Read(*stream), State::kEnd);
}

TEST_F(WatchStreamTest, AFrozenOneIsSilentAndThenTellsAll) {
  WatchOptions options = FromNow();
  options.timeout = std::chrono::seconds(0);
  const auto stream = Start(options);
  const int number = faults_.Add({{"", "", "", "", "leader"}, FaultAction::kFreeze});
  Create("a");
  EXPECT_EQ(Read(*stream), State::kWait);
  wakes_ = 0;
  faults_.Remove(number);
  EXPECT_EQ(wakes_, 1);
  EXPECT_THAT(Await(*stream), HasSubstr("\"name\":\"a\""));
  EXPECT_EQ(Read(*stream), State::kEnd);
}

TEST_F(WatchStreamTest, AFaultOnAnotherPodsWatchesLeavesThisOneAlone) {
  const auto stream = Start(FromNow());
  faults_.Add({{"", "", "", "", "standby"}, FaultAction::kFreeze});
  Create("a");
  EXPECT_EQ(Read(*stream), State::kBytes);
}

TEST_F(WatchStreamTest, ALaggingOneTellsLaterByItself) {
  const auto stream = Start(FromNow());
  Fault lag{{}, FaultAction::kLag};
  lag.delay = std::chrono::hours(1);
  const int hour = faults_.Add(lag);
  Create("a");
  EXPECT_EQ(Read(*stream), State::kWait);
  faults_.Remove(hour);
  lag.delay = milliseconds(20);
  faults_.Add(lag);
  Create("b");
  EXPECT_THAT(Await(*stream), HasSubstr("\"name\":\"a\""));
}

TEST_F(WatchStreamTest, WhatRunsCanBeCutFailedAndGarbled) {
  const auto stream = Start(FromNow());
  streams_.ForEach({"watch", "pods", "", "", ""}, [](WatchStream& other) { other.Cut(); });
  EXPECT_EQ(Read(*stream), State::kWait);
  wakes_ = 0;
  stream->Garble();
  EXPECT_EQ(wakes_, 1);
  EXPECT_FALSE(json::accept(Await(*stream)));
  EXPECT_EQ(Read(*stream), State::kWait);
  stream->Fail(Failure(504, "Timeout: Too large resource version"));
  EXPECT_THAT(Await(*stream), HasSubstr("\"code\":504"));
  EXPECT_EQ(Read(*stream), State::kEnd);
  streams_.ForEach({"watch", "configmaps", "default", "", "leader"}, [](WatchStream& other) { other.Cut(); });
  EXPECT_EQ(Read(*stream), State::kCut);
}

TEST_F(WatchStreamTest, ARestoredStoreCutsIt) {
  const auto stream = Start(FromNow());
  ASSERT_TRUE(store_.RestoreTo(store_.revision()));
  EXPECT_EQ(Read(*stream), State::kCut);
}

}  // namespace
}  // namespace leadership_broker::testing::fake
