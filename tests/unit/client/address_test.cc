#include "client/address.h"

#include <cstdlib>

#include "gmock/gmock.h"

namespace leadership::internal {
namespace {

using ::testing::HasSubstr;

TEST(ClientAddress, OptionBeforeEnvironmentBeforeDefault) {
  unsetenv(kAddressVariable);
  EXPECT_EQ(ChooseAddress(""), "localhost:8642");
  setenv(kAddressVariable, "", 1);
  EXPECT_EQ(ChooseAddress(""), "localhost:8642");
  setenv(kAddressVariable, "unix:/run/b.sock", 1);
  EXPECT_EQ(ChooseAddress(""), "unix:/run/b.sock");
  EXPECT_EQ(ChooseAddress("127.0.0.1:1"), "127.0.0.1:1");
  unsetenv(kAddressVariable);
}

TEST(ClientAddress, IsWhatGrpcTakesForTheSame) {
  const std::pair<std::string, std::string> cases[] = {
      {"localhost:8642", "dns:///localhost:8642"}, {"127.0.0.1:65535", "dns:///127.0.0.1:65535"},
      {"[::1]:8642", "dns:///[::1]:8642"},         {"broker.example.com:1", "dns:///broker.example.com:1"},
      {"unix:/run/b.sock", "unix:/run/b.sock"},
  };
  for (const auto& [address, target] : cases) {
    const absl::StatusOr<std::string> made = GrpcTarget(address);
    ASSERT_TRUE(made.ok()) << made.status();
    EXPECT_EQ(*made, target);
  }
}

TEST(ClientAddress, IsRefusedWhereGrpcWouldLookForItForEver) {
  for (const std::string address :
       {"", "localhost", ":8642", "localhost:", "localhost:0", "localhost:65536", "localhost:+1", "localhost:http",
        "::1:8642", "[::1:8642", "[localhost]:8642", "http://localhost:8642", "dns:///localhost:8642",
        "unix:", "unix:run/b.sock", "a b:1"}) {
    const absl::StatusOr<std::string> made = GrpcTarget(address);
    ASSERT_FALSE(made.ok()) << address << " became " << *made;
    EXPECT_EQ(made.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(made.status().message()), HasSubstr("\"" + address + "\""));
    EXPECT_THAT(std::string(made.status().message()), HasSubstr("unix:/PATH"));
  }
  EXPECT_FALSE(GrpcTarget("unix:/" + std::string(108, 'a')).ok()) << "longer than a socket's path can be";
}

}  // namespace
}  // namespace leadership::internal
