// Very many streams of WatchLeadership, or of the Observe of etcd's election, in one process, and when the last of them
// was told of a version.
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

// A version of the lock is its resourceVersion; one of etcd's election is what its leader proclaimed, a number.
enum class Service { kBroker, kEtcdElection };
constexpr char kEtcdElectionName[] = "lock";

// Opens its streams at once, spread evenly over so many connections, and keeps them until it is destroyed.
class Listeners {
 public:
  // `silent` of them never read, and are not waited for.
  Listeners(Service service, const std::string& address, int streams, int connections, int silent);
  ~Listeners();
  Listeners(const Listeners&) = delete;
  Listeners& operator=(const Listeners&) = delete;

  // When the last one that reads was told of this version, or a later one. Ends the process when one of them is not
  // told within a minute. Versions only rise.
  absl::Time WaitTold(uint64_t version);

 private:
  class Stream;
  template <class Request, class Message>
  class StreamOf;

  // A stream has come to `version`.
  void Told(uint64_t version);

  std::mutex mutex_;
  std::condition_variable all_told_;
  // Guarded by mutex_: the newest version that any was told of, how many were, and which version all were told of last,
  // and when.
  uint64_t newest_ = 0;
  int told_ = 0;
  uint64_t told_to_all_ = 0;
  absl::Time last_;
  int reading_ = 0;
  std::vector<std::unique_ptr<Stream>> streams_;
};

}  // namespace leadership_broker::bench

#endif  // LEADERSHIP_BROKER_BENCH_LISTENERS_H_
