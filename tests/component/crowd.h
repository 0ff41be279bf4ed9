// Very many subscribers of one broker, without a thread for each.
#ifndef LEADERSHIP_BROKER_TESTS_COMPONENT_CROWD_H_
#define LEADERSHIP_BROKER_TESTS_COMPONENT_CROWD_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "leadership/v1/leadership.pb.h"

namespace leadership_broker::testing {

// What a subscriber of a crowd does with its messages.
enum class Reading { kAlways, kNever };

// Opens its streams at once and keeps them until it is destroyed; a stream that ends by itself stays ended. Any thread.
class Crowd {
 public:
  using Predicate = std::function<bool(const leadership::v1::Leadership&)>;

  // WatchLeadership, `streams` times, spread evenly over so many `connections`.
  Crowd(const std::string& address, int streams, int connections, Reading reading = Reading::kAlways);
  // Cancels all, and waits until they have ended.
  ~Crowd();
  Crowd(const Crowd&) = delete;
  Crowd& operator=(const Crowd&) = delete;

  // Of how many the newest message is such.
  int CountTold(const Predicate& predicate) const;
  // How many streams have ended.
  int CountEnded() const;
  // How many were told of a term to lead in right after another such term, with no loss between (R4).
  int CountUntoldLosses() const;
  // Of one that has ended, why; empty when none has.
  std::string WhyEnded() const;

 private:
  class Stream;
  std::vector<std::unique_ptr<Stream>> streams_;
};

}  // namespace leadership_broker::testing

#endif  // LEADERSHIP_BROKER_TESTS_COMPONENT_CROWD_H_
