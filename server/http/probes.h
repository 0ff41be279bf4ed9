// What the kubelet asks: /livez and /readyz. Neither ever depends on leadership or on the API server, since an app
// behind a startup probe must not have to wait for either.
#ifndef LEADERSHIP_BROKER_HTTP_PROBES_H_
#define LEADERSHIP_BROKER_HTTP_PROBES_H_

#include <functional>

#include "absl/time/time.h"

#include "server/http/http_server.h"

namespace leadership_broker::http {

// Longer without a turn of the event loop, and the broker counts as dead.
inline constexpr absl::Duration kLongestTurn = absl::Seconds(10);

// /livez is 200 while `last_turn_age`, the time since the event loop's last turn, is no more than kLongestTurn; /readyz
// is 200 while `answers_calls`. Otherwise 503. Both are called on the HTTP server's thread.
Handlers ProbeHandlers(std::function<absl::Duration()> last_turn_age, std::function<bool()> answers_calls);

}  // namespace leadership_broker::http

#endif  // LEADERSHIP_BROKER_HTTP_PROBES_H_
