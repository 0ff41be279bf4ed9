#include "client/leaderctl/child_group.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>

#include "client/leaderctl/exit_codes.h"

namespace leadership::leaderctl {
namespace {

std::vector<char*> Pointers(const std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  pointers.reserve(strings.size() + 1);
  for (const std::string& string : strings) pointers.push_back(const_cast<char*>(string.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

std::vector<unsigned> OpenDescriptors() {
  std::vector<unsigned> open;
  DIR* const folder = opendir("/proc/self/fd");
  if (folder == nullptr) return open;
  while (const dirent* entry = readdir(folder)) {
    const int fd = atoi(entry->d_name);
    if (entry->d_name[0] != '.' && fd != dirfd(folder)) open.push_back(static_cast<unsigned>(fd));
  }
  closedir(folder);
  std::sort(open.begin(), open.end());
  return open;
}

}  // namespace

Inheritance::Inheritance() : descriptors_(OpenDescriptors()) {
  pthread_sigmask(SIG_SETMASK, nullptr, &mask_);
  sigaction(SIGPIPE, nullptr, &pipe_action_);
}

void Inheritance::Apply() const {
  unsigned from = STDERR_FILENO + 1;
  for (const unsigned fd : descriptors_) {
    if (fd > from) close_range(from, fd - 1, CLOSE_RANGE_CLOEXEC);
    from = std::max(from, fd + 1);
  }
  close_range(from, ~0U, CLOSE_RANGE_CLOEXEC);
  sigaction(SIGPIPE, &pipe_action_, nullptr);
  sigprocmask(SIG_SETMASK, &mask_, nullptr);
}

ChildGroup::ChildGroup(const Inheritance* inheritance) : inheritance_(inheritance) {
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  // Whoever started leaderctl may have ignored it, and then nothing could be waited for.
  signal(SIGCHLD, SIG_DFL);
}

// Runs in the memory of its parent, which stands still meanwhile: system calls only. Returns the errno of what failed.
int ChildGroup::BecomeCommand(const char* path, char* const* arguments, char* const* variables, pid_t parent) const {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  // It may have ended before that.
  if (getppid() != parent) return ECHILD;
  setpgid(0, 0);
  guard_.Watch(getpid());
  terminal_.HandOver(getpid());
  inheritance_->Apply();
  execvpe(path, arguments, variables);
  return errno;
}

int ChildGroup::Start(const std::string& path, const std::vector<std::string>& command,
                      const std::vector<std::string>& environment) {
  const std::vector<char*> arguments = Pointers(command);
  const std::vector<char*> variables = Pointers(environment);
  const pid_t parent = getpid();
  volatile int error = 0;
  // Not fork, which copies the tables of all the memory that gRPC holds, and takes several times as long.
  const pid_t child = vfork();
  if (child == 0) {
    error = BecomeCommand(path.c_str(), arguments.data(), variables.data(), parent);
    _exit(kNotFound);
  }
  if (child < 0) return errno;
  if (error != 0) {
    waitpid(child, nullptr, 0);
    guard_.Watch(0);
    terminal_.TakeBack(child);
    return error;
  }
  group_ = child;
  command_lives_ = true;
  return 0;
}

void ChildGroup::Signal(int signal) const {
  if (group_ != 0) kill(-group_, signal);
}

bool ChildGroup::Reap() {
  bool ended = false;
  int status;
  while (const pid_t pid = waitpid(-1, &status, WNOHANG | WUNTRACED)) {
    if (pid < 0) {
      if (errno == EINTR) continue;
      break;
    }
    if (pid != group_ || !command_lives_) continue;
    if (WIFSTOPPED(status)) {
      // Ctrl-Z. No shell gets to know of it, and a terminal whose foreground is stopped helps nobody.
      if (WSTOPSIG(status) == SIGTSTP && terminal_.BelongsTo(group_)) Signal(SIGCONT);
      continue;
    }
    exit_code_ = WIFSIGNALED(status) ? kSignalBase + WTERMSIG(status) : WEXITSTATUS(status);
    command_lives_ = false;
    ended = true;
  }
  return ended;
}

bool ChildGroup::Gone() {
  if (group_ == 0) return true;
  if (command_lives_ || kill(-group_, 0) == 0 || errno == EPERM) return false;
  guard_.Watch(0);
  terminal_.TakeBack(group_);
  group_ = 0;
  return true;
}

}  // namespace leadership::leaderctl
