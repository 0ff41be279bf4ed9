#include "bench/counting_proxy.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/harness/require.h"

namespace leadership_broker::bench {
namespace {

using testing::Require;

// How often it looks whether it is to end.
constexpr int kPollMilliseconds = 200;

sockaddr_in Loopback(int port) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<uint16_t>(port));
  return address;
}

int NewSocket() {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  Require(socket >= 0, "no socket for the counting proxy");
  return socket;
}

}  // namespace

CountingProxy::CountingProxy(int target_port) : target_port_(target_port), listener_(NewSocket()) {
  sockaddr_in address = Loopback(0);
  socklen_t size = sizeof(address);
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  const bool listens =
      bind(listener_, any, size) == 0 && listen(listener_, SOMAXCONN) == 0 && getsockname(listener_, any, &size) == 0;
  Require(listens, "the counting proxy cannot listen");
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { Run(); });
}

CountingProxy::~CountingProxy() {
  stopped_ = true;
  thread_.join();
  for (const auto& [end, peer] : peers_) close(end);
  close(listener_);
}

void CountingProxy::Run() {
  while (!stopped_) {
    std::vector<pollfd> polled = {{listener_, POLLIN, 0}};
    for (const auto& [end, peer] : peers_) polled.push_back({end, POLLIN, 0});
    if (poll(polled.data(), polled.size(), kPollMilliseconds) <= 0) continue;
    for (const pollfd& one : polled) {
      if (one.revents == 0 || one.fd == listener_) continue;
      const auto found = peers_.find(one.fd);
      if (found != peers_.end() && !Forward(one.fd, found->second)) Close(one.fd);
    }
    // Last, lest a new connection take the number of one that was polled and has ended.
    if (polled.front().revents != 0) Accept();
  }
}

void CountingProxy::Accept() {
  const int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  if (client < 0) return;
  const int server = NewSocket();
  const sockaddr_in address = Loopback(target_port_);
  if (connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    close(client);
    close(server);
    return;
  }
  const int on = 1;
  for (int end : {client, server}) setsockopt(end, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  peers_[client] = server;
  peers_[server] = client;
}

bool CountingProxy::Forward(int from, int to) {
  char buffer[64 << 10];
  const ssize_t count = recv(from, buffer, sizeof(buffer), 0);
  if (count <= 0) return false;
  for (ssize_t sent = 0; sent < count;) {
    const ssize_t more = send(to, buffer + sent, static_cast<size_t>(count - sent), MSG_NOSIGNAL);
    if (more <= 0) return false;
    sent += more;
  }
  bytes_ += static_cast<uint64_t>(count);
  return true;
}

void CountingProxy::Close(int end) {
  const int peer = peers_[end];
  for (int one : {end, peer}) {
    peers_.erase(one);
    close(one);
  }
}

}  // namespace leadership_broker::bench
