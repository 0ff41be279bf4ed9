#include "tests/harness/child_process.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <mutex>
#include <set>

#include "tests/harness/eventually.h"
#include "tests/harness/require.h"
#include "tests/harness/scratch_dir.h"

namespace leadership_broker::testing {
namespace {

std::vector<char*> Pointers(const std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  pointers.reserve(strings.size() + 1);
  for (const std::string& string : strings) pointers.push_back(const_cast<char*>(string.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

// Between fork and exec of a process with threads: system calls only.
[[noreturn]] void Become(char* const* command, char* const* environment, int input, int output, pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(127);
  dup2(input, STDIN_FILENO);
  dup2(output, STDOUT_FILENO);
  dup2(output, STDERR_FILENO);
  close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  execve(command[0], command, environment);
  const char* why = strerrordesc_np(errno);
  for (const char* text : {"cannot run ", static_cast<const char*>(command[0]), ": ", why, "\n"}) {
    if (write(STDERR_FILENO, text, strlen(text)) < 0) break;
  }
  _exit(127);
}

}  // namespace

ChildProcess::ChildProcess(const std::vector<std::string>& command, const std::vector<std::string>& environment,
                           const std::string& output_file) {
  const int input = open("/dev/null", O_RDONLY | O_CLOEXEC);
  const int output = open(output_file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  Require(input >= 0 && output >= 0, "cannot open " + output_file + ": " + strerror(errno));
  const std::vector<char*> arguments = Pointers(command);
  const std::vector<char*> variables = Pointers(environment);
  const pid_t parent = getpid();
  pid_ = fork();
  if (pid_ == 0) Become(arguments.data(), variables.data(), input, output, parent);
  Require(pid_ > 0, std::string("cannot fork: ") + strerror(errno));
  close(input);
  close(output);
}

ChildProcess::~ChildProcess() {
  Signal(SIGKILL);
  Wait(absl::InfiniteDuration());
}

void ChildProcess::Signal(int signal) {
  if (Running()) kill(pid_, signal);
}

std::optional<int> ChildProcess::Wait(absl::Duration limit) {
  const auto reap = [this] {
    int status = 0;
    if (!exit_code_.has_value() && waitpid(pid_, &status, WNOHANG) == pid_) {
      exit_code_ = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    }
    return exit_code_.has_value();
  };
  Eventually(reap, limit);
  return exit_code_;
}

std::vector<std::string> Environment(const std::vector<std::string>& without) {
  std::vector<std::string> kept;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string text = *variable;
    if (std::none_of(without.begin(), without.end(),
                     [&](const std::string& prefix) { return text.rfind(prefix, 0) == 0; })) {
      kept.push_back(text);
    }
  }
  return kept;
}

Finished RunProgram(const std::vector<std::string>& command, absl::Duration limit,
                    const std::vector<std::string>& environment) {
  const ScratchDir scratch;
  Finished finished;
  {
    ChildProcess process(command, environment, scratch.File("output"));
    finished.exit_code = process.Wait(limit).value_or(-1);
  }
  finished.output = ReadTextFile(scratch.File("output"));
  return finished;
}

namespace {

int AnyPort() {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof(address);
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  Require(fd >= 0 && bind(fd, generic, length) == 0 && getsockname(fd, generic, &length) == 0, "no free port");
  close(fd);
  return ntohs(address.sin_port);
}

}  // namespace

int FreePort() {
  // The kernel may give the same one twice, and whoever asks twice needs two.
  static std::mutex mutex;
  static std::set<int> given;
  const std::lock_guard<std::mutex> lock(mutex);
  int port = AnyPort();
  while (!given.insert(port).second) port = AnyPort();
  return port;
}

}  // namespace leadership_broker::testing
