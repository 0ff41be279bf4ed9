#include "server/loop/event_loop.h"

#include <time.h>

#include <algorithm>
#include <functional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "server/loop/mutex.h"
#include "server/loop/waiter.h"

namespace leadership_broker::loop {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Ge;
using ::testing::Lt;

// Returns only when woken, whatever the time asked for: what comes late because a wake-up is missing never comes here.
class DeafToTimeWaiter : public Waiter {
 public:
  void Wait(absl::Duration) override {
    MutexLock lock(mutex_);
    while (!woken_) condition_.Wait(mutex_);
    woken_ = false;
  }

  void Wake() override {
    MutexLock lock(mutex_);
    woken_ = true;
    condition_.NotifyAll();
  }

 private:
  Mutex mutex_;
  CondVar condition_;
  bool woken_ GUARDED_BY(mutex_) = false;
};

// Virtual time: a wait lets exactly the time asked for go by, unless `on_wait` does something else.
class VirtualWaiter : public Waiter {
 public:
  void Wait(absl::Duration max) override {
    waits.push_back(max);
    if (on_wait) {
      on_wait(max);
    } else {
      now.boot += max;
    }
  }
  void Wake() override {}

  Instant now{absl::Hours(1), absl::UnixEpoch()};
  std::vector<absl::Duration> waits;
  std::function<void(absl::Duration)> on_wait;
};

class EventLoopTest : public ::testing::Test {
 protected:
  // Runs the loop for this much virtual time.
  void RunFor(absl::Duration duration) {
    const Handle end = loop_.After(duration, [this] { loop_.Stop(); });
    loop_.Run();
  }

  std::function<void()> Note(std::string text) {
    return [this, text = std::move(text)] { notes_.push_back(text); };
  }

