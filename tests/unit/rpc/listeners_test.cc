#include "server/rpc/listeners.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "server/rpc/socket_lock.h"
#include "tests/harness/scratch_dir.h"

namespace leadership_broker::testing {
namespace {

using config::Address;
using config::ParseAddress;
using rpc::Listeners;
using rpc::SocketLock;
using ::testing::AllOf;
using ::testing::HasSubstr;

std::vector<Address> Addresses(const std::vector<std::string>& texts) {
  std::vector<Address> addresses;
  for (const std::string& text : texts) addresses.push_back(*ParseAddress(text));
  return addresses;
}

// A machine that lacks these addresses.
rpc::ListenProbe Lacking(std::set<std::string> hosts, int error) {
  return
      [hosts = std::move(hosts), error](const Address& address) { return hosts.count(address.host) != 0 ? error : 0; };
}

std::vector<std::string> Texts(const Listeners& listeners) {
  std::vector<std::string> texts;
  for (const Address& address : listeners.addresses()) texts.push_back(address.text);
  return texts;
}

const std::vector<std::string> kDefaults = {"127.0.0.1:8642", "[::1]:8642"};

TEST(ListenersTest, ADefaultThatTheMachineLacksIsLeftOut) {
  for (int error : {EADDRNOTAVAIL, EAFNOSUPPORT}) {
    const auto listeners = Listeners::Prepare(Addresses(kDefaults), true, Lacking({"::1"}, error));
    ASSERT_TRUE(listeners.ok()) << listeners.status();
    EXPECT_THAT(Texts(*listeners), ::testing::ElementsAre("127.0.0.1:8642"));
  }
}

TEST(ListenersTest, OneDefaultMustRemain) {
  const auto listeners = Listeners::Prepare(Addresses(kDefaults), true, Lacking({"::1", "127.0.0.1"}, EADDRNOTAVAIL));
  EXPECT_THAT(std::string(listeners.status().message()), HasSubstr("--listen"));
}

TEST(ListenersTest, WhatWasAskedForMustBeThere) {
  const auto listeners = Listeners::Prepare(Addresses(kDefaults), false, Lacking({"::1"}, EADDRNOTAVAIL));
  EXPECT_THAT(std::string(listeners.status().message()), HasSubstr("[::1]:8642"));
}

TEST(ListenersTest, ADefaultThatIsInUseIsAnError) {
  const auto listeners = Listeners::Prepare(Addresses(kDefaults), true, Lacking({"::1"}, EADDRINUSE));
  EXPECT_THAT(std::string(listeners.status().message()), HasSubstr("[::1]:8642 is in use by another process"));
}

class ListeningSocket {
 public:
  explicit ListeningSocket(const Address& address) {
    const auto socket_address = ToSocketAddress(address);
    file_ = socket(socket_address.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    EXPECT_EQ(bind(file_, reinterpret_cast<const sockaddr*>(&socket_address.storage), socket_address.length), 0);
    EXPECT_EQ(listen(file_, 1), 0);
  }
  ~ListeningSocket() { close(file_); }

  uint16_t port() const {
    sockaddr_in name = {};
    socklen_t length = sizeof(name);
    getsockname(file_, reinterpret_cast<sockaddr*>(&name), &length);
    return ntohs(name.sin_port);
  }

 private:
  int file_;
};

TEST(ListenersTest, APortInUseIsToldInOneLine) {
  ListeningSocket other(*ParseAddress("127.0.0.1:0"));
  const std::string taken = config::JoinHostPort("127.0.0.1", other.port());
  const auto listeners = Listeners::Prepare(Addresses({taken}), false);
  EXPECT_EQ(std::string(listeners.status().message()),
            taken + " is in use by another process: Address already in use; choose another --listen");
}

class SocketLockTest : public ::testing::Test {
 protected:
  std::string Error() { return std::string(SocketLock::Acquire(path_).status().message()); }

  const ScratchDir directory_;
  std::string path_ = directory_.File("broker.sock");
};

TEST_F(SocketLockTest, ASecondBrokerIsRefusedUntilTheFirstIsGone) {
  {
    const auto first = SocketLock::Acquire(path_);
    ASSERT_TRUE(first.ok()) << first.status();
    EXPECT_THAT(Error(), AllOf(HasSubstr(path_), HasSubstr("in use by another broker"), HasSubstr("--listen")));
  }
  EXPECT_TRUE(SocketLock::Acquire(path_).ok());
}

TEST_F(SocketLockTest, TheStaleSocketOfADeadBrokerIsRemoved) {
  { ListeningSocket dead(*ParseAddress("unix:" + path_)); }
  ASSERT_TRUE(std::filesystem::is_socket(path_));
  EXPECT_TRUE(SocketLock::Acquire(path_).ok());
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(SocketLockTest, ASocketThatIsServedIsNotStolen) {
  ListeningSocket other(*ParseAddress("unix:" + path_));
  EXPECT_THAT(Error(), AllOf(HasSubstr(path_), HasSubstr("in use by another process")));
  EXPECT_TRUE(std::filesystem::is_socket(path_));
}

TEST_F(SocketLockTest, AFileThatIsNoSocketIsLeftAlone) {
  std::ofstream(path_) << "precious";
  EXPECT_THAT(Error(), AllOf(HasSubstr(path_), HasSubstr("no socket")));
  EXPECT_TRUE(std::filesystem::is_regular_file(path_));
}

TEST_F(SocketLockTest, AMissingDirectoryIsNamed) {
  path_ = directory_.File("none/broker.sock");
  EXPECT_THAT(Error(), AllOf(HasSubstr(path_ + ".lock"), HasSubstr("No such file")));
}

TEST_F(SocketLockTest, ALinkInPlaceOfTheLockFileIsNotFollowed) {
  std::filesystem::create_symlink(directory_.File("elsewhere"), path_ + ".lock");
  EXPECT_THAT(Error(), HasSubstr(path_ + ".lock"));
  EXPECT_FALSE(std::filesystem::exists(directory_.File("elsewhere")));
}

}  // namespace
}  // namespace leadership_broker::testing
