#include "server/rpc/acceptor.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <condition_variable>
#include <filesystem>
#include <functional>
#include <limits>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

namespace leadership_broker::testing {
namespace {

using rpc::Acceptor;
using rpc::ListeningSocket;

// Where those who are let in go.
class Room {
 public:
  ~Room() { Empty(); }
  void Enter(int connection) {
    std::lock_guard<std::mutex> lock(mutex_);
    inside_.push_back(connection);
    changed_.notify_all();
  }
  std::vector<int> WaitFor(size_t count) {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [&] { return inside_.size() >= count; });
    return inside_;
  }
  void Empty() {
    std::lock_guard<std::mutex> lock(mutex_);
    for (const int connection : inside_) close(connection);
    inside_.clear();
  }
  std::function<void(int)> Entrance() {
    return [this](int connection) { Enter(connection); };
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<int> inside_;
};

// Not in gtest's folder: Bazel's has a longer path than a socket may have.
std::string SocketPath(const std::string& name) {
  return std::filesystem::temp_directory_path() / (name + "-" + std::to_string(getpid()));
}

ListeningSocket Open(const std::string& address) {
  auto socket = ListeningSocket::Open(*config::ParseAddress(address));
  EXPECT_TRUE(socket.ok()) << socket.status();
  return *std::move(socket);
}

// A client's end; negative when it is refused.
int Connect(const std::string& address) {
  const config::SocketAddress name = ToSocketAddress(*config::ParseAddress(address));
  const int file = socket(name.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (connect(file, reinterpret_cast<const sockaddr*>(&name.storage), name.length) == 0) return file;
  close(file);
  return -1;
}

bool WaitClosed(int file) {
  char byte = 0;
  return recv(file, &byte, 1, 0) <= 0;
}

std::vector<Acceptor::Door> One(ListeningSocket socket, Room& room) {
  std::vector<Acceptor::Door> doors;
  doors.push_back({std::move(socket), room.Entrance()});
  return doors;
}

TEST(AcceptorTest, LetsInAtEveryDoor) {
  Room room;
  ListeningSocket v4 = Open("127.0.0.1:0");
  ListeningSocket local = Open("unix:" + SocketPath("acceptor"));
  const std::vector<std::string> addresses = {v4.Text(), local.Text()};
  std::vector<Acceptor::Door> doors = One(std::move(v4), room);
  doors.push_back({std::move(local), room.Entrance()});
  const Acceptor acceptor(std::move(doors), std::numeric_limits<int>::max());
  for (size_t i = 0; i < addresses.size(); ++i) {
    const int client = Connect(addresses[i]);
    EXPECT_GE(client, 0);
    const int connection = room.WaitFor(i + 1).back();
    EXPECT_NE(fcntl(connection, F_GETFL) & O_NONBLOCK, 0);
    EXPECT_NE(fcntl(connection, F_GETFD) & FD_CLOEXEC, 0);
    close(client);
  }
}

TEST(AcceptorTest, WhoComesWhenThereIsNoRoomIsTurnedAwayAndTheNextOnesAreLetInAgain) {
  Room room;
  ListeningSocket socket = Open("127.0.0.1:0");
  const std::string address = socket.Text();
  // Room for ten descriptors more than are open now: the clients' ends are in this process too.
  const int next = dup(STDERR_FILENO);
  close(next);
  const Acceptor acceptor(One(std::move(socket), room), next + 2 + 10);
  std::vector<int> clients;
  for (int i = 0; i < 5; ++i) {
    clients.push_back(Connect(address));
    room.WaitFor(clients.size());
  }
  for (int i = 0; i < 20; ++i) {
    const int refused = Connect(address);
    EXPECT_TRUE(WaitClosed(refused));
    close(refused);
  }
  EXPECT_EQ(room.WaitFor(0).size(), 5u);
  for (const int client : clients) close(client);
  room.Empty();
  const int client = Connect(address);
  EXPECT_EQ(room.WaitFor(1).size(), 1u);
  close(client);
}

TEST(AcceptorTest, ADoorForStrangersLeavesRoomForTheOthers) {
  Room strangers;
  Room ours;
  ListeningSocket outer = Open("0.0.0.0:0");
  ListeningSocket inner = Open("127.0.0.1:0");
  const std::string outside = "127.0.0.1" + outer.Text().substr(outer.Text().rfind(':'));
  const std::string inside = inner.Text();
  const int next = dup(STDERR_FILENO);
  close(next);
  std::vector<Acceptor::Door> doors;
  doors.push_back({std::move(outer), strangers.Entrance(), 10});
  doors.push_back({std::move(inner), ours.Entrance()});
  // The clients' ends are in this process too: room for five strangers, and for five more who are none.
  const Acceptor acceptor(std::move(doors), next + 2 + 20);
  std::vector<int> clients;
  for (int i = 0; i < 5; ++i) {
    clients.push_back(Connect(outside));
    strangers.WaitFor(clients.size());
  }
  const int refused = Connect(outside);
  EXPECT_TRUE(WaitClosed(refused));
  close(refused);
  for (size_t i = 1; i <= 5; ++i) {
    clients.push_back(Connect(inside));
    EXPECT_EQ(ours.WaitFor(i).size(), i);
  }
  for (const int client : clients) close(client);
}

TEST(AcceptorTest, NobodyIsLetInAfterItsEndAndASocketsFileIsGone) {
  const std::string path = SocketPath("acceptor-end");
  Room room;
  {
    const Acceptor acceptor(One(Open("unix:" + path), room), std::numeric_limits<int>::max());
    struct stat status = {};
    ASSERT_EQ(stat(path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0660u);
  }
  EXPECT_FALSE(std::filesystem::exists(path));
  EXPECT_LT(Connect("unix:" + path), 0);
}

TEST(ListeningSocketTest, AClientElsewhereThatIsGoneWithoutAWordIsNoticed) {
  const ListeningSocket socket = Open("0.0.0.0:0");
  const int client = Connect("127.0.0.1" + socket.Text().substr(socket.Text().rfind(':')));
  pollfd waiting = {socket.file(), POLLIN, 0};
  ASSERT_EQ(poll(&waiting, 1, 60'000), 1);
  const int connection = accept(socket.file(), nullptr, nullptr);
  ASSERT_GE(connection, 0);
  const std::pair<int, int> options[] = {{SOL_SOCKET, SO_KEEPALIVE}, {IPPROTO_TCP, TCP_USER_TIMEOUT}};
  for (const auto& [level, option] : options) {
    int value = 0;
    socklen_t size = sizeof(value);
    EXPECT_EQ(getsockopt(connection, level, option, &value, &size), 0);
    EXPECT_GT(value, 0) << option;
  }
  close(connection);
  close(client);
}

TEST(ListeningSocketTest, AnAddressInUseIsAnError) {
  const ListeningSocket first = Open("127.0.0.1:0");
  EXPECT_FALSE(ListeningSocket::Open(*config::ParseAddress(first.Text())).ok());
}

}  // namespace
}  // namespace leadership_broker::testing
