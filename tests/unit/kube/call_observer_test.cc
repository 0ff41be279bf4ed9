// What a CallObserver is told of the calls to the API server.
#include "server/kube/call_observer.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "server/kube/credentials.h"
#include "server/kube/rest_api.h"
#include "tests/harness/scratch_dir.h"
#include "tests/unit/kube/fake_transport.h"
#include "tests/unit/kube/manual_scheduler.h"
#include "tests/unit/kube/pod_token.h"

namespace leadership_broker::kube {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Keeps what it is told, as one short line each.
class Notes : public CallObserver {
 public:
  void OnSent(absl::string_view what) override { trace.push_back(absl::StrCat("sent ", what)); }
  void OnEvent(absl::string_view type, absl::string_view resource, absl::string_view name,
               absl::Duration decoding) override {
    trace.push_back(absl::StrCat(type, " ", resource, " ", name, " ", absl::FormatDuration(decoding)));
  }
  void OnAnswer(absl::string_view verb, absl::string_view what, int http_status, absl::Duration took) override {
    EXPECT_EQ(what.substr(0, verb.size() + 1), absl::StrCat(verb, " "));
    lines.push_back(absl::StrCat(verb, " ", http_status, " ", absl::FormatDuration(took)));
  }
  void OnWatchEnd(absl::string_view resource, const Outcome& outcome) override {
    lines.push_back(absl::StrCat(resource, " ", absl::StatusCodeToString(outcome.status.code())));
  }

  std::vector<std::string> lines;
  std::vector<std::string> trace;
};

class IgnoringObserver : public WatchObserver<ConfigMap> {
 public:
  void OnOpen() override {}
  void OnEvent(WatchEventKind, ConfigMap) override {}
  void OnBookmark(const std::string&) override {}
  void OnEnd(Outcome) override {}
};

class CallObserverTest : public ::testing::Test {
 protected:
  CallObserverTest() {
    files_.Write("ca.crt", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n");
    files_.Write("token", testing::PodToken(absl::ToUnixSeconds(scheduler_.now.wall + absl::Hours(1))));
    credentials_ = *Credentials::FromDirectory(files_.path(), [](const std::string&) {});
    api_ = std::make_unique<RestApi>(&transport_, credentials_.get(), &scheduler_, &notes_);
  }

  loop::Handle StartList() {
    return api_->List(Selector{"apps", "lock", ""}, [](const Listing<ConfigMap>&) {});
  }
  loop::Handle StartWatch() { return api_->Watch(Selector{"apps", "lock", ""}, "9", absl::Minutes(5), &observer_); }
  static HttpHead Head(int status) {
    HttpHead head;
    head.status = status;
    return head;
  }

  Notes notes_;
  testing::ManualScheduler scheduler_;
  testing::FakeTransport transport_;
  testing::ScratchDir files_;
  std::unique_ptr<Credentials> credentials_;
  IgnoringObserver observer_;
  std::unique_ptr<RestApi> api_;
};

TEST_F(CallObserverTest, ARequestIsTimedToTheEndOfItsAnswer) {
  const loop::Handle call = StartList();
  scheduler_.Advance(absl::Milliseconds(5));
  transport_.Headers(Head(200));
  EXPECT_THAT(notes_.lines, IsEmpty());
  scheduler_.Advance(absl::Milliseconds(2));
  transport_.Body(R"({"metadata":{"resourceVersion":"1"}})");
  transport_.Done();
  EXPECT_THAT(notes_.lines, ElementsAre("list 200 7ms"));
}

TEST_F(CallObserverTest, ARefusalHasItsStatus) {
  const loop::Handle call = api_->DeletePod("apps", "pod", Precondition{"uid", ""}, [](const WriteAnswer&) {});
  transport_.Answer(403, "{}");
  EXPECT_THAT(notes_.lines, ElementsAre("delete 403 0"));
}

TEST_F(CallObserverTest, AnAnswerThatBreaksOffIsNone) {
  const loop::Handle call = StartList();
  transport_.Headers(Head(200));
  transport_.Done(absl::UnavailableError("reset"));
  EXPECT_THAT(notes_.lines, ElementsAre("list 0 0"));
}

TEST_F(CallObserverTest, AWatchIsTimedUntilItIsAcceptedAndItsEndIsTold) {
  const loop::Handle call = StartWatch();
  scheduler_.Advance(absl::Milliseconds(3));
  transport_.Headers(Head(200));
  scheduler_.Advance(absl::Minutes(5));
  transport_.Done();
  EXPECT_THAT(notes_.lines, ElementsAre("watch 200 3ms", "configmaps OK"));
}

TEST_F(CallObserverTest, WhatIsSentAndEachEventIsTold) {
  const loop::Handle call = StartWatch();
  transport_.Headers(Head(200));
  transport_.Body(R"({"type":"DELETED","object":{"metadata":{"name":"lock","uid":"u","resourceVersion":"10"}}})"
                  "\n"
                  R"({"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"11"}}})"
                  "\n");
  EXPECT_THAT(notes_.trace, ElementsAre("sent watch configmaps \"lock\" in namespace \"apps\"",
                                        "DELETED configmaps lock 0", "BOOKMARK configmaps  0"));
}

TEST_F(CallObserverTest, AnExpiredWatchIsSeenInItsStream) {
  const loop::Handle call = StartWatch();
  transport_.Headers(Head(200));
  transport_.Body(R"({"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired","message":"old"}})"
                  "\n");
  EXPECT_THAT(notes_.lines, ElementsAre("watch 200 0", "configmaps OUT_OF_RANGE"));
}

TEST_F(CallObserverTest, ARefusedWatchIsOneAnswerAndOneEnd) {
  const loop::Handle call = StartWatch();
  transport_.Answer(403, "{}");
  EXPECT_THAT(notes_.lines, ElementsAre("watch 403 0", "configmaps PERMISSION_DENIED"));
}

TEST_F(CallObserverTest, AWatchThatIsNotAnsweredIsOneErrorAndOneEnd) {
  const loop::Handle call = StartWatch();
  scheduler_.Advance(Exchange::kStreamAnswerLimit);
  EXPECT_THAT(notes_.lines, ElementsAre("watch 0 15s", "configmaps UNAVAILABLE"));
}

TEST_F(CallObserverTest, EachTryAfterA401IsARequest) {
  const loop::Handle call = StartList();
  files_.Write("token", testing::PodToken(absl::ToUnixSeconds(scheduler_.now.wall + absl::Hours(2))));
  transport_.Answer(401, "{}");
  transport_.Answer(200, R"({"metadata":{"resourceVersion":"1"}})");
  EXPECT_THAT(notes_.lines, ElementsAre("list 401 0", "list 200 0"));
}

TEST_F(CallObserverTest, WhatIsAbandonedIsNotTold) {
  loop::Handle call = StartWatch();
  call.reset();
  scheduler_.Advance(absl::Minutes(1));
  EXPECT_THAT(notes_.lines, IsEmpty());
}

}  // namespace
}  // namespace leadership_broker::kube
