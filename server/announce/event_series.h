// Which happenings are made an Event, which are only counted as one that has come again, and which are too many: as
// client-go's recorder does it, so that a lock that flaps cannot fill the store.
//
// Pure; any one thread. Times are of the boot clock.
#ifndef LEADERSHIP_BROKER_ANNOUNCE_EVENT_SERIES_H_
#define LEADERSHIP_BROKER_ANNOUNCE_EVENT_SERIES_H_

#include <map>
#include <string>

#include "absl/time/time.h"

#include "server/announce/happening.h"

namespace leadership_broker::announce {

class EventSeries {
 public:
  // What is the same in every word, and comes again within this, is one series.
  static constexpr absl::Duration kWindow = absl::Minutes(10);
  // Of one object, by its name: so many at once, and then one each kRefill.
  static constexpr int kBurst = 25;
  static constexpr absl::Duration kRefill = absl::Minutes(5);
  // Objects and series beyond this are forgotten, the oldest first.
  static constexpr size_t kMaxKept = 64;

  struct Verdict {
    // Otherwise it is to be left out.
    bool is_told = false;
    // The Event's name.
    std::string name;
    // How often it has come; 1: the Event is to be made.
    int count = 1;
  };

  // `name` is what a new Event would be called.
  Verdict Take(const Happening& happening, const std::string& name, absl::Duration now);

  // The Event of this name is not there: whatever belongs to its series is the first of a new one.
  void Forget(const std::string& name);

 private:
  struct Series {
    std::string name;
    int count = 1;
    absl::Duration last;
  };
  struct Bucket {
    double tokens = kBurst;
    absl::Duration at;
  };

  bool Spend(const kube::ObjectReference& object, absl::Duration now);

  std::map<std::string, Series> series_;
  std::map<std::string, Bucket> buckets_;
};

}  // namespace leadership_broker::announce

#endif  // LEADERSHIP_BROKER_ANNOUNCE_EVENT_SERIES_H_
