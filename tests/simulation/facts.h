// What objects say, read with the simulation's own eyes: a broker that misreads them must not find its judge misreading
// them too.
#ifndef LEADERSHIP_BROKER_TESTS_SIMULATION_FACTS_H_
#define LEADERSHIP_BROKER_TESTS_SIMULATION_FACTS_H_

#include <cstdint>
#include <string>

#include "absl/time/time.h"

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
  // Marked as no longer the holder's.
  bool released = false;
  // How long its holder may go unconfirmed; InfiniteDuration when it does not say.
  absl::Duration limit = absl::InfiniteDuration();

  // No lock at all, which nobody may touch.
  bool invalid() const { return holder_uid.empty(); }
};

LockFacts ReadFacts(const kube::ConfigMap& lock);

inline constexpr char kOutOfService[] = "node.kubernetes.io/out-of-service";

struct NodeFacts {
  std::string ready;  // the status of its condition Ready
  bool out_of_service = false;

  // Nobody hears of its kubelet, or a person says that it is off and it does not contradict (R8).
  bool unreachable() const { return ready == "Unknown" || (out_of_service && ready != "True"); }
};

NodeFacts ReadFacts(const kube::Node& node);

// A terminal phase.
bool HasFinished(const kube::Pod& pod);

}  // namespace leadership_broker::simulation

#endif  // LEADERSHIP_BROKER_TESTS_SIMULATION_FACTS_H_
