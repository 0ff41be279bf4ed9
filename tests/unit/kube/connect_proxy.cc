#include "tests/unit/kube/connect_proxy.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/unit/kube/loopback_socket.h"

namespace leadership_broker::testing {
namespace {

// False when `from` has nothing more to say.
bool Carry(int from, int to) {
  char buffer[4096];
  const ssize_t count = recv(from, buffer, sizeof(buffer), 0);
  return count > 0 && send(to, buffer, static_cast<size_t>(count), MSG_NOSIGNAL) == count;
}

void CarryBothWays(int one, int other) {
  while (true) {
    pollfd ends[] = {{one, POLLIN, 0}, {other, POLLIN, 0}};
    poll(ends, 2, -1);
    if (ends[0].revents != 0 && !Carry(one, other)) return;
    if (ends[1].revents != 0 && !Carry(other, one)) return;
  }
}

}  // namespace

ConnectProxy::ConnectProxy(int target_port) : target_port_(target_port), listener_(ListenOnLoopback(&port_)) {
  thread_ = std::thread([this] { Serve(); });
}

ConnectProxy::~ConnectProxy() {
  shutdown(listener_, SHUT_RDWR);
  thread_.join();
  close(listener_);
  for (std::thread& connection : connections_) connection.join();
}

void ConnectProxy::Serve() {
  while (true) {
    const int client = accept(listener_, nullptr, nullptr);
    if (client < 0) return;
    connections_.emplace_back([this, client] {
      ServeOne(client);
      close(client);
    });
  }
}

void ConnectProxy::ServeOne(int client) {
  std::string head;
  // Byte by byte: what follows is not ours.
  while (head.find("\r\n\r\n") == std::string::npos) {
    char byte = 0;
    if (recv(client, &byte, 1, 0) != 1) return;
    head.push_back(byte);
  }
  {
    loop::MutexLock lock(mutex_);
    asked_.push_back(head);
  }
  const std::string answer = "HTTP/1.1 200 Connection established\r\n\r\n";
  send(client, answer.data(), answer.size(), MSG_NOSIGNAL);
  const int target = ConnectToLoopback(target_port_);
  CarryBothWays(client, target);
  close(target);
}

}  // namespace leadership_broker::testing
