// moments FILE: the command that leaderctl_bench has leaderctl run. It notes when it began, and when SIGTERM came, and
// is small, so that its own start takes no time to speak of.
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

namespace {

void Note(int file, const char* what) {
  timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  char line[64];
  const int length =
      snprintf(line, sizeof(line), "%s %lld%09ld\n", what, static_cast<long long>(now.tv_sec), now.tv_nsec);
  if (write(file, line, static_cast<size_t>(length)) != length) _exit(1);
}

}  // namespace

int main(int argc, char** argv) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigprocmask(SIG_BLOCK, &set, nullptr);
  const int file = argc == 2 ? open(argv[1], O_WRONLY | O_CREAT | O_APPEND, 0600) : -1;
  if (file < 0) return 2;
  Note(file, "began");
  int signal = 0;
  sigwait(&set, &signal);
  Note(file, "ended");
  return 0;
}
