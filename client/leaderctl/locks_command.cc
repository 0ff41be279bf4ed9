#include "client/leaderctl/broker_calls.h"
#include "client/leaderctl/commands.h"
#include "client/leaderctl/exit_codes.h"
#include "client/leaderctl/output.h"

namespace leadership::leaderctl {

int Locks(const Options& options) {
  Client client(ClientOptionsOf(options));
  const absl::StatusOr<v1::ListLocksResponse> locks = client.ListLocks();
  if (!locks.ok()) return Fail(locks.status());
  return Print(options.output, *locks, LocksText(*locks)) ? kSuccess : kFailure;
}

}  // namespace leadership::leaderctl
