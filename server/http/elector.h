// --elector-listen: who leads, as the older elector sidecars say it, for apps that were written for these.
//
// `GET /` answers {"name":"POD"}; `/sse` is a stream of the same, at once and then at each change. Both are of the only
// lock, or of that which `?lock=NAME` names: 400 where none is named and there are several, 404 for one that is not
// there.
#ifndef LEADERSHIP_BROKER_HTTP_ELECTOR_H_
#define LEADERSHIP_BROKER_HTTP_ELECTOR_H_

#include <functional>
#include <string>

#include "absl/time/time.h"

#include "server/http/http_server.h"
#include "server/status/hub.h"
#include "server/status/named_hub.h"

namespace leadership_broker::http {

// The name to tell, of the newest snapshot of a lock (null: there is none yet), at `now` (boot clock); "" when nobody
// leads, and when it is not known who does now. Such apps compare it with their own name, so it is this pod's own name
// while this pod leads, and never else: not when its trust has run out (R9), and not when an earlier pod of the same
// name leads (R1). `own_name` stands for a pod without one.
std::string LeaderName(const status::Snapshot* newest, const std::string& own_name, absl::Duration now);

// `now` is the boot clock.
Handlers ElectorHandlers(status::NamedHubs hubs, std::string own_name, std::function<absl::Duration()> now);

// All its clients are on loopback, and so have one address.
Limits ElectorLimits();

}  // namespace leadership_broker::http

#endif  // LEADERSHIP_BROKER_HTTP_ELECTOR_H_
