// What was done to a lock or a pod, in a sentence for people: the same in the log and in an Event.
#ifndef LEADERSHIP_BROKER_ANNOUNCE_DESCRIBE_H_
#define LEADERSHIP_BROKER_ANNOUNCE_DESCRIBE_H_

#include <string>

#include "server/election/event.h"

namespace leadership_broker::announce {

std::string Describe(const election::Happened& happened, const std::string& lock_name);

}  // namespace leadership_broker::announce

#endif  // LEADERSHIP_BROKER_ANNOUNCE_DESCRIBE_H_
