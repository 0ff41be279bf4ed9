// Is told of every call to the API server: for what counts and times them.
#ifndef LEADERSHIP_BROKER_KUBE_CALL_OBSERVER_H_
#define LEADERSHIP_BROKER_KUBE_CALL_OBSERVER_H_

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

#include "server/kube/api.h"

namespace leadership_broker::kube {

// On the loop's thread; must not block. What is abandoned before its answer is not told of.
class CallObserver {
 public:
  virtual ~CallObserver() = default;
  // A request, or its repetition, is handed to the transport.
  virtual void OnSent(absl::string_view /*what*/) {}
  // A watch brings an event, which its WatchObserver is about to be told of. `type` is Kubernetes' word ("DELETED"…);
  // `decoding` is the time since its last bytes came.
  virtual void OnEvent(absl::string_view /*type*/, absl::string_view /*resource*/, absl::string_view /*name*/,
                       absl::Duration /*decoding*/) {}
  // One request, a repetition after a 401 by itself. `verb` is RBAC's word ("list", "watch"…), `what` a phrase for
  // people that begins with it and names the object; `http_status` is 0 where no complete answer came; `took` is the
  // time until it had come, for a watch until it was accepted or refused.
  virtual void OnAnswer(absl::string_view verb, absl::string_view what, int http_status, absl::Duration took) = 0;
  // A watch of this resource ended, as WatchObserver::OnEnd is about to be told, or was not accepted at all.
  virtual void OnWatchEnd(absl::string_view resource, const Outcome& outcome) = 0;
};

}  // namespace leadership_broker::kube

#endif  // LEADERSHIP_BROKER_KUBE_CALL_OBSERVER_H_
