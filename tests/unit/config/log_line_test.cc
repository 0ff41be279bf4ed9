#include "server/config/log_line.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

#include "server/config/logging.h"

namespace leadership_broker::testing {
namespace {

using config::FormatLogLine;
using config::LogFormat;
using config::LogLevel;

const absl::Time kTime = absl::FromUnixMicros(1700000000123456);

TEST(LogLineTest, Text) {
  EXPECT_EQ(FormatLogLine(LogFormat::kText, kTime, LogLevel::kInfo, "this pod leads",
                          {{"lock", "my-app"}, {"message_of", "a b"}, {"empty", ""}}),
            "2023-11-14T22:13:20.123456Z info    this pod leads" + std::string(49, ' ') +
                " lock=my-app message_of=\"a b\" empty=\"\"");
}

TEST(LogLineTest, TextIsInColumnsAsFarAsItsMessagesAllow) {
  const auto place = [](LogLevel level, const std::string& message) {
    return FormatLogLine(LogFormat::kText, kTime, level, message, {{"lock", "l"}}).find(" lock=");
  };
  EXPECT_EQ(place(LogLevel::kInfo, "short"), place(LogLevel::kWarning, "a little longer than that"));
  const std::string longest(200, 'x');
  EXPECT_THAT(FormatLogLine(LogFormat::kText, kTime, LogLevel::kInfo, longest, {{"lock", "l"}}),
              ::testing::EndsWith(longest + " lock=l"));
}

TEST(LogLineTest, TextStaysOnOneLineWhateverAServerSays) {
  EXPECT_EQ(FormatLogLine(LogFormat::kText, kTime, LogLevel::kError, "refused:\nforged", {{"body", "x\r\n\x1B[2J\"y"}}),
            "2023-11-14T22:13:20.123456Z error   refused:\\nforged" + std::string(47, ' ') +
                " body=\"x\\r\\n\\x1b[2J\\\"y\"");
}

TEST(LogLineTest, Json) {
  const std::string line = FormatLogLine(LogFormat::kJson, kTime, LogLevel::kWarning, "caf\xC3\xA9 \"x\"\n\t\x01",
                                         {{"lock", "my-app"}, {"state", "LEADER"}});
  EXPECT_THAT(line, ::testing::Not(::testing::HasSubstr("\n")));
  const auto json = nlohmann::json::parse(line);
  EXPECT_EQ(json, (nlohmann::json{{"time", "2023-11-14T22:13:20.123456Z"},
                                  {"level", "warning"},
                                  {"message", "caf\xC3\xA9 \"x\"\n\t\x01"},
                                  {"lock", "my-app"},
                                  {"state", "LEADER"}}));
}

TEST(LogLineTest, JsonKeysComeInTheSameOrderEveryTime) {
  const std::string line =
      FormatLogLine(LogFormat::kJson, kTime, LogLevel::kInfo, "m", {{"state", "s"}, {"lock", "l"}});
  EXPECT_EQ(line, R"({"level":"info","lock":"l","message":"m","state":"s","time":"2023-11-14T22:13:20.123456Z"})");
}

TEST(LogLineTest, AFieldCannotReplaceAStandardKey) {
  const std::string line = FormatLogLine(LogFormat::kJson, kTime, LogLevel::kInfo, "m", {{"level", "error"}});
  EXPECT_EQ(nlohmann::json::parse(line)["level"], "info");
}

TEST(LogLineTest, BytesThatAreNoUtf8AreMadeVisible) {
  const std::string bad[] = {"\xFF", "\xC0\xAF", "\xED\xA0\x80", "\xE0\x80\x80", "\xF4\x90\x80\x80", "\xF0\x80\x80\x80",
                             "\xC3", "\xE2\x82"};
  for (const std::string& bytes : bad) {
    const std::string json = FormatLogLine(LogFormat::kJson, kTime, LogLevel::kInfo, "x" + bytes, {{"body", bytes}});
    ASSERT_TRUE(nlohmann::json::accept(json)) << json;
    EXPECT_THAT(nlohmann::json::parse(json)["message"].get<std::string>(), ::testing::StartsWith("x\\x"));
    const std::string text = FormatLogLine(LogFormat::kText, kTime, LogLevel::kInfo, "x" + bytes, {{"body", bytes}});
    EXPECT_THAT(text, ::testing::Not(::testing::HasSubstr(bytes)));
  }
  const std::string good = "\xC3\xA4\xE2\x82\xAC\xED\x9F\xBF\xEE\x80\x80\xF0\x9F\x98\x80\xF4\x8F\xBF\xBF";
  EXPECT_THAT(FormatLogLine(LogFormat::kText, kTime, LogLevel::kInfo, good, {}), ::testing::EndsWith(good));
}

TEST(LoggingTest, WritesWholeLinesToStderrFromTheGivenLevelOn) {
  ::testing::internal::CaptureStderr();
  config::StartLogging(LogFormat::kJson, LogLevel::kWarning);
  config::Log(LogLevel::kInfo, "not this");
  config::Log(LogLevel::kWarning, "100% {this} %v", {{"lock", "l"}});
  const std::string written = ::testing::internal::GetCapturedStderr();
  ASSERT_THAT(written, ::testing::EndsWith("}\n"));
  const auto json = nlohmann::json::parse(written);
  EXPECT_EQ(json["message"], "100% {this} %v");
  EXPECT_EQ(json["level"], "warning");
  EXPECT_EQ(json["lock"], "l");
}

}  // namespace
}  // namespace leadership_broker::testing
