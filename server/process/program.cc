#include "server/process/program.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"

namespace leadership_broker::process {
namespace {

// How often it is looked whether it has ended, which nothing announces, while it writes nothing.
constexpr int kLookMilliseconds = 20;

// The reading end of a pipe; the other one is the program's.
class Pipe {
 public:
  Pipe() {
    if (pipe2(ends_, O_CLOEXEC) != 0) ends_[0] = ends_[1] = -1;
    if (ends_[0] >= 0) fcntl(ends_[0], F_SETFL, O_NONBLOCK);
  }
  ~Pipe() {
    CloseWriting();
    if (ends_[0] >= 0) close(ends_[0]);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  bool ok() const { return ends_[0] >= 0; }
  int writing() const { return ends_[1]; }
  void CloseWriting() {
    if (ends_[1] >= 0) close(ends_[1]);
    ends_[1] = -1;
  }
  // For poll; -1, which it passes over, once there is nothing more to come.
  int reading() const { return ended_ ? -1 : ends_[0]; }

  // Takes what is there, up to `most` in all; what is more is read and left out.
  void Read(size_t most) {
    char buffer[4096];
    while (!ended_) {
      const ssize_t count = read(ends_[0], buffer, sizeof(buffer));
      if (count < 0 && errno == EINTR) continue;
      if (count < 0 && errno == EAGAIN) return;
      ended_ = count <= 0;
      if (count <= 0) return;
      const size_t room = most - std::min(most, text_.size());
      overflowed_ = overflowed_ || static_cast<size_t>(count) > room;
      text_.append(buffer, std::min(room, static_cast<size_t>(count)));
      if (overflowed_) return;
    }
  }
  const std::string& text() const { return text_; }
  bool overflowed() const { return overflowed_; }

 private:
  int ends_[2];
  bool ended_ = false;
  bool overflowed_ = false;
  std::string text_;
};

std::vector<std::string> FullEnvironment(const std::vector<std::string>& more) {
  std::vector<std::string> all = more;
  for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable) {
    const absl::string_view text = *variable;
    const absl::string_view name = text.substr(0, text.find('=') + 1);
    const bool replaced =
        std::any_of(more.begin(), more.end(), [name](const std::string& own) { return absl::StartsWith(own, name); });
    if (!replaced) all.emplace_back(text);
  }
  return all;
}

std::vector<char*> Pointers(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (const std::string& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

// 0, or the errno of why it does not start.
int Spawn(const Program& program, const Pipe& output, const Pipe& errors, pid_t* pid) {
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&files, output.writing(), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&files, errors.writing(), STDERR_FILENO);
  // Libraries open some without O_CLOEXEC.
  posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);

  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  // A process group of its own, to be killed as a whole; and no signal blocked or ignored as they are here.
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  sigset_t signals;
  sigemptyset(&signals);
  posix_spawnattr_setsigmask(&attributes, &signals);
  sigaddset(&signals, SIGPIPE);
  posix_spawnattr_setsigdefault(&attributes, &signals);

  const std::vector<std::string> environment = FullEnvironment(program.environment);
  const int error = posix_spawnp(pid, program.arguments[0].c_str(), &files, &attributes,
                                 Pointers(program.arguments).data(), Pointers(environment).data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  return error;
}

bool HasEnded(pid_t pid) {
  siginfo_t info{};
  return waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == pid;
}

// Ends what is left of it and of its children; the exit code.
int Reap(pid_t pid) {
  // Before it is reaped, while the number is surely its group's.
  kill(-pid, SIGKILL);
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

absl::StatusOr<ProgramResult> Run(const Program& program, const std::atomic<bool>& cancelled) {
  const absl::Time deadline = absl::Now() + program.limit;
  Pipe output;
  Pipe errors;
  if (!output.ok() || !errors.ok()) return absl::ErrnoToStatus(errno, "no pipe for a program");
  pid_t pid = -1;
  if (const int error = Spawn(program, output, errors, &pid); error != 0) {
    return absl::ErrnoToStatus(error, absl::StrCat("cannot run ", program.arguments[0]));
  }
  output.CloseWriting();
  errors.CloseWriting();

  bool ended = false;
  absl::Status status;
  while (status.ok() && !ended) {
    pollfd pipes[] = {{output.reading(), POLLIN, 0}, {errors.reading(), POLLIN, 0}};
    poll(pipes, 2, kLookMilliseconds);
    // Before the last of its output is read.
    ended = HasEnded(pid);
    output.Read(program.most_output);
    errors.Read(program.most_errors);
    if (output.overflowed()) {
      status = absl::OutOfRangeError(absl::StrCat("wrote more than ", program.most_output, " bytes"));
    } else if (!ended && cancelled) {
      status = absl::CancelledError("was ended");
    } else if (!ended && absl::Now() > deadline) {
      status = absl::DeadlineExceededError(
          absl::StrCat("did not end within ", absl::FormatDuration(program.limit), ", and was ended"));
    }
  }
  const int exit_code = Reap(pid);
  if (!status.ok()) return status;
  return ProgramResult{exit_code, output.text(), errors.text()};
}

}  // namespace leadership_broker::process
