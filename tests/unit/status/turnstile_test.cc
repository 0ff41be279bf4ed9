#include "server/status/turnstile.h"

#include <atomic>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace leadership_broker::testing {
namespace {

using status::Turnstile;

TEST(TurnstileTest, NobodyWaitsWhileItIsOpen) {
  Turnstile turnstile;
  turnstile.Pass();
  turnstile.Close();
  turnstile.Open();
  turnstile.Pass();
}

TEST(TurnstileTest, NobodyWhoComesWhileItIsClosedPasses) {
  Turnstile turnstile;
  std::atomic<bool> open{false};
  turnstile.Close();
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      turnstile.Pass();
      EXPECT_TRUE(open);
    });
  }
  open = true;
  turnstile.Open();
  for (std::thread& thread : threads) thread.join();
}

TEST(TurnstileTest, WhoeverWaitsPassesHoweverSoonItIsClosedAgain) {
  Turnstile turnstile;
  std::atomic<int> passing{2};
  std::vector<std::thread> threads;
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 1000; ++n) turnstile.Pass();
      --passing;
    });
  }
  while (passing > 0) {
    turnstile.Close();
    turnstile.Open();
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace leadership_broker::testing
