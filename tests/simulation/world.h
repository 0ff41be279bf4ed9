// Everything there is in one run: the API server's store, the pods on their nodes, and what the judge says of it.
//
// One run is single-threaded; nothing in it knows of real time.
#ifndef LEADERSHIP_BROKER_TESTS_SIMULATION_WORLD_H_
#define LEADERSHIP_BROKER_TESTS_SIMULATION_WORLD_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tests/simulation/body.h"
#include "tests/simulation/history.h"
#include "tests/simulation/judge.h"
#include "tests/simulation/pod_objects.h"
#include "tests/simulation/store.h"
#include "tests/simulation/trace.pb.h"

namespace leadership_broker::simulation {

// "added", "modified", "deleted".
const char* Verb(kube::WatchEventKind kind);

// What the API server refuses to all brokers at present.
struct Refusals {
  bool watch_locks = false;   // 403: no right to watch ConfigMaps
  bool list_pods = false;     // 403
  bool nodes = false;         // 403
  bool write = false;         // 403
  bool unauthorized = false;  // 401
};

struct World {
  World(const Settings& chosen, uint64_t jitter_seed, bool with_history);

  // The same moment on the boot clock of every node.
  absl::Duration boot() const { return now - kBoot; }
  // The pod's body; null when there is none.
  Body* BodyOf(const std::string& uid) const;

  // Time, as the API server and every node have it.
  static constexpr absl::Time kStart = absl::FromUnixSeconds(1'700'000'000);
  static constexpr absl::Time kBoot = absl::FromUnixSeconds(1'700'000'000 - 1000);

  const Settings settings;
  const uint64_t jitter;
  absl::Time now = kStart;
  History history;
  Judge judge;
  Store store;
  PodObjects pod_objects;
  Refusals refusals;
  // Writes that their sender has given up, and that may still arrive.
  std::vector<std::function<void()>> limbo;
  // Of requests and watches.
  uint64_t last_id = 0;
  // In the order of their making. A body stays for the whole run.
  std::vector<std::unique_ptr<Body>> bodies;

 private:
  void Changed(const Change& change);
};

}  // namespace leadership_broker::simulation

#endif  // LEADERSHIP_BROKER_TESTS_SIMULATION_WORLD_H_
