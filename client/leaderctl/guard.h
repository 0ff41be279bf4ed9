// A second process that outlives leaderctl by a moment: when leaderctl is killed, it kills CMD's process group. The
// kernel, asked to, kills CMD itself, but not what CMD has started, and most commands are started by a shell.
//
// As PID 1 there is none: the kernel then kills everything.
#ifndef LEADERSHIP_LEADERCTL_GUARD_H_
#define LEADERSHIP_LEADERCTL_GUARD_H_

#include <sys/types.h>

namespace leadership::leaderctl {

class Guard {
 public:
  // On the main thread, before any other is made: the guard is a copy of this process.
  Guard();
  // Ends it, and kills what it was last told to.
  ~Guard();
  Guard(const Guard&) = delete;
  Guard& operator=(const Guard&) = delete;

  // From now on this group is to be killed; 0: none. Also in a child, which tells its own: a system call only.
  void Watch(pid_t group) const;

 private:
  // -1: there is none.
  int pipe_ = -1;
  pid_t pid_ = 0;
};

}  // namespace leadership::leaderctl

#endif  // LEADERSHIP_LEADERCTL_GUARD_H_
