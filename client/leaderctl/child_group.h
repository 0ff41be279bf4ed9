// CMD and what it starts: a process group of its own, which is signalled and waited for as a whole.
//
// The main thread alone, which has to live as long: the kernel kills CMD when the thread that started it ends, and the
// Guard the rest of the group, so that a leader's work does not go on after a leaderctl that was killed. As leaderctl
// is a subreaper (or PID 1), every process that CMD leaves behind comes to it in the end.
#ifndef LEADERSHIP_LEADERCTL_CHILD_GROUP_H_
#define LEADERSHIP_LEADERCTL_CHILD_GROUP_H_

#include <signal.h>
#include <sys/types.h>

#include <string>
#include <vector>

#include "client/leaderctl/guard.h"
#include "client/leaderctl/terminal.h"

namespace leadership::leaderctl {

// What a child gets of how leaderctl itself was started. Made before anything opens a descriptor or blocks a signal.
class Inheritance {
 public:
  Inheritance();

  // In the child: system calls only.
  void Apply() const;

 private:
  sigset_t mask_;
  struct sigaction pipe_action_;
  // Those open at the start, in order.
  std::vector<unsigned> descriptors_;
};

class ChildGroup {
 public:
  // Before any other thread is made.
  explicit ChildGroup(const Inheritance* inheritance);
  ChildGroup(const ChildGroup&) = delete;
  ChildGroup& operator=(const ChildGroup&) = delete;

  // Starts `command`, whose file is `path`; `environment` holds NAME=VALUE and is all it gets. 0, or the errno that
  // kept it from running: then nothing is left of it. Not while another group is there.
  int Start(const std::string& path, const std::vector<std::string>& command,
            const std::vector<std::string>& environment);
  // To all of the group.
  void Signal(int signal) const;
  // Waits, without blocking, for whatever ended. True when CMD itself did, by this call; exit_code() is then set.
  bool Reap();
  // 128 + the signal, when one ended it.
  int exit_code() const { return exit_code_; }
  // Whether nothing of the group is left. CMD itself was reaped before.
  bool Gone();
  // CMD itself has ended, and others of the group were left at the last look.
  bool HasOrphans() const { return group_ != 0 && !command_lives_; }

  // Hands the terminal to CMD, if leaderctl has it: after a SIGCONT, which is how a shell says so.
  void HandOverTerminal() { terminal_.HandOver(group_); }

 private:
  int BecomeCommand(const char* path, char* const* arguments, char* const* variables, pid_t parent) const;

  const Inheritance* const inheritance_;
  const Guard guard_;
  const Terminal terminal_;
  // 0: there is none.
  pid_t group_ = 0;
  bool command_lives_ = false;
  int exit_code_ = 0;
};

}  // namespace leadership::leaderctl

#endif  // LEADERSHIP_LEADERCTL_CHILD_GROUP_H_
