// What the subcommands have in common in speaking to the broker.
#ifndef LEADERSHIP_LEADERCTL_BROKER_CALLS_H_
#define LEADERSHIP_LEADERCTL_BROKER_CALLS_H_

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "client/leaderctl/command_line.h"

#include "leadership/client.h"

namespace leadership::leaderctl {

// With --address, and --timeout for the calls that end at once.
ClientOptions ClientOptionsOf(const Options& options);

// When a wait for leadership that begins now is to end.
absl::Time WaitDeadline(const Options& options);

// Says what went wrong, with what to do about it where that can be told, and returns kFailure. The library's errors
// name the address that was tried.
int Fail(const absl::Status& error);

}  // namespace leadership::leaderctl

#endif  // LEADERSHIP_LEADERCTL_BROKER_CALLS_H_
