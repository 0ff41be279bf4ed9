#include "absl/time/clock.h"
#include "client/leaderctl/broker_calls.h"
#include "client/leaderctl/commands.h"
#include "client/leaderctl/exit_codes.h"
#include "client/leaderctl/output.h"

namespace leadership::leaderctl {

int Status(const Options& options) {
  Client client(ClientOptionsOf(options));
  const absl::StatusOr<v1::Leadership> now = client.Get(options.lock);
  if (!now.ok()) return Fail(now.status());
  return Print(options.output, *now, StatusText(*now, absl::Now())) ? kSuccess : kFailure;
}

}  // namespace leadership::leaderctl
