#include "server/rpc/heartbeat_timer.h"

#include <atomic>
#include <future>
#include <memory>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace leadership_broker::testing {
namespace {

using rpc::HeartbeatTimer;

TEST(HeartbeatTimerTest, TicksAgainAfterWhatTheTickAskedFor) {
  HeartbeatTimer timer;
  std::promise<std::vector<absl::Duration>> done;
  std::vector<absl::Duration> times;
  const absl::Duration start = HeartbeatTimer::Now();
  auto beat = timer.Start(absl::Milliseconds(20), [&] {
    times.push_back(HeartbeatTimer::Now() - start);
    if (times.size() == 3) done.set_value(times);
    return times.size() < 3 ? absl::Milliseconds(30) : absl::Hours(100000000);
  });
  const std::vector<absl::Duration> seen = done.get_future().get();
  EXPECT_GE(seen[0], absl::Milliseconds(20));
  EXPECT_GE(seen[1], seen[0] + absl::Milliseconds(30));
  EXPECT_GE(seen[2], seen[1] + absl::Milliseconds(30));
}

TEST(HeartbeatTimerTest, ASoonerBeatIsNotHeldUpByALaterOne) {
  HeartbeatTimer timer;
  auto later = timer.Start(absl::Hours(1), [] { return absl::Hours(1); });
  std::promise<void> ticked;
  auto sooner = timer.Start(absl::Milliseconds(1), [&] {
    ticked.set_value();
    return absl::Hours(1);
  });
  ticked.get_future().wait();
}

TEST(HeartbeatTimerTest, NoTickAfterTheEndOfTheBeat) {
  HeartbeatTimer timer;
  for (int round = 0; round < 300; ++round) {
    auto touched = std::make_unique<std::atomic<int>>(0);
    auto beat = timer.Start(absl::ZeroDuration(), [raw = touched.get()] {
      ++*raw;
      return absl::ZeroDuration();
    });
    while (*touched == 0) std::this_thread::yield();
    beat.reset();
    const int ticks = *touched;
    std::this_thread::yield();
    EXPECT_EQ(*touched, ticks);
  }
}

TEST(HeartbeatTimerTest, ABeatMayEndInsideItsOwnTick) {
  HeartbeatTimer timer;
  std::atomic<int> ticks{0};
  std::promise<void> ended;
  std::promise<void> assigned;
  std::unique_ptr<HeartbeatTimer::Beat> beat;
  beat = timer.Start(absl::ZeroDuration(), [&] {
    assigned.get_future().wait();
    ++ticks;
    beat.reset();
    ended.set_value();
    return absl::ZeroDuration();
  });
  assigned.set_value();
  ended.get_future().wait();
  // Another beat's tick shows that the timer is past the point where it would have called the first again.
  std::promise<void> next;
  auto other = timer.Start(absl::Milliseconds(1), [&] {
    next.set_value();
    return absl::Hours(1);
  });
  next.get_future().wait();
  EXPECT_EQ(ticks, 1);
}

}  // namespace
}  // namespace leadership_broker::testing
