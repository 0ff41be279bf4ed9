// Signals, as something to poll for.
//
// Made on the main thread before any other thread is, since those inherit what is blocked.
#ifndef LEADERSHIP_LEADERCTL_SIGNALS_H_
#define LEADERSHIP_LEADERCTL_SIGNALS_H_

namespace leadership::leaderctl {

// Whether it asks a program to end: HUP, INT, QUIT and TERM.
bool AsksToEnd(int signal);

// What `run` takes and CMD gets: those, USR1, USR2 and WINCH; and CHLD and CONT, which are for leaderctl.
class SignalQueue {
 public:
  SignalQueue();
  ~SignalQueue();
  SignalQueue(const SignalQueue&) = delete;
  SignalQueue& operator=(const SignalQueue&) = delete;

  int fd() const { return fd_; }
  // The next one; 0 when there is none.
  int Next();

 private:
  int fd_;
};

// For every other subcommand: as PID 1 a process has no default for signals, and would have to be killed.
void EndOnSignals();

}  // namespace leadership::leaderctl

#endif  // LEADERSHIP_LEADERCTL_SIGNALS_H_
