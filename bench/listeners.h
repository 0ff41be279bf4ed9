// Very many streams of WatchLeadership in one process, and when the last of them was told of a version of the lock.
#ifndef LEADERSHIP_BROKER_BENCH_LISTENERS_H_
#define LEADERSHIP_BROKER_BENCH_LISTENERS_H_

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace leadership_broker::bench {

// Opens its streams at once, spread evenly over so many connections, and keeps them until it is destroyed.
class Listeners {
 public:
  // `silent` of them never read, and are not waited for.
  Listeners(const std::string& address, int streams, int connections, int silent);
  ~Listeners();
  Listeners(const Listeners&) = delete;
  Listeners& operator=(const Listeners&) = delete;

  // When the last one that reads was told of this resourceVersion of the lock, or a later one. Ends the process when
  // one of them is not told within a minute. Versions only rise from call to call.
  absl::Time WaitTold(uint64_t version);

 private:
  class Stream;

  // A stream has come to `version`.
  void Told(Stream& stream, uint64_t version);

  std::mutex mutex_;
  std::condition_variable all_told_;
  // Guarded by mutex_: what is waited for, and how many have come to it.
  uint64_t wanted_ = 0;
  int told_ = 0;
  absl::Time last_;
  int reading_ = 0;
  std::vector<std::unique_ptr<Stream>> streams_;
};

}  // namespace leadership_broker::bench

#endif  // LEADERSHIP_BROKER_BENCH_LISTENERS_H_
