#include "server/status/worker.h"

#include <atomic>
#include <thread>
#include <vector>

#include "gmock/gmock.h"

namespace leadership_broker::testing {
namespace {

using status::Worker;

TEST(WorkerTest, RunsTasksInOrderOnAThreadOfItsOwn) {
  std::vector<int> ran;
  {
    Worker worker;
    for (int i = 0; i < 3; ++i) {
      worker.Post([&ran, i, poster = std::this_thread::get_id()] {
        EXPECT_NE(std::this_thread::get_id(), poster);
        ran.push_back(i);
      });
    }
  }
  EXPECT_THAT(ran, ::testing::ElementsAre(0, 1, 2)) << "all of them, before the worker is gone";
}

TEST(WorkerTest, TaskMayPostAnother) {
  std::atomic<bool> ran{false};
  {
    Worker worker;
    worker.Post([&] { worker.Post([&ran] { ran = true; }); });
  }
  EXPECT_TRUE(ran);
}

TEST(WorkerTest, CanBeWaitedFor) {
  Worker worker;
  worker.WaitUntilIdle();
  std::atomic<int> ran{0};
  for (int i = 0; i < 100; ++i) worker.Post([&ran] { ++ran; });
  worker.WaitUntilIdle();
  EXPECT_EQ(ran, 100);
}

TEST(WorkerTest, TakesUpWorkAgainAfterIdling) {
  Worker worker;
  for (int i = 0; i < 100; ++i) {
    std::atomic<bool> ran{false};
    worker.Post([&ran] { ran = true; });
    while (!ran) std::this_thread::yield();
  }
}

}  // namespace
}  // namespace leadership_broker::testing
