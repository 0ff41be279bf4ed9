// Passes what an election publishes to the hub and then to the observers, and writes a line of the log at each change
// that a person would want to know of.
//
// On the loop's thread.
#ifndef LEADERSHIP_BROKER_ANNOUNCER_H_
#define LEADERSHIP_BROKER_ANNOUNCER_H_

#include <string>
#include <utility>
#include <vector>

#include "server/announce/event_announcer.h"
#include "server/election/campaigner.h"
#include "server/status/hub.h"
#include "server/status/observer.h"

namespace leadership_broker {

class Announcer : public election::Audience {
 public:
  // `events` is told besides of what was done; null for none. All must outlive it.
  Announcer(std::string lock_name, status::Hub* hub, std::vector<status::Observer*> observers,
            announce::EventAnnouncer* events)
      : lock_name_(std::move(lock_name)), hub_(hub), observers_(std::move(observers)), events_(events) {}

  void Publish(status::SnapshotPtr snapshot) override;
  void Warn(const std::string& message) override;
  void Happened(const election::Happened& happened) override;

 private:
  const std::string lock_name_;
  status::Hub* const hub_;
  const std::vector<status::Observer*> observers_;
  announce::EventAnnouncer* const events_;
  status::SnapshotPtr logged_;
};

}  // namespace leadership_broker

#endif  // LEADERSHIP_BROKER_ANNOUNCER_H_
