#include "server/config/address.h"

#include <netinet/in.h>
#include <sys/un.h>

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace leadership_broker::testing {
namespace {

using config::Address;
using config::ParseAddress;

TEST(AddressTest, ReadsIpv4Ipv6AndSockets) {
  const Address ipv4 = *ParseAddress("127.0.0.1:8642");
  EXPECT_EQ(ipv4.host, "127.0.0.1");
  EXPECT_EQ(ipv4.port, 8642);
  EXPECT_FALSE(ipv4.is_unix());
  const Address ipv6 = *ParseAddress("[::1]:0");
  EXPECT_EQ(ipv6.host, "::1");
  EXPECT_EQ(ipv6.port, 0);
  const Address socket = *ParseAddress("unix:/run/leadership/broker.sock");
  EXPECT_EQ(socket.path, "/run/leadership/broker.sock");
  EXPECT_TRUE(socket.is_unix());
}

struct BadAddress {
  std::string text;
  std::string complaint;
};

class BadAddressTest : public ::testing::TestWithParam<BadAddress> {};

TEST_P(BadAddressTest, IsRefusedAndSaysWhy) {
  const auto address = ParseAddress(GetParam().text);
  ASSERT_FALSE(address.ok());
  EXPECT_THAT(std::string(address.status().message()), ::testing::HasSubstr(GetParam().complaint));
}

INSTANTIATE_TEST_SUITE_P(
    All, BadAddressTest,
    ::testing::Values(BadAddress{"", "no port"}, BadAddress{"127.0.0.1", "no port"},
                      BadAddress{"localhost:8642", "no name"}, BadAddress{"::1:8642", "no address"},
                      BadAddress{"[127.0.0.1]:8642", "no address"}, BadAddress{"127.0.0.1:", "the port"},
                      BadAddress{"127.0.0.1:65536", "the port"}, BadAddress{"127.0.0.1:+80", "the port"},
                      BadAddress{"127.0.0.1:80 ", "the port"}, BadAddress{"127.0.0.1:-1", "the port"},
                      BadAddress{"127.1:80", "no address"}, BadAddress{"unix:", "absolute path"},
                      BadAddress{"unix:run/x", "absolute path"},
                      BadAddress{"unix:/" + std::string(107, 'x'), "has 108 bytes, and the system allows 107"}));

TEST(AddressTest, TheLongestPathFits) {
  const std::string path = "/" + std::string(106, 'x');
  const Address address = *ParseAddress("unix:" + path);
  const auto socket = ToSocketAddress(address);
  EXPECT_EQ(reinterpret_cast<const sockaddr_un&>(socket.storage).sun_path, path);
}

TEST(AddressTest, Loopback) {
  for (const char* text : {"127.0.0.1:1", "127.255.0.9:1", "[::1]:1", "[0:0:0:0:0:0:0:1]:1", "unix:/x"}) {
    EXPECT_TRUE(IsLoopback(*ParseAddress(text))) << text;
  }
  for (const char* text : {"0.0.0.0:1", "[::]:1", "10.0.0.1:1", "128.0.0.1:1", "[::2]:1", "[::ffff:10.0.0.1]:1"}) {
    EXPECT_FALSE(IsLoopback(*ParseAddress(text))) << text;
  }
}

TEST(AddressTest, Wildcard) {
  EXPECT_TRUE(IsWildcard(*ParseAddress("0.0.0.0:1")));
  EXPECT_TRUE(IsWildcard(*ParseAddress("[::]:1")));
  EXPECT_FALSE(IsWildcard(*ParseAddress("127.0.0.1:1")));
  EXPECT_FALSE(IsWildcard(*ParseAddress("[::1]:1")));
  EXPECT_FALSE(IsWildcard(*ParseAddress("unix:/x")));
}

TEST(AddressTest, SocketAddresses) {
  const auto ipv4 = ToSocketAddress(*ParseAddress("127.0.0.2:80"));
  const auto& in = reinterpret_cast<const sockaddr_in&>(ipv4.storage);
  EXPECT_EQ(in.sin_family, AF_INET);
  EXPECT_EQ(ntohs(in.sin_port), 80);
  EXPECT_EQ(ntohl(in.sin_addr.s_addr), 0x7F000002u);
  const auto ipv6 = ToSocketAddress(*ParseAddress("[::1]:81"));
  const auto& in6 = reinterpret_cast<const sockaddr_in6&>(ipv6.storage);
  EXPECT_EQ(in6.sin6_family, AF_INET6);
  EXPECT_EQ(ntohs(in6.sin6_port), 81);
  EXPECT_TRUE(IN6_IS_ADDR_LOOPBACK(&in6.sin6_addr));
}

TEST(AddressTest, JoinHostPortBracketsIpv6) {
  EXPECT_EQ(config::JoinHostPort("127.0.0.1", 80), "127.0.0.1:80");
  EXPECT_EQ(config::JoinHostPort("::1", 80), "[::1]:80");
}

}  // namespace
}  // namespace leadership_broker::testing
