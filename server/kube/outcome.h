// Makes an Outcome (api.h) of what came back from the API server. `what` names the call as RBAC would, e.g.
// `watch configmaps "lock" in namespace "apps"`.
#ifndef LEADERSHIP_BROKER_KUBE_OUTCOME_H_
#define LEADERSHIP_BROKER_KUBE_OUTCOME_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

#include "server/kube/api.h"
#include "server/kube/kube.pb.h"
#include "server/kube/transport.h"

namespace leadership_broker::kube {

// A complete answer. OK for a 2xx; otherwise by the HTTP status and, where `body` is a Status, by its reason and
// message. Leaves token_is_good false.
Outcome OutcomeOfAnswer(absl::string_view what, const HttpHead& head, absl::string_view body);

// None, or one that broke off after `head` (whose status is 0 where there was not even that). By the HTTP status where
// that is an error already, else UNAVAILABLE.
Outcome OutcomeOfBreak(absl::string_view what, const HttpHead& head, const absl::Status& error);

// A 2xx whose body cannot be read: DATA_LOSS.
Outcome OutcomeOfUnreadable(absl::string_view what, const HttpHead& head, absl::string_view why);

// An ERROR event in the stream of a watch; its code takes the place of the HTTP status.
Outcome OutcomeOfErrorEvent(absl::string_view what, const HttpHead& head, const Status& status);

}  // namespace leadership_broker::kube

#endif  // LEADERSHIP_BROKER_KUBE_OUTCOME_H_
