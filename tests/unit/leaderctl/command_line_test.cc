#include "client/leaderctl/command_line.h"

#include "client/leaderctl/completion.h"
#include "client/leaderctl/duration.h"
#include "client/leaderctl/exit_codes.h"
#include "gmock/gmock.h"

namespace leadership::leaderctl {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

using Words = std::vector<std::string>;

Options Read(const Words& arguments) {
  const auto read = ReadCommandLine(arguments);
  if (const auto* ended = std::get_if<Ended>(&read)) {
    ADD_FAILURE() << ended->text;
    return {};
  }
  return std::get<Options>(read);
}

// One line, exit code 2, and what it says.
std::string Refusal(const Words& arguments) {
  const auto read = ReadCommandLine(arguments);
  const auto* ended = std::get_if<Ended>(&read);
  if (ended == nullptr) return "it was taken";
  EXPECT_EQ(ended->exit_code, kUsage);
  EXPECT_EQ(std::count(ended->text.begin(), ended->text.end(), '\n'), 1) << ended->text;
  return ended->text;
}

TEST(CommandLine, AddressAndLockStandBeforeOrAfterTheSubcommand) {
  for (const Words& words : {Words{"--address=a:1", "--lock=l", "status", "-o", "yaml"},
                             Words{"status", "--address", "a:1", "-o", "yaml", "--lock", "l"}}) {
    const Options options = Read(words);
    EXPECT_EQ(options.subcommand, "status");
    EXPECT_EQ(options.address, "a:1");
    EXPECT_EQ(options.lock, "l");
    EXPECT_EQ(options.output, Output::kYaml);
    EXPECT_FALSE(options.timeout.has_value());
  }
}

TEST(CommandLine, WhatFollowsTheDashesIsTheCommandsWhateverItLooksLike) {
  const Options options =
      Read({"run", "--restart", "--grace=1m30s", "--", "watch", "--lock", "x", "--", "-o", "json", "--help"});
  EXPECT_THAT(options.command, ElementsAre("watch", "--lock", "x", "--", "-o", "json", "--help"));
  EXPECT_TRUE(options.restart);
  EXPECT_EQ(options.grace, absl::Seconds(90));
  EXPECT_EQ(options.lock, "");
}

TEST(CommandLine, RunStopsTheCommandWhenUncertainUnlessTold) {
  EXPECT_TRUE(Read({"run", "--", "true"}).stop_when_uncertain);
  EXPECT_FALSE(Read({"run", "--on-uncertain=continue", "--", "true"}).stop_when_uncertain);
}

TEST(CommandLine, WhatIsWrongIsSaidInOneLine) {
  EXPECT_THAT(Refusal({}), HasSubstr("status, watch"));
  EXPECT_THAT(Refusal({"stauts"}), HasSubstr("stauts"));
  EXPECT_THAT(Refusal({"status", "--no-such-flag"}), HasSubstr("--no-such-flag"));
  EXPECT_THAT(Refusal({"status", "-o", "xml"}), AllOf(HasSubstr("xml"), HasSubstr("text|json|yaml")));
  EXPECT_THAT(Refusal({"watch", "-o", "yaml"}), AllOf(HasSubstr("yaml"), HasSubstr("text|json")));
  EXPECT_THAT(Refusal({"wait", "--timeout", "5"}), AllOf(HasSubstr("--timeout"), HasSubstr("5s")));
  EXPECT_THAT(Refusal({"wait", "--timeout", "-5s"}), HasSubstr("negative"));
  EXPECT_THAT(Refusal({"run", "--grace", "soon", "--", "true"}), AllOf(HasSubstr("--grace"), HasSubstr("soon")));
  EXPECT_THAT(Refusal({"run", "--silence-limit=1s", "--", "true"}),
              AllOf(HasSubstr("--silence-limit"), HasSubstr("3s")));
  EXPECT_THAT(Refusal({"run", "--silence-limit=1s", "--", "true"}), HasSubstr("(leaderctl run --help"));
  EXPECT_THAT(Refusal({"--no-such-flag"}), HasSubstr("(leaderctl --help"));
  EXPECT_THAT(Refusal({"run", "--on-uncertain=perhaps", "--", "true"}), HasSubstr("stop|continue"));
  EXPECT_THAT(Refusal({"run"}), HasSubstr("-- CMD"));
  EXPECT_THAT(Refusal({"run", "--"}), HasSubstr("-- CMD"));
  EXPECT_THAT(Refusal({"run", "true"}), HasSubstr("true"));
  EXPECT_THAT(Refusal({"status", "--", "true"}), HasSubstr("only run does"));
  EXPECT_THAT(Refusal({"locks", "--lock", "x"}), HasSubstr("--lock"));
  EXPECT_THAT(Refusal({"status", "watch"}), HasSubstr("watch"));
  EXPECT_THAT(Refusal({"status", "--address=nonsense"}), AllOf(HasSubstr("nonsense"), HasSubstr("HOST:PORT")));
}

TEST(CommandLine, HelpAndVersionAreNoErrors) {
  for (const auto& [words, what] : std::vector<std::pair<Words, std::string>>{
           {{"--help"}, "step-down"}, {{"run", "--help"}, "--grace"}, {{"--version"}, "leaderctl 0."}}) {
    const auto read = ReadCommandLine(words);
    ASSERT_TRUE(std::holds_alternative<Ended>(read));
    EXPECT_EQ(std::get<Ended>(read).exit_code, kSuccess);
    EXPECT_THAT(std::get<Ended>(read).text, AllOf(HasSubstr(what), EndsWith("\n")));
  }
}

TEST(ShortDuration, IsAsExactAsPeopleWant) {
  EXPECT_EQ(ShortDuration(absl::Milliseconds(2560)), "2.5s");
  EXPECT_EQ(ShortDuration(absl::Seconds(312)), "5m12s");
  EXPECT_EQ(ShortDuration(absl::Minutes(125)), "2h5m");
  EXPECT_EQ(ShortDuration(absl::Hours(76)), "3d4h");
  EXPECT_EQ(ShortDuration(-absl::Seconds(1)), "0");
}

// The words that Tab offers.
Words Offered(const Words& typed) {
  Words words;
  const auto locks = [](const std::string& address) { return Words{"lock-at-" + address}; };
  for (const Suggestion& suggestion : Suggest(typed, locks)) words.push_back(suggestion.word);
  return words;
}

TEST(Completion, OffersSubcommandsThenTheirFlagsThenTheFlagsValues) {
  EXPECT_THAT(Offered({"s"}), ElementsAre("status", "step-down"));
  EXPECT_THAT(Offered({"status", "-"}), AllOf(Contains("--output"), Contains("--address"), Not(Contains("--grace"))));
  EXPECT_THAT(Offered({"run", "--re"}), ElementsAre("--restart"));
  EXPECT_THAT(Offered({"status", "-o", ""}), ElementsAre("text", "json", "yaml"));
  EXPECT_THAT(Offered({"watch", "--output", "j"}), ElementsAre("json"));
  EXPECT_THAT(Offered({"run", "--on-uncertain", "c"}), ElementsAre("continue"));
}

TEST(Completion, OffersEachFlagOnce) {
  Words offered = Offered({"wait", "--"});
  std::sort(offered.begin(), offered.end());
  EXPECT_EQ(std::adjacent_find(offered.begin(), offered.end()), offered.end());
}

TEST(Completion, AsksTheBrokerOfTheAddressThatWasTypedForLocks) {
  EXPECT_THAT(Offered({"--address", "a:1", "status", "--lock", ""}), ElementsAre("lock-at-a:1"));
  EXPECT_THAT(Offered({"status", "--address=a:2", "--lock", "lock"}), ElementsAre("lock-at-a:2"));
}

TEST(Completion, LeavesTheCommandAndFreeWordsToTheShell) {
  EXPECT_THAT(Offered({"run", "--", "--"}), IsEmpty());
  EXPECT_THAT(Offered({"run", "--grace", ""}), IsEmpty());
  EXPECT_THAT(Offered({"status", ""}), IsEmpty());
}

TEST(Completion, IsNotMisledByAValueThatLooksLikeASubcommand) {
  EXPECT_THAT(Offered({"--lock", "status", "w"}), ElementsAre("watch", "wait"));
}

}  // namespace
}  // namespace leadership::leaderctl
