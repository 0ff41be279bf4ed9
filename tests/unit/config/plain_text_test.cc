#include "server/config/plain_text.h"

#include <string>

#include "gtest/gtest.h"

namespace leadership_broker::testing {
namespace {

using config::IsUtf8;
using config::Shortened;
using config::ToPlainText;
using config::ToUtf8;

TEST(PlainTextTest, KnowsUtf8) {
  for (const std::string& good : {std::string(), std::string("a\0b", 3), std::string("\xC3\xA4"),
                                  std::string("\xF4\x8F\xBF\xBF"), std::string("\xED\x9F\xBF")}) {
    EXPECT_TRUE(IsUtf8(good)) << good;
  }
  for (const std::string bad : {"\xFF", "\xC3", "\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE2\x82", "\xA4"}) {
    EXPECT_FALSE(IsUtf8(bad)) << bad;
  }
}

TEST(PlainTextTest, MakesVisibleWhatIsNoTextAndLeavesTheRest) {
  EXPECT_EQ(ToPlainText("caf\xC3\xA9, \"quoted\""), "caf\xC3\xA9, \"quoted\"");
  EXPECT_EQ(ToPlainText("a\n\x1b\xC3\xA9"), "a\\n\\x1b\xC3\xA9");
  EXPECT_EQ(ToPlainText("a\xFF"), "a\\xff");
  EXPECT_EQ(ToUtf8("a\nb"), "a\nb");
  EXPECT_EQ(ToUtf8("a\xFF"), "a\\xff");
}

TEST(PlainTextTest, IsShortenedBetweenCharacters) {
  EXPECT_EQ(Shortened("abc", 3), "abc");
  EXPECT_EQ(Shortened("abcd", 3), "abc...");
  EXPECT_EQ(Shortened("a\xC3\xA9z", 2), "a...");
  EXPECT_EQ(Shortened("a\xC3\xA9z", 3), "a\xC3\xA9...");
  EXPECT_EQ(Shortened("\xA9\xA9\xA9", 2), "...");
}

}  // namespace
}  // namespace leadership_broker::testing
