// Calls back at set times, on one thread of its own.
#ifndef LEADERSHIP_BROKER_TESTS_FAKE_KUBE_APISERVER_TIMERS_H_
#define LEADERSHIP_BROKER_TESTS_FAKE_KUBE_APISERVER_TIMERS_H_

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

namespace leadership_broker::testing::fake {

class Timers {
 public:
  using Clock = std::chrono::steady_clock;

  Timers();
  // What has not been called by then never is.
  ~Timers();
  Timers(const Timers&) = delete;
  Timers& operator=(const Timers&) = delete;

  // Any thread. `callback` must be quick.
  void At(Clock::time_point time, std::function<void()> callback);

 private:
  void Run();

  std::mutex mu_;
  std::condition_variable changed_;
  // Guarded by mu_:
  std::multimap<Clock::time_point, std::function<void()>> callbacks_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace leadership_broker::testing::fake

#endif  // LEADERSHIP_BROKER_TESTS_FAKE_KUBE_APISERVER_TIMERS_H_
