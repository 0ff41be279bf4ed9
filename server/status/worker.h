// A thread that runs one task after another, for what must not keep the caller. It starts with the first task.
#ifndef LEADERSHIP_BROKER_STATUS_WORKER_H_
#define LEADERSHIP_BROKER_STATUS_WORKER_H_

#include <deque>
#include <functional>
#include <thread>

#include "server/loop/mutex.h"

namespace leadership_broker::status {

// Any thread.
class Worker {
 public:
  Worker() = default;
  // Runs what was posted to its end. Not inside a task.
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // Runs `task` after those posted before.
  void Post(std::function<void()> task) EXCLUDES(mutex_);
  // Returns when all has run that was posted before. Not inside a task.
  void WaitUntilIdle() EXCLUDES(mutex_);

 private:
  void Run() EXCLUDES(mutex_);

  loop::Mutex mutex_;
  loop::CondVar changed_;
  std::deque<std::function<void()>> tasks_ GUARDED_BY(mutex_);
  bool running_ GUARDED_BY(mutex_) = false;  // a task
  bool stopping_ GUARDED_BY(mutex_) = false;
  std::thread thread_ GUARDED_BY(mutex_);
};

}  // namespace leadership_broker::status

#endif  // LEADERSHIP_BROKER_STATUS_WORKER_H_
