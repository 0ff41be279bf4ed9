#include "tests/control_plane/chaos/tcp_proxy.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

#include "absl/time/clock.h"
#include "gtest/gtest.h"

#include "tests/harness/eventually.h"

namespace leadership_broker::chaos {
namespace {

using testing::Eventually;
using testing::kPatience;

sockaddr_in Loopback(int port) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<uint16_t>(port));
  return address;
}

// A server of the test's own, and a client that reaches it through the proxy.
class TcpProxyTest : public ::testing::Test {
 protected:
  TcpProxyTest() : listener_(Listen()), proxy(Port(listener_)), client(Connect()) {}
  ~TcpProxyTest() override {
    for (const int fd : {listener_, client, server}) close(fd);
  }

  static int Listen() {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in address = Loopback(0);
    EXPECT_EQ(bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
    EXPECT_EQ(listen(fd, 8), 0);
    return fd;
  }
  static int Port(int fd) {
    sockaddr_in address = {};
    socklen_t length = sizeof(address);
    EXPECT_EQ(getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length), 0);
    return ntohs(address.sin_port);
  }
  int Connect() const {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in address = Loopback(proxy.port());
    EXPECT_EQ(connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
    return fd;
  }
  void Accept() { server = accept(listener_, nullptr, nullptr); }

  static void Send(int fd, const std::string& text) {
    EXPECT_EQ(send(fd, text.data(), text.size(), MSG_NOSIGNAL), static_cast<ssize_t>(text.size()));
  }
  // Reads until it has so many bytes or the connection is over.
  static std::string Receive(int fd, size_t size) {
    std::string text(size, '\0');
    size_t have = 0;
    while (have < size) {
      const ssize_t count = recv(fd, text.data() + have, size - have, 0);
      if (count <= 0) break;
      have += static_cast<size_t>(count);
    }
    return text.substr(0, have);
  }
  static bool Readable(int fd, absl::Duration limit) {
    pollfd polled = {fd, POLLIN, 0};
    return poll(&polled, 1, static_cast<int>(absl::ToInt64Milliseconds(limit))) == 1;
  }
  // Whether the connection ends by a reset.
  static bool IsReset(int fd) {
    char byte = 0;
    return Readable(fd, kPatience) && recv(fd, &byte, 1, 0) < 0 && errno == ECONNRESET;
  }

  int listener_;
  TcpProxy proxy;
  int client;
  int server = -1;
};

TEST_F(TcpProxyTest, PassesBytesAndTheEndsOfStreamsBothWays) {
  Accept();
  const std::string much(3 << 20, 'x');
  std::thread sender([&] {
    Send(client, much);
    shutdown(client, SHUT_WR);
  });
  EXPECT_EQ(Receive(server, much.size() + 1), much);
  sender.join();
  Send(server, "answer");
  shutdown(server, SHUT_WR);
  EXPECT_EQ(Receive(client, 7), "answer");
  EXPECT_TRUE(Eventually([&] { return proxy.connections() == 0; }));
  EXPECT_EQ(proxy.bytes(), much.size() + 6);
}

TEST_F(TcpProxyTest, ACutResetsBothSides) {
  Accept();
  proxy.Cut();
  EXPECT_TRUE(IsReset(client));
  EXPECT_TRUE(IsReset(server));
  close(client);
  client = Connect();
  Accept();
  Send(client, "x");
  EXPECT_EQ(Receive(server, 1), "x") << "the network works again after a cut";
}

TEST_F(TcpProxyTest, RefusesNewConnectionsAndKeepsOldOnes) {
  Accept();
  Network refusing;
  refusing.refuse = true;
  proxy.Set(refusing);
  const int refused = Connect();
  EXPECT_TRUE(IsReset(refused));
  close(refused);
  Send(client, "x");
  EXPECT_EQ(Receive(server, 1), "x");
}

TEST_F(TcpProxyTest, HalfOpenHoldsWhatIsSentAndPassesItOnAfterwards) {
  Accept();
  Network half_open;
  half_open.hold_answers = true;
  proxy.Set(half_open);
  Send(client, "request");
  EXPECT_EQ(Receive(server, 7), "request") << "requests pass while answers are held";
  Send(server, "answer");
  EXPECT_FALSE(Readable(client, absl::Milliseconds(100)));
  proxy.Set(Network());
  EXPECT_EQ(Receive(client, 6), "answer");
}

TEST_F(TcpProxyTest, ARequestThatWasHeldArrivesThoughItsSenderHasGone) {
  Accept();
  Network half_open;
  half_open.hold_requests = true;
  proxy.Set(half_open);
  Send(client, "request");
  shutdown(client, SHUT_WR);
  EXPECT_FALSE(Readable(server, absl::Milliseconds(100)));
  proxy.Set(Network());
  EXPECT_EQ(Receive(server, 8), "request");
}

TEST_F(TcpProxyTest, IsAsSlowAsItIsTold) {
  Accept();
  Network slow;
  slow.latency = absl::Milliseconds(50);
  slow.bytes_per_second = 100'000;
  proxy.Set(slow);
  const absl::Time began = absl::Now();
  const std::string text(20'000, 'x');
  Send(client, text);
  EXPECT_EQ(Receive(server, text.size()), text);
  // The last piece waits for those before it.
  EXPECT_GE(absl::Now() - began, absl::Milliseconds(50 + (20'000 - 4096) / 100 - 10));
}

}  // namespace
}  // namespace leadership_broker::chaos
