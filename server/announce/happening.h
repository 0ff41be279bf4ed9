// One thing that has happened, as an Event tells it.
#ifndef LEADERSHIP_BROKER_ANNOUNCE_HAPPENING_H_
#define LEADERSHIP_BROKER_ANNOUNCE_HAPPENING_H_

#include <string>

#include "absl/time/time.h"

#include "server/kube/kube.pb.h"

namespace leadership_broker::announce {

struct Happening {
  // One of a bounded set: docs/events.md has them all.
  std::string reason;
  std::string action;
  bool is_warning = false;
  std::string note;
  // The object on which `kubectl describe` shows it.
  kube::ObjectReference regarding;
  kube::ObjectReference related;
  absl::Time at;
  // Every candidate sees it, and whoever is the first to say it says it for all.
  bool is_shared = false;
  // A state, of which nobody needs to hear when it passes by itself soon.
  bool may_pass = false;
};

}  // namespace leadership_broker::announce

#endif  // LEADERSHIP_BROKER_ANNOUNCE_HAPPENING_H_
