#include "tests/e2e/end_watch.h"

#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <utility>
#include <vector>

#include "absl/time/clock.h"

namespace leadership_broker::testing {
namespace {

// How soon what is added is watched.
constexpr int kRoundMilliseconds = 20;

}  // namespace

EndWatch::EndWatch() : thread_([this] { Poll(); }) {}

EndWatch::~EndWatch() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stop_ = true;
  }
  thread_.join();
  for (const auto& [name, fd] : running_) close(fd);
}

void EndWatch::Add(const std::string& name, pid_t pid) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (running_.count(name) != 0 || ended_.count(name) != 0) return;
  // By number: glibc 2.36 declares the function without C linkage.
  const int fd = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
  if (fd >= 0) running_[name] = fd;
}

std::optional<absl::Time> EndWatch::Ended(const std::string& name) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = ended_.find(name);
  return found == ended_.end() ? std::nullopt : std::optional<absl::Time>(found->second);
}

void EndWatch::Poll() {
  while (true) {
    std::vector<std::string> names;
    std::vector<pollfd> fds;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (stop_) return;
      for (const auto& [name, fd] : running_) {
        names.push_back(name);
        fds.push_back({fd, POLLIN, 0});
      }
    }
    poll(fds.data(), fds.size(), kRoundMilliseconds);
    const absl::Time now = absl::Now();
    const std::lock_guard<std::mutex> lock(mutex_);
    for (size_t i = 0; i < fds.size(); ++i) {
      if (fds[i].revents == 0) continue;
      ended_[names[i]] = now;
      close(fds[i].fd);
      running_.erase(names[i]);
    }
  }
}

}  // namespace leadership_broker::testing