  VirtualWaiter waiter_;
  EventLoop loop_{&waiter_, [this] { return waiter_.now; }};
  std::vector<std::string> notes_;
};

TEST(EventLoopThreadsTest, TasksOfOtherThreadsWakeTheLoopAndRunOnItsThreadInTheirOrder) {
  DeafToTimeWaiter waiter;
  EventLoop loop(&waiter);
  std::thread::id loop_thread;
  std::vector<int> order;
  std::thread thread([&] {
    loop_thread = std::this_thread::get_id();
    loop.Run();
  });
  std::thread::id task_thread;
  for (int i = 0; i < 1000; ++i) {
    loop.Post([&, i] {
      order.push_back(i);
      task_thread = std::this_thread::get_id();
    });
  }
  loop.Post([&] { loop.Stop(); });
  thread.join();
  EXPECT_EQ(task_thread, loop_thread);
  ASSERT_EQ(order.size(), 1000u);
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
}

TEST(EventLoopThreadsTest, StopOfAnotherThreadWakesTheLoop) {
  DeafToTimeWaiter waiter;
  EventLoop loop(&waiter);
  std::thread thread([&] { loop.Run(); });
  loop.Stop();
  thread.join();
}

TEST(EventLoopThreadsTest, ATaskMayPostAnother) {
  DeafToTimeWaiter waiter;
  EventLoop loop(&waiter);
  loop.Post([&] { loop.Post([&] { loop.Stop(); }); });
  loop.Run();
}

TEST(EventLoopThreadsTest, LastTurnIsReadWhileTheLoopTurns) {
  DeafToTimeWaiter waiter;
  EventLoop loop(&waiter);
  const absl::Duration before = loop.LastTurn();
  std::thread thread([&] { loop.Run(); });
  absl::Duration seen = before;
  while (seen == before) {
    loop.Post([] {});
    seen = loop.LastTurn();
  }
  loop.Stop();
  thread.join();
  EXPECT_GT(seen, before);
}

TEST_F(EventLoopTest, StopBeforeRunReturnsAtOnceButRunsWhatWasPostedBefore) {
  loop_.Post(Note("before"));
  loop_.Stop();
  loop_.Post(Note("after"));
  loop_.Run();
  EXPECT_THAT(notes_, ElementsAre("before"));
  EXPECT_TRUE(waiter_.waits.empty());
}

TEST_F(EventLoopTest, TimersRunByTimeAndThoseOfOneTimeByAge) {
  const Handle c = loop_.After(absl::Seconds(2), Note("2 s, older"));
  const Handle a = loop_.After(absl::Milliseconds(1), Note("1 ms"));
  const Handle d = loop_.After(absl::Seconds(2), Note("2 s, younger"));
  const Handle b = loop_.After(absl::Seconds(1), Note("1 s"));
  RunFor(absl::Seconds(3));
  EXPECT_THAT(notes_, ElementsAre("1 ms", "1 s", "2 s, older", "2 s, younger"));
}

TEST_F(EventLoopTest, ATimerWithoutDelayDoesNotRunInsideTheCallThatMakesIt) {
  const Handle zero = loop_.After(absl::ZeroDuration(), Note("zero"));
  const Handle past = loop_.After(-absl::InfiniteDuration(), Note("past"));
  EXPECT_TRUE(notes_.empty());
  RunFor(absl::Seconds(1));
  EXPECT_THAT(notes_, ElementsAre("zero", "past"));
}

TEST_F(EventLoopTest, ATimerThatAlwaysMakesAnotherLeavesTheWaiterItsTurn) {
  Handle handle;
  int rounds = 0;
  std::function<void()> again = [&] {
    // The waiter has been called once between any two of these.
    EXPECT_EQ(waiter_.waits.size(), static_cast<size_t>(rounds));
    if (++rounds == 5) return loop_.Stop();
    handle = loop_.After(absl::ZeroDuration(), again);
  };
  handle = loop_.After(absl::ZeroDuration(), again);
  loop_.Run();
  EXPECT_EQ(rounds, 5);
}

TEST_F(EventLoopTest, ADestroyedTimerDoesNotRunEvenWhenItIsDueAlready) {
  Handle second;
  const Handle first = loop_.After(absl::Seconds(1), [&] {
    notes_.push_back("first");
    second.reset();
  });
  second = loop_.After(absl::Seconds(1), Note("second"));
  RunFor(absl::Seconds(2));
  EXPECT_THAT(notes_, ElementsAre("first"));
}

TEST_F(EventLoopTest, ATimerMayBeDestroyedOrReplacedInItsOwnCallback) {
  Handle handle;
  std::string captured = "captured and still there";
  handle = loop_.After(absl::Seconds(1), [this, &handle, captured] {
    handle.reset();
    notes_.push_back(captured);
    handle = loop_.After(absl::Seconds(1), Note("the next"));
  });
  RunFor(absl::Seconds(3));
  EXPECT_THAT(notes_, ElementsAre("captured and still there", "the next"));
}

TEST_F(EventLoopTest, ALongTimerIsRightAcrossSuspension) {
  // The machine sleeps eight hours in the first wait; the waiter's own clock saw only its second of it.
  const Handle handle = loop_.After(absl::Hours(4), [this] {
    notes_.push_back("due");
    loop_.Stop();
  });
  waiter_.on_wait = [this](absl::Duration) { waiter_.now.boot += absl::Hours(8); };
  loop_.Run();
  EXPECT_THAT(notes_, ElementsAre("due"));
  EXPECT_EQ(waiter_.waits.front(), EventLoop::kLongestWait);
}

TEST_F(EventLoopTest, TurnsWhenThereIsNothingToDoSoThatLivenessSeesIt) {
  std::vector<absl::Duration> ages;
  waiter_.on_wait = [&](absl::Duration max) {
    ages.push_back(waiter_.now.boot - loop_.LastTurn());
    waiter_.now.boot += max;
  };
  RunFor(absl::Minutes(1));
  EXPECT_THAT(waiter_.waits, Each(AllOf(Ge(absl::ZeroDuration()), Lt(absl::Seconds(5)))));
  EXPECT_THAT(ages, Each(absl::ZeroDuration()));
}

TEST_F(EventLoopTest, LastTurnAgesWhileATaskHangs) {
  loop_.Post([this] {
    waiter_.now.boot += absl::Seconds(11);
    EXPECT_EQ(waiter_.now.boot - loop_.LastTurn(), absl::Seconds(11));
    loop_.Stop();
  });
  loop_.Run();
}

TEST_F(EventLoopTest, RandomIsWithinItsBoundsAndNotConstant) {
  double sum = 0;
  for (int i = 0; i < 10000; ++i) {
    const double draw = loop_.Random();
    ASSERT_GE(draw, 0.0);
    ASSERT_LT(draw, 1.0);
    sum += draw;
  }
  // The mean of 10000 draws is off by this much once in 10^20 or so.
  EXPECT_NEAR(sum / 10000, 0.5, 0.03);
}

TEST(SystemNowTest, CountsFromBootWithSuspension) {
  const auto boot_time = [] {
    timespec now{};
    clock_gettime(CLOCK_BOOTTIME, &now);
    return absl::DurationFromTimespec(now);
  };
  const absl::Duration before = boot_time();
  const Instant now = SystemNow();
  EXPECT_GE(now.boot, before);
  EXPECT_LE(now.boot, boot_time());
}

}  // namespace
}  // namespace leadership_broker::loop
