#include "client/leaderctl/guard.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace leadership::leaderctl {
namespace {

// The guard itself. Its input ends when leaderctl and whatever still was to become CMD have.
[[noreturn]] void Stand(int input) {
  prctl(PR_SET_NAME, "leaderctl-guard");
  // Out of reach of Ctrl-C, which is not for it; it ends with leaderctl.
  setsid();
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, nullptr);
  dup2(input, STDIN_FILENO);
  close_range(STDIN_FILENO + 1, ~0U, 0);
  pid_t group = 0;
  while (true) {
    pid_t told;
    const ssize_t length = read(STDIN_FILENO, &told, sizeof(told));
    if (length == sizeof(told)) {
      group = told;
    } else if (length == 0 || errno != EINTR) {
      break;
    }
  }
  if (group > 1) kill(-group, SIGKILL);
  _exit(0);
}

}  // namespace

Guard::Guard() {
  int ends[2];
  if (getpid() == 1 || pipe2(ends, O_CLOEXEC) != 0) return;
  pid_ = fork();
  if (pid_ == 0) Stand(ends[0]);
  close(ends[0]);
  if (pid_ > 0) {
    pipe_ = ends[1];
  } else {
    close(ends[1]);
  }
}

Guard::~Guard() {
  if (pipe_ < 0) return;
  close(pipe_);
  waitpid(pid_, nullptr, 0);
}

void Guard::Watch(pid_t group) const {
  // A guard that is gone is no reason for CMD not to run.
  if (pipe_ >= 0 && write(pipe_, &group, sizeof(group)) < 0) return;
}

}  // namespace leadership::leaderctl
