// What objects say, read with the simulation's own eyes: a broker that misreads them must not find its judge misreading
// them too.
#ifndef LEADERSHIP_BROKER_TESTS_SIMULATION_FACTS_H_
#define LEADERSHIP_BROKER_TESTS_SIMULATION_FACTS_H_

#include <cstdint>
#include <string>

#include "server/kube/kube.pb.h"

namespace leadership_broker::simulation {

struct LockFacts {
  std::string uid;
  uint64_t version = 0;
  // The pod that holds it, or held it before its owner was taken off; empty when nobody does by R13's reading.
  std::string holder_name;
  std::string holder_uid;
  // It has one owner, and that is the holder.
  bool held = false;
  bool being_deleted = false;

  // No lock at all, which nobody may touch.
  bool invalid() const { return holder_uid.empty(); }
};

LockFacts ReadFacts(const kube::ConfigMap& lock);

// A terminal phase.
bool HasFinished(const kube::Pod& pod);

}  // namespace leadership_broker::simulation

#endif  // LEADERSHIP_BROKER_TESTS_SIMULATION_FACTS_H_
