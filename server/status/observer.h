// Is shown all that is told of every lock: for what reports beside the clients, such as metrics.
#ifndef LEADERSHIP_BROKER_STATUS_OBSERVER_H_
#define LEADERSHIP_BROKER_STATUS_OBSERVER_H_

#include "server/status/hub.h"

namespace leadership_broker::status {

class Observer {
 public:
  virtual ~Observer() = default;
  // Called with each snapshot once its subscribers have been told, a mere confirmation of the one before included, on
  // the thread that publishes. Must not block.
  virtual void Told(const SnapshotPtr& snapshot) = 0;
};

}  // namespace leadership_broker::status

#endif  // LEADERSHIP_BROKER_STATUS_OBSERVER_H_
