// leaderctl's subcommands. Each prints, says on standard error what went wrong, and returns the exit code.
//
// The main thread.
#ifndef LEADERSHIP_LEADERCTL_COMMANDS_H_
#define LEADERSHIP_LEADERCTL_COMMANDS_H_

#include "client/leaderctl/child_group.h"
#include "client/leaderctl/command_line.h"

namespace leadership::leaderctl {

int Status(const Options& options);
int Watch(const Options& options);
int Wait(const Options& options);
int Locks(const Options& options);
int StepDown(const Options& options);
int Run(const Options& options, const Inheritance& inheritance);

}  // namespace leadership::leaderctl

#endif  // LEADERSHIP_LEADERCTL_COMMANDS_H_
