// The decisions of `leaderctl run`: what to do about CMD when leadership comes and goes, when signals come, and when
// CMD ends. Pure: events in, what to do out; no process, no clock.
//
// One CMD at a time: the next is started only once nothing is left of the last one's process group, so a term's work
// never runs beside the next term's.
#ifndef LEADERSHIP_LEADERCTL_SUPERVISOR_H_
#define LEADERSHIP_LEADERCTL_SUPERVISOR_H_

namespace leadership::leaderctl {

class Supervisor {
 public:
  enum class Act {
    kNothing,
    // Start CMD, for the term that the watch told last.
    kStart,
    // SIGTERM to CMD's process group, and SIGKILL after the grace period if any of it is left.
    kStop,
    // Stand for election.
    kStand,
    // The end, with exit_code().
    kExit,
  };

  // `restart`: stand again after a loss. Stand once to begin with.
  explicit Supervisor(bool restart) : restart_(restart) {}

  // This pod leads.
  Act Leading();
  // In answer to kStart: CMD was not started, since leadership has gone again.
  Act NotStarted();
  // It does so no longer, or nobody knows.
  Act NotLeading();
  // It never will, or not in time; nothing more will come. With this code, once CMD is gone.
  Act GiveUp(int exit_code);
  // SIGTERM or another that asks a program to end; the caller forwards it to a CMD that runs.
  Act Terminate(int signal);
  // CMD itself has ended, or could not be started. `exit_code` as a shell has it.
  Act CommandEnded(int exit_code);
  // Nothing is left of CMD's process group. Comes after CommandEnded.
  Act GroupGone();

  // CMD has been started, and something of its group may be left.
  bool has_group() const { return state_ != State::kStanding; }
  // Leadership is wanted and not there.
  bool standing() const { return state_ == State::kStanding && !leading_; }
  int exit_code() const { return exit_code_; }

 private:
  enum class State {
    kStanding,
    kRunning,
    // After a loss.
    kStopping,
    // CMD has ended by itself, or was asked to: its exit code is the last word. What is left of its group goes too.
    kEnding,
  };

  Act Exit(int exit_code);

  const bool restart_;
  State state_ = State::kStanding;
  bool leading_ = false;
  bool given_up_ = false;
  bool terminated_ = false;
  int command_exit_code_ = 0;
  int exit_code_ = 0;
};

}  // namespace leadership::leaderctl

#endif  // LEADERSHIP_LEADERCTL_SUPERVISOR_H_
