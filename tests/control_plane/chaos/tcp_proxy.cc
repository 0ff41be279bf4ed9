#include "tests/control_plane/chaos/tcp_proxy.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "absl/time/clock.h"

#include "tests/control_plane/chaos/byte_pipe.h"
#include "tests/harness/require.h"

namespace leadership_broker::chaos {
namespace {

using testing::Require;

sockaddr_in Loopback(int port) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<uint16_t>(port));
  return address;
}

// Closes with RST.
void Reset(int fd) {
  const linger now = {1, 0};
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
  close(fd);
}

void SendAtOnce(int fd) {
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

}  // namespace

class TcpProxy::Connection {
 public:
  // Counts what comes in `bytes`.
  Connection(int client, int server, std::atomic<uint64_t>* bytes)
      : client_(client), server_(server), requests_(bytes), answers_(bytes) {}
  ~Connection() {
    Reset(client_);
    Reset(server_);
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // What to poll for: always two entries, the client's and the server's.
  void AddTo(std::vector<pollfd>* all, const Network& network, absl::Time now) const {
    const auto events = [&](const BytePipe& in, const BytePipe& out, bool hold_out) {
      const bool may_write = !hold_out && out.Due() <= now;
      return static_cast<short>((in.WantsBytes() ? POLLIN : 0) | (may_write ? POLLOUT : 0));
    };
    all->push_back({client_, events(requests_, answers_, network.hold_answers), 0});
    all->push_back({server_, events(answers_, requests_, network.hold_requests), 0});
  }

  absl::Time Due(const Network& network) const {
    return std::min(network.hold_requests ? absl::InfiniteFuture() : requests_.Due(),
                    network.hold_answers ? absl::InfiniteFuture() : answers_.Due());
  }

  // False once it is over.
  bool Move(const pollfd& client, const pollfd& server, const Network& network, absl::Time now) {
    const auto broken = [](const pollfd& side) {
      return (side.revents & (POLLERR | POLLNVAL)) != 0 || (side.events == 0 && (side.revents & POLLHUP) != 0);
    };
    if (broken(client) || broken(server)) return false;
    const absl::Time due = now + network.latency;
    const auto readable = [](const pollfd& side) {
      return (side.events & POLLIN) != 0 && (side.revents & (POLLIN | POLLHUP)) != 0;
    };
    if (readable(client) && !requests_.ReadFrom(client_, due)) return false;
    if (readable(server) && !answers_.ReadFrom(server_, due)) return false;
    if (!network.hold_requests && !requests_.WriteTo(server_, now, network.bytes_per_second)) return false;
    if (!network.hold_answers && !answers_.WriteTo(client_, now, network.bytes_per_second)) return false;
    return !(requests_.finished() && answers_.finished());
  }

 private:
  const int client_;
  const int server_;
  BytePipe requests_;
  BytePipe answers_;
};

TcpProxy::TcpProxy(int target_port) : target_port_(target_port) {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  sockaddr_in address = Loopback(0);
  socklen_t length = sizeof(address);
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  int wake[2] = {-1, -1};
  const bool listens = listener_ >= 0 && bind(listener_, generic, length) == 0 && listen(listener_, 64) == 0 &&
                       getsockname(listener_, generic, &length) == 0 && pipe2(wake, O_CLOEXEC | O_NONBLOCK) == 0;
  Require(listens, "the proxy cannot listen");
  port_ = ntohs(address.sin_port);
  wake_read_ = wake[0];
  wake_write_ = wake[1];
  thread_ = std::thread(&TcpProxy::Run, this);
}

TcpProxy::~TcpProxy() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stop_ = true;
  }
  Wake();
  thread_.join();
  for (const int fd : {listener_, wake_read_, wake_write_}) close(fd);
}

void TcpProxy::Set(const Network& network) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    network_ = network;
  }
  Wake();
}

void TcpProxy::Cut() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    cut_ = true;
  }
  Wake();
}

void TcpProxy::Wake() {
  // A full pipe wakes as well as one byte more.
  if (write(wake_write_, "", 1) < 0) return;
}

void TcpProxy::Accept(const Network& network) {
  const int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (client < 0) return;
  if (network.refuse) return Reset(client);
  const int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  const sockaddr_in address = Loopback(target_port_);
  const bool begun =
      server >= 0 &&
      (connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0 || errno == EINPROGRESS);
  if (!begun) {
    if (server >= 0) close(server);
    return Reset(client);
  }
  SendAtOnce(client);
  SendAtOnce(server);
  open_.push_back(std::make_unique<Connection>(client, server, &bytes_));
}

bool TcpProxy::TakeOrders(Network* network) {
  const std::lock_guard<std::mutex> lock(mutex_);
  *network = network_;
  if (std::exchange(cut_, false)) open_.clear();
  return !stop_;
}

void TcpProxy::Wait(const Network& network, std::vector<pollfd>* polled) const {
  const absl::Time now = absl::Now();
  absl::Time due = absl::InfiniteFuture();
  *polled = {{listener_, POLLIN, 0}, {wake_read_, POLLIN, 0}};
  for (const auto& connection : open_) {
    connection->AddTo(polled, network, now);
    const absl::Time its = connection->Due(network);
    if (its > now) due = std::min(due, its);
  }
  const absl::Duration limit = absl::Ceil(due - now, absl::Milliseconds(1));
  poll(polled->data(), polled->size(),
       due == absl::InfiniteFuture() ? -1 : static_cast<int>(absl::ToInt64Milliseconds(limit)));
}

void TcpProxy::Run() {
  Network network;
  std::vector<pollfd> polled;
  while (TakeOrders(&network)) {
    connections_ = static_cast<int>(open_.size());
    Wait(network, &polled);
    char drained[64];
    while (read(wake_read_, drained, sizeof(drained)) > 0) {
    }
    const size_t waited_for = open_.size();
    // What was ordered meanwhile holds for what has come meanwhile.
    if (!TakeOrders(&network)) break;
    if (open_.size() != waited_for) continue;
    const absl::Time now = absl::Now();
    std::vector<std::unique_ptr<Connection>> kept;
    for (size_t i = 0; i < open_.size(); ++i) {
      if (open_[i]->Move(polled[2 + 2 * i], polled[3 + 2 * i], network, now)) kept.push_back(std::move(open_[i]));
    }
    open_ = std::move(kept);
    if (polled[0].revents != 0) Accept(network);
  }
  open_.clear();
}

}  // namespace leadership_broker::chaos
