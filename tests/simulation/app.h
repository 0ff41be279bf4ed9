// An app beside a broker: it holds a subscription, and believes what it is told.
#ifndef LEADERSHIP_BROKER_TESTS_SIMULATION_APP_H_
#define LEADERSHIP_BROKER_TESTS_SIMULATION_APP_H_

#include <memory>
#include <optional>
#include <string>

#include "server/status/hub.h"

namespace leadership_broker::simulation {

struct World;
class Body;

// That this pod leads.
struct Belief {
  std::string lock_uid;
  uint64_t token = 0;
  // When it ends by itself, with --unverified-limit (boot clock).
  absl::Duration until = absl::InfiniteDuration();
};

class App {
 public:
  App(World* world, Body* body) : world_(world), body_(body) {}

  // A broker is there to be asked. What the app believed it goes on believing until it is told otherwise: its client
  // takes a broker that restarts for no loss.
  void Connect(status::Hub* hub);
  void Disconnect() { subscription_.reset(); }
  bool connected() const { return subscription_ != nullptr; }

  // There is something to take.
  bool behind() const;
  // Takes one message, if there is one; whether there was.
  bool Hear();

  // Null when it does not believe that its pod leads.
  const Belief* belief() const;
  // The last message of the present subscription; null before the first.
  const status::Snapshot* heard() const { return heard_.get(); }

 private:
  World* const world_;
  Body* const body_;
  std::optional<Belief> belief_;
  status::SnapshotPtr heard_;
  std::unique_ptr<status::Hub::Subscription> subscription_;
};

}  // namespace leadership_broker::simulation

#endif  // LEADERSHIP_BROKER_TESTS_SIMULATION_APP_H_
