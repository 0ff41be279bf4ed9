#include "server/status/worker.h"

#include <utility>

namespace leadership_broker::status {

Worker::~Worker() {
  std::thread thread;
  {
    loop::MutexLock lock(mutex_);
    stopping_ = true;
    changed_.NotifyAll();
    thread.swap(thread_);
  }
  if (thread.joinable()) thread.join();
}

void Worker::Post(std::function<void()> task) {
  loop::MutexLock lock(mutex_);
  tasks_.push_back(std::move(task));
  changed_.NotifyAll();
  if (!stopping_ && !thread_.joinable()) thread_ = std::thread([this] { Run(); });
}

void Worker::WaitUntilIdle() {
  loop::MutexLock lock(mutex_);
  while (running_ || !tasks_.empty()) changed_.Wait(mutex_);
}

void Worker::Run() {
  mutex_.Lock();
  while (!stopping_ || !tasks_.empty()) {
    if (tasks_.empty()) {
      changed_.Wait(mutex_);
      continue;
    }
    const std::function<void()> task = std::move(tasks_.front());
    tasks_.pop_front();
    running_ = true;
    mutex_.Unlock();
    task();
    mutex_.Lock();
    running_ = false;
    changed_.NotifyAll();
  }
  mutex_.Unlock();
}

}  // namespace leadership_broker::status
