#include "server/status/callback_gate.h"

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace leadership_broker::testing {
namespace {

using status::CallbackGate;

TEST(CallbackGateTest, ShutGateDoesNotCall) {
  int calls = 0;
  CallbackGate gate([&calls] { ++calls; });
  gate.Run();
  gate.Shut();
  gate.Run();
  EXPECT_EQ(calls, 1);
}

TEST(CallbackGateTest, ShutInsideTheCallbackReturnsAndThatCallIsTheLast) {
  int calls = 0;
  CallbackGate* self = nullptr;
  CallbackGate gate([&] {
    ++calls;
    self->Run();  // Asks for one more, which the shutting forbids.
    self->Shut();
  });
  self = &gate;
  gate.Run();
  gate.Run();
  EXPECT_EQ(calls, 1);
}

TEST(CallbackGateTest, RunInsideTheCallbackCallsOnceMoreAfterIt) {
  int calls = 0;
  int depth = 0;
  CallbackGate* self = nullptr;
  CallbackGate gate([&] {
    EXPECT_EQ(++depth, 1);
    if (++calls < 3) self->Run();
    --depth;
  });
  self = &gate;
  gate.Run();
  EXPECT_EQ(calls, 3);
}

TEST(CallbackGateTest, ShutWaitsForARunningCallbackOfAnotherThread) {
  std::atomic<bool> entered{false};
  std::atomic<bool> shutting{false};
  std::atomic<bool> left{false};
  CallbackGate gate([&] {
    entered = true;
    while (!shutting) std::this_thread::yield();
    // The other thread is in Shut by now, or about to be: stay a while longer, so that a Shut that does not wait is
    // caught.
    for (int i = 0; i < 1000; ++i) std::this_thread::yield();
    left = true;
  });
  std::thread runner([&gate] { gate.Run(); });
  while (!entered) std::this_thread::yield();
  shutting = true;
  gate.Shut();
  EXPECT_TRUE(left);
  runner.join();
}

TEST(CallbackGateTest, NeverTwiceAtOnceAndNoRunIsForgotten) {
  std::atomic<int> inside{0};
  std::atomic<int> asked{0};
  int last_seen = 0;  // Unguarded on purpose: the gate alone keeps the calls apart.
  CallbackGate gate([&] {
    EXPECT_EQ(++inside, 1);
    last_seen = asked;
    --inside;
  });
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 5000; ++i) {
        ++asked;
        gate.Run();
      }
    });
  }
  for (auto& thread : threads) thread.join();
  gate.Shut();
  EXPECT_EQ(last_seen, 4 * 5000) << "a callback came after, or together with, the last request to run";
}

}  // namespace
}  // namespace leadership_broker::testing
