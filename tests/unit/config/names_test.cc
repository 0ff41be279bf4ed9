#include "server/config/names.h"

#include <string>

#include "gtest/gtest.h"

namespace leadership_broker::testing {
namespace {

using config::IsDns1123Label;
using config::IsDns1123Subdomain;
using config::IsUid;

TEST(NamesTest, Subdomains) {
  for (const std::string& good : {std::string("a"), std::string("my-app"), std::string("0.1"), std::string("a.b-c.d"),
                                  std::string(253, 'a'), std::string(100, 'x') + ".y"}) {
    EXPECT_TRUE(IsDns1123Subdomain(good)) << good;
  }
  for (const std::string& bad :
       {std::string(), std::string("A"), std::string("a_b"), std::string("-a"), std::string("a-"), std::string(".a"),
        std::string("a."), std::string("a..b"), std::string("a.-b"), std::string("a/b"), std::string("a b"),
        std::string("\xC3\xA4"), std::string("a\0b", 3), std::string(254, 'a')}) {
    EXPECT_FALSE(IsDns1123Subdomain(bad)) << bad;
  }
}

TEST(NamesTest, Labels) {
  EXPECT_TRUE(IsDns1123Label(std::string(63, 'a')));
  EXPECT_FALSE(IsDns1123Label(std::string(64, 'a')));
  EXPECT_FALSE(IsDns1123Label("a.b"));
  EXPECT_FALSE(IsDns1123Label(""));
}

TEST(NamesTest, LabelKeys) {
  for (const std::string& good : {std::string("role"), std::string("Role_1.x-y"), std::string("example.com/role"),
                                  std::string(63, 'a'), std::string(253, 'a') + "/" + std::string(63, 'a')}) {
    EXPECT_TRUE(config::IsLabelKey(good)) << good;
  }
  for (const std::string& bad : {std::string(), std::string("/"), std::string("a/"), std::string("/a"),
                                 std::string("a/b/c"), std::string("-a"), std::string("a-"), std::string("a b"),
                                 std::string("A.com/a"), std::string(64, 'a'), std::string(254, 'a') + "/a"}) {
    EXPECT_FALSE(config::IsLabelKey(bad)) << bad;
  }
}

TEST(NamesTest, LabelValues) {
  for (const std::string& good : {std::string(), std::string("leader"), std::string("A_b.c-1"), std::string(63, 'a')}) {
    EXPECT_TRUE(config::IsLabelValue(good)) << good;
  }
  for (const std::string& bad : {std::string("a/b"), std::string("a b"), std::string(".a"), std::string("a_"),
                                 std::string("a\n"), std::string(64, 'a')}) {
    EXPECT_FALSE(config::IsLabelValue(bad)) << bad;
  }
}

TEST(NamesTest, Uids) {
  EXPECT_TRUE(IsUid("0f5bd3c9-5c4d-4c4b-9d4f-1d5f3a9b8f00"));
  EXPECT_TRUE(IsUid("9f8c7a6b5d4e3f2a1b0c9d8e7f6a5b4c")) << "a mirror pod's";
  EXPECT_FALSE(IsUid(""));
  EXPECT_FALSE(IsUid("a b"));
  EXPECT_FALSE(IsUid("a\n"));
}

}  // namespace
}  // namespace leadership_broker::testing
