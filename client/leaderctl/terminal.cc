#include "client/leaderctl/terminal.h"

#include <signal.h>
#include <unistd.h>

namespace leadership::leaderctl {

Terminal::Terminal() : own_group_(getpgrp()) {
  if (tcgetpgrp(STDIN_FILENO) > 0 && tcgetpgrp(STDOUT_FILENO) > 0) fd_ = STDIN_FILENO;
}

bool Terminal::BelongsTo(pid_t group) const { return fd_ >= 0 && group > 0 && tcgetpgrp(fd_) == group; }

void Terminal::HandOver(pid_t group) const {
  if (group > 0 && BelongsTo(own_group_)) Give(group);
}

void Terminal::TakeBack(pid_t group) const {
  if (BelongsTo(group)) Give(own_group_);
}

void Terminal::Give(pid_t group) const {
  // Who is not in the foreground may do this only with SIGTTOU blocked.
  sigset_t set;
  sigset_t before;
  sigemptyset(&set);
  sigaddset(&set, SIGTTOU);
  pthread_sigmask(SIG_BLOCK, &set, &before);
  tcsetpgrp(fd_, group);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

}  // namespace leadership::leaderctl
