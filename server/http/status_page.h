// The status page for people, `/`, and the stream that keeps it up to date, `/events`: LockStatus messages as JSON.
// Both only show what the API tells as well.
#ifndef LEADERSHIP_BROKER_HTTP_STATUS_PAGE_H_
#define LEADERSHIP_BROKER_HTTP_STATUS_PAGE_H_

#include <functional>

#include "absl/time/time.h"

#include "server/http/http_server.h"
#include "server/status/history.h"
#include "server/status/named_hub.h"

namespace leadership_broker::http {

// `history` outlives the handlers.
Handlers StatusPageHandlers(status::NamedHubs hubs, status::History* history, std::function<absl::Time()> wall_clock);

}  // namespace leadership_broker::http

#endif  // LEADERSHIP_BROKER_HTTP_STATUS_PAGE_H_
