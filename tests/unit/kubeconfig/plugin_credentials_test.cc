#include "server/kubeconfig/plugin_credentials.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/unit/kube/manual_scheduler.h"

namespace leadership_broker::kubeconfig {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class FakeRunner : public PluginRunner {
 public:
  struct Runs {
    int started = 0;
    Callback callback;
  };
  explicit FakeRunner(Runs* runs) : runs_(runs) {}
  void Start(Callback callback) override {
    ++runs_->started;
    runs_->callback = std::move(callback);
  }

 private:
  Runs* const runs_;
};

class PluginCredentialsTest : public ::testing::Test {
 protected:
  const kube::Proof* Current() { return credentials_.Current(scheduler_.Now()); }
  // The token sent now; empty when there is none at hand.
  std::string Token() {
    const kube::Proof* const proof = Current();
    return proof == nullptr ? "" : proof->token;
  }
  void Answer(const std::string& token, absl::Duration lives = absl::InfiniteDuration()) {
    PluginAnswer answer;
    answer.token = token;
    answer.expires = scheduler_.Now().wall + lives;
    std::exchange(runs_.callback, nullptr)(answer);
  }
  void Fail(const std::string& why) { std::exchange(runs_.callback, nullptr)(absl::UnavailableError(why)); }

  testing::ManualScheduler scheduler_;
  FakeRunner::Runs runs_;
  std::vector<std::string> logged_;
  PluginCredentials credentials_{std::make_unique<FakeRunner>(&runs_),
                                 {"Impersonate-User: a"},
                                 &scheduler_,
                                 [this](config::LogLevel, const std::string& line) { logged_.push_back(line); }};
};

TEST_F(PluginCredentialsTest, ThePluginIsRunAtTheFirstNeedAndOnce) {
  EXPECT_EQ(runs_.started, 0);
  EXPECT_EQ(Current(), nullptr);
  EXPECT_EQ(Current(), nullptr);
  EXPECT_EQ(runs_.started, 1);
  Answer("first");
  ASSERT_NE(Current(), nullptr);
  EXPECT_EQ(Current()->token, "first");
  EXPECT_THAT(Current()->headers, ElementsAre("Impersonate-User: a"));
  scheduler_.Advance(absl::Hours(1000));
  EXPECT_EQ(Token(), "first");
  EXPECT_EQ(runs_.started, 1);
}

TEST_F(PluginCredentialsTest, WhoWaitsIsToldWhenThereIsAnAnswer) {
  Current();
  std::vector<absl::Status> told;
  const loop::Handle stays = credentials_.Await([&](const absl::Status& status) { told.push_back(status); });
  loop::Handle leaves = credentials_.Await([&](const absl::Status& status) { told.push_back(status); });
  leaves.reset();
  scheduler_.Advance(absl::Seconds(30));
  EXPECT_THAT(told, IsEmpty());
  Answer("first");
  scheduler_.Advance(absl::ZeroDuration());
  EXPECT_THAT(told, ElementsAre(absl::OkStatus()));
}

TEST_F(PluginCredentialsTest, WhoWaitsMayGiveUpWhenAnotherIsTold) {
  Current();
  loop::Handle second;
  int told = 0;
  const loop::Handle first = credentials_.Await([&](const absl::Status&) {
    ++told;
    second.reset();
  });
  second = credentials_.Await([&](const absl::Status&) { ++told; });
  Fail("no");
  scheduler_.Advance(absl::ZeroDuration());
  EXPECT_EQ(told, 1);
}

TEST_F(PluginCredentialsTest, ShortlyBeforeItExpiresItIsRenewedWhileTheOldOneIsUsed) {
  Current();
  Answer("first", absl::Hours(1));
  scheduler_.Advance(absl::Minutes(58));
  EXPECT_EQ(Token(), "first");
  EXPECT_EQ(runs_.started, 1);
  scheduler_.Advance(absl::Minutes(1));
  EXPECT_EQ(Token(), "first");
  EXPECT_EQ(runs_.started, 2);
  Answer("second", absl::Hours(1));
  EXPECT_EQ(Token(), "second");
}

TEST_F(PluginCredentialsTest, ARenewalThatFailsLeavesTheOldOneUntilItHasExpired) {
  Current();
  Answer("first", absl::Hours(1));
  scheduler_.Advance(absl::Minutes(59));
  EXPECT_EQ(Token(), "first");
  Fail("not now");
  EXPECT_EQ(Token(), "first");
  scheduler_.Advance(absl::Minutes(1));
  EXPECT_EQ(Token(), "");
}

TEST_F(PluginCredentialsTest, WhatLivesShortlyIsUsedForMostOfItsLife) {
  Current();
  Answer("first", absl::Seconds(30));
  scheduler_.Advance(absl::Seconds(26));
  EXPECT_EQ(Token(), "first");
  EXPECT_EQ(runs_.started, 1);
  scheduler_.Advance(absl::Seconds(1));
  Token();
  EXPECT_EQ(runs_.started, 2);
}

TEST_F(PluginCredentialsTest, WhatWasRefusedIsNotSentAgain) {
  Current();
  Answer("first");
  const kube::Proof refused = *Current();
  scheduler_.Advance(absl::Minutes(1));
  EXPECT_FALSE(credentials_.Renew(scheduler_.Now(), refused));
  EXPECT_EQ(Token(), "");
  EXPECT_EQ(runs_.started, 2);
  Answer("second");
  EXPECT_EQ(Token(), "second");
  // An older request's refusal says nothing of the newer one.
  EXPECT_FALSE(credentials_.Renew(scheduler_.Now(), refused));
  EXPECT_EQ(Token(), "second");
}

TEST_F(PluginCredentialsTest, APluginWhoseAnswersAreRefusedIsNotRunWithoutAPause) {
  Current();
  for (int i = 0; i < 25; ++i) {
    if (runs_.callback != nullptr) Answer("bad");
    if (const kube::Proof* const proof = Current(); proof != nullptr) {
      credentials_.Renew(scheduler_.Now(), kube::Proof(*proof));
    }
    std::optional<absl::Status> told;
    const loop::Handle handle = credentials_.Await([&](const absl::Status& status) { told = status; });
    scheduler_.Advance(absl::Milliseconds(100));
    if (runs_.callback == nullptr) {
      ASSERT_TRUE(told.has_value());
      EXPECT_FALSE(told->ok());
    }
  }
  EXPECT_EQ(runs_.started, 2);
}

TEST_F(PluginCredentialsTest, APluginThatFailsIsRunMoreAndMoreRarelyAndSaysSoOnce) {
  Current();
  absl::Duration longest;
  absl::Duration last = scheduler_.Now().boot;
  for (int i = 0; i < 12; ++i) {
    Fail("log in first");
    std::string told;
    const loop::Handle handle =
        credentials_.Await([&](const absl::Status& status) { told = std::string(status.message()); });
    const int started = runs_.started;
    while (runs_.started == started) {
      scheduler_.Advance(absl::Seconds(1));
      EXPECT_EQ(Current(), nullptr);
    }
    EXPECT_EQ(told, "log in first");
    longest = std::max(longest, scheduler_.Now().boot - last);
    last = scheduler_.Now().boot;
  }
  EXPECT_EQ(longest, PluginCredentials::kGreatestPause);
  EXPECT_THAT(logged_, ElementsAre("log in first"));
}

TEST_F(PluginCredentialsTest, WhatHasExpiredAlreadyIsAFailure) {
  Current();
  Answer("late", -absl::Seconds(1));
  EXPECT_EQ(Token(), "");
  EXPECT_THAT(logged_, ElementsAre(HasSubstr("expired already")));
}

}  // namespace
}  // namespace leadership_broker::kubeconfig
