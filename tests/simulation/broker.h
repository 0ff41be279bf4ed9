// One broker process: the real election of server/election over a simulated connection and clock.
#ifndef LEADERSHIP_BROKER_TESTS_SIMULATION_BROKER_H_
#define LEADERSHIP_BROKER_TESTS_SIMULATION_BROKER_H_

#include <memory>
#include <string>

#include "server/election/candidacy.h"
#include "server/status/hub.h"
#include "tests/harness/virtual_scheduler.h"
#include "tests/simulation/connection.h"
#include "tests/simulation/random.h"
#include "tests/simulation/witness.h"

namespace leadership_broker::simulation {

struct World;
class Body;

class Broker : private election::Audience {
 public:
  // Starts. Its end is a crash: nothing is said or sent any more, and what was sent may still arrive.
  Broker(World* world, Body* body, uint64_t seed);
  ~Broker() override;

  Connection& connection() { return connection_; }
  const Witness& witness() const { return witness_; }
  status::Hub& hub() { return hub_; }
  // What it says now.
  const status::Snapshot& Says() const { return *said_; }
  bool Leads() const { return said_->leadership.state() == leadership::v1::Leadership::STATE_LEADER; }

  // When the next of its timers is due (boot clock).
  absl::Duration NextTimer() const { return clock_.Next(); }
  // Time has passed to `now`. Runs the timers that are due, unless it is stopped (SIGSTOP).
  void PassTime(absl::Duration now);
  bool paused() const { return paused_; }
  void Pause() { paused_ = true; }
  void Resume() { paused_ = false; }

  void SetRequested(bool waiting);
  bool requested() const { return requested_; }

 private:
  class Clock : public testing::VirtualScheduler {
   public:
    explicit Clock(uint64_t seed) : random_(seed) {}
    double Random() override { return random_.Unit(); }

   private:
    simulation::Random random_;
  };

  void Publish(status::SnapshotPtr snapshot) override;
  void Warn(const std::string& message) override;

  World* const world_;
  Body* const body_;
  Witness witness_;
  Connection connection_;
  Clock clock_;
  status::Hub hub_;
  status::SnapshotPtr said_;
  bool paused_ = false;
  bool requested_ = false;
  std::unique_ptr<election::Candidacy> candidacy_;
};

}  // namespace leadership_broker::simulation

#endif  // LEADERSHIP_BROKER_TESTS_SIMULATION_BROKER_H_
