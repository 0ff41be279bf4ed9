#include "client/leaderctl/supervisor.h"

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

Supervisor::Act Supervisor::NotLeading() {
  leading_ = false;
  if (state_ != State::kRunning) return Act::kNothing;
  state_ = State::kStopping;
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
  terminated_ = true;
  return Act::kNothing;
}

Supervisor::Act Supervisor::CommandEnded(int exit_code) {
  command_exit_code_ = exit_code;
  if (state_ != State::kRunning) return Act::kNothing;
  state_ = State::kEnding;
  return Act::kStop;
}

Supervisor::Act Supervisor::GroupGone() {
  if (state_ == State::kEnding || (terminated_ && !given_up_)) return Exit(command_exit_code_);
  if (given_up_) return Exit(exit_code_);
  if (!restart_) return Exit(kLost);
  state_ = leading_ ? State::kRunning : State::kStanding;
  return leading_ ? Act::kStart : Act::kStand;
}

}  // namespace leadership::leaderctl
