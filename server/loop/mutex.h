// A std::mutex and a condition variable that clang's thread-safety analysis understands (-Wthread-safety); with other
// compilers the annotations are empty. The loop and the hub use these and not abseil's, so that ThreadSanitizer sees
// every lock: Debian's abseil is not instrumented.
//
//   loop::Mutex mutex_;
//   int count_ GUARDED_BY(mutex_) = 0;
//   …
//   loop::MutexLock lock(mutex_);
//   ++count_;
#ifndef LEADERSHIP_BROKER_LOOP_MUTEX_H_
#define LEADERSHIP_BROKER_LOOP_MUTEX_H_

#include <chrono>
#include <condition_variable>
#include <mutex>

// abseil's older releases define some of the same names, to the same effect.
#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"

#if defined(__clang__)
#define LB_THREAD_ANNOTATION(x) __attribute__((x))
#else
#define LB_THREAD_ANNOTATION(x)
#endif

#define CAPABILITY(x) LB_THREAD_ANNOTATION(capability(x))
#define SCOPED_CAPABILITY LB_THREAD_ANNOTATION(scoped_lockable)
#ifndef GUARDED_BY
#define GUARDED_BY(x) LB_THREAD_ANNOTATION(guarded_by(x))
#endif
#define REQUIRES(...) LB_THREAD_ANNOTATION(requires_capability(__VA_ARGS__))
#define EXCLUDES(...) LB_THREAD_ANNOTATION(locks_excluded(__VA_ARGS__))
#define ACQUIRE(...) LB_THREAD_ANNOTATION(acquire_capability(__VA_ARGS__))
#define RELEASE(...) LB_THREAD_ANNOTATION(release_capability(__VA_ARGS__))

namespace leadership_broker::loop {

class CAPABILITY("mutex") Mutex {
 public:
  Mutex() = default;
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;

  void Lock() ACQUIRE() { mutex_.lock(); }
  void Unlock() RELEASE() { mutex_.unlock(); }

 private:
  friend class CondVar;
  std::mutex mutex_;
};

// Holds a mutex for its own lifetime.
class SCOPED_CAPABILITY MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) ACQUIRE(mutex) : mutex_(mutex) { mutex_.Lock(); }
  ~MutexLock() RELEASE() { mutex_.Unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

// Waits may end early, as every condition variable's do: call them in a loop that looks at the condition.
class CondVar {
 public:
  void Wait(Mutex& mutex) REQUIRES(mutex) {
    std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
    condition_.wait(lock);
    lock.release();
  }

  // For `timeout` at most, by the monotonic clock.
  void WaitFor(Mutex& mutex, absl::Duration timeout) REQUIRES(mutex) {
    std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
    condition_.wait_for(lock, absl::ToChronoNanoseconds(timeout));
    lock.release();
  }

  void NotifyOne() { condition_.notify_one(); }
  void NotifyAll() { condition_.notify_all(); }

 private:
  std::condition_variable condition_;
};

}  // namespace leadership_broker::loop

#endif  // LEADERSHIP_BROKER_LOOP_MUTEX_H_
