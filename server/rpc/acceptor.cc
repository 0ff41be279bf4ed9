#include "server/rpc/acceptor.h"

#include <errno.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

#include "server/config/logging.h"

namespace leadership_broker::rpc {
namespace {

// How long those who wait are left to wait where the kernel itself has nothing left.
constexpr int kRestMilliseconds = 100;
constexpr absl::Duration kSayAgainAfter = absl::Seconds(10);

// What concerns one connection, or comes to nothing.
bool IsPassing(int error) {
  switch (error) {
    case EINTR:
    case ECONNABORTED:
    case EPROTO:
    case EPERM:
    case ENETDOWN:
    case ENETUNREACH:
    case EHOSTDOWN:
    case EHOSTUNREACH:
      return true;
    default:
      return false;
  }
}

}  // namespace

Acceptor::Acceptor(std::vector<Door> doors, int first_refused)
    : doors_(std::move(doors)), first_refused_(first_refused), stop_(eventfd(0, EFD_CLOEXEC)) {
  thread_ = std::thread([this] { Run(); });
}

Acceptor::~Acceptor() {
  eventfd_write(stop_, 1);
  thread_.join();
  close(stop_);
}

void Acceptor::Run() {
  std::vector<pollfd> waiting = {{stop_, POLLIN, 0}};
  for (const Door& door : doors_) waiting.push_back({door.socket.file(), POLLIN, 0});
  for (;;) {
    poll(waiting.data(), waiting.size(), -1);
    if (waiting[0].revents != 0) return;
    bool all_in = true;
    for (size_t i = 0; i < doors_.size(); ++i) {
      if (waiting[i + 1].revents != 0 && !LetIn(doors_[i])) all_in = false;
    }
    if (!all_in) poll(waiting.data(), 1, kRestMilliseconds);
  }
}

bool Acceptor::LetIn(const Door& door) {
  // A bound, so that no door keeps the thread from another, or from its end.
  for (int i = 0; i < SOMAXCONN; ++i) {
    const int connection = accept4(door.socket.file(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (connection >= first_refused_ - door.left_to_others) {
      close(connection);
      CountRefused();
    } else if (connection >= 0) {
      door.let_in(connection);
    } else if (errno == EAGAIN) {
      return true;
    } else if (!IsPassing(errno)) {
      config::Log(config::LogLevel::kWarning, "cannot take a connection in; trying again",
                  {{"address", door.socket.Text()}, {"error", std::strerror(errno)}});
      return false;
    }
  }
  return true;
}

void Acceptor::CountRefused() {
  ++refused_;
  if (const absl::Time now = absl::Now(); now - last_said_ >= kSayAgainAfter) {
    last_said_ = now;
    config::Log(config::LogLevel::kWarning, "too many connections: new ones are closed at once",
                {{"refused", absl::StrCat(refused_)}});
  }
}

}  // namespace leadership_broker::rpc
