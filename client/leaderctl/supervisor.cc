#include "client/leaderctl/supervisor.h"

#include <signal.h>

#include "client/leaderctl/exit_codes.h"

namespace leadership::leaderctl {

Supervisor::Act Supervisor::Exit(int exit_code) {
  exit_code_ = exit_code;
  return Act::kExit;
}

Supervisor::Act Supervisor::Leading() {
  leading_ = true;
  if (state_ != State::kStanding) return Act::kNothing;
  state_ = State::kRunning;
  return Act::kStart;
}

Supervisor::Act Supervisor::NotStarted() {
  leading_ = false;
  state_ = State::kStanding;
  return Act::kStand;
}

Supervisor::Act Supervisor::NotLeading() {
  leading_ = false;
  if (state_ == State::kStanding) return Act::kStand;
  if (state_ != State::kRunning) return Act::kNothing;
  state_ = terminated_ ? State::kEnding : State::kStopping;
  return Act::kStop;
}

Supervisor::Act Supervisor::GiveUp(int exit_code) {
  if (state_ == State::kStanding) return Exit(exit_code);
  given_up_ = true;
  exit_code_ = exit_code;
  return NotLeading();
}

Supervisor::Act Supervisor::Terminate(int signal) {
  if (state_ == State::kStanding) return Exit(kSignalBase + signal);
  // The others may mean anything to CMD: a SIGHUP is no goodbye for most servers.
  if (signal == SIGTERM) terminated_ = true;
  return Act::kNothing;
}

Supervisor::Act Supervisor::CommandEnded(int exit_code) {
  command_exit_code_ = exit_code;
  if (state_ != State::kRunning) return Act::kNothing;
  state_ = State::kEnding;
  return Act::kStop;
}

Supervisor::Act Supervisor::GroupGone() {
  if (state_ == State::kEnding) return Exit(command_exit_code_);
  if (given_up_) return Exit(exit_code_);
  if (!restart_ || terminated_) return Exit(kLost);
  state_ = leading_ ? State::kRunning : State::kStanding;
  return leading_ ? Act::kStart : Act::kStand;
}

}  // namespace leadership::leaderctl
