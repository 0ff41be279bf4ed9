#include "absl/strings/str_cat.h"
#include "client/leaderctl/broker_calls.h"
#include "client/leaderctl/commands.h"
#include "client/leaderctl/exit_codes.h"
#include "client/leaderctl/output.h"

namespace leadership::leaderctl {

int Wait(const Options& options) {
  Client client(ClientOptionsOf(options));
  const absl::StatusOr<v1::Leadership> now = client.WaitUntilLeader(WaitDeadline(options), options.lock);
  if (!now.ok()) {
    const int failure = Fail(now.status());
    return absl::IsDeadlineExceeded(now.status()) ? kTimedOut : failure;
  }
  const std::string text =
      absl::StrCat("this pod leads by the lock ", now->lock().name(), ", token ", now->fencing_token());
  return Print(options.output, *now, text) ? kSuccess : kFailure;
}

}  // namespace leadership::leaderctl
