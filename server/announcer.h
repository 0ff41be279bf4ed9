// Passes what an election publishes to the hub, and writes a line of the log at each change that a person would want to
// know of.
//
// On the loop's thread.
#ifndef LEADERSHIP_BROKER_ANNOUNCER_H_
#define LEADERSHIP_BROKER_ANNOUNCER_H_

#include <string>

#include "server/election/campaigner.h"
#include "server/status/hub.h"

namespace leadership_broker {

class Announcer : public election::Audience {
 public:
  // `hub` must outlive it.
  explicit Announcer(status::Hub* hub) : hub_(hub) {}

  void Publish(status::SnapshotPtr snapshot) override;
  void Warn(const std::string& message) override;

 private:
  status::Hub* const hub_;
  status::SnapshotPtr logged_;
};

}  // namespace leadership_broker

#endif  // LEADERSHIP_BROKER_ANNOUNCER_H_
