// Every fault switch, over HTTPS, as a client meets it.
#include <future>
#include <memory>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

#include "tests/harness/eventually.h"
#include "tests/harness/fake_cluster.h"

namespace leadership_broker::testing {
namespace {

using ::testing::HasSubstr;
using Json = nlohmann::json;

class FaultSwitchesTest : public ::testing::Test {
 protected:
  void SetUp() override { client_.set_limit_seconds(1); }

  std::string ConfigMaps() const { return "/api/v1/namespaces/" + namespace_ + "/configmaps"; }
  HttpAnswer Create(const std::string& name) { return client_.Post(ConfigMaps(), {{"metadata", {{"name", name}}}}); }
  bool Exists(const std::string& name) { return admin_.Get(ConfigMaps() + "/" + name).status == 200; }
  Json Switch(const Json& fault) {
    const HttpAnswer answer = admin_.Post("/faults", fault);
    EXPECT_EQ(answer.status, 200) << answer.text;
    return answer.body;
  }
  std::string Token(const std::string& pod) {
    const Json spec = {{"containers", {{{"name", "app"}, {"image", "x"}}}}};
    const HttpAnswer made =
        admin_.Post("/api/v1/namespaces/" + namespace_ + "/pods", {{"metadata", {{"name", pod}}}, {"spec", spec}});
    return cluster_.IssueToken(namespace_, pod, made.body.at("metadata").at("uid"));
  }
  // A watch on a thread of its own, begun when this returns.
  std::future<HttpAnswer> Watch(int seconds) {
    const std::string version = admin_.Get(ConfigMaps()).body["metadata"]["resourceVersion"];
    return std::async(std::launch::async, [=] {
      AdminClient client(cluster_.Url(), cluster_.CaFile(), cluster_.server().admin_token());
      client.set_limit_seconds(30);
      return client.Get(ConfigMaps() + "?watch=1&resourceVersion=" + version +
                        "&timeoutSeconds=" + std::to_string(seconds));
    });
  }
  // Does `what` to the watches that run, until `ended` has.
  HttpAnswer Until(std::future<HttpAnswer>& ended, const Json& what) {
    EXPECT_TRUE(Eventually([&] {
      Switch(what);
      return ended.wait_for(std::chrono::milliseconds(50)) == std::future_status::ready;
    }));
    return ended.get();
  }

  FakeCluster cluster_;
  const std::string namespace_ = cluster_.NewNamespace();
  AdminClient& admin_ = cluster_.Admin();
  AdminClient client_{cluster_.Url(), cluster_.CaFile(), cluster_.server().admin_token()};
};

TEST_F(FaultSwitchesTest, HangAnswersNothingAndDoesNothing) {
  Switch({{"action", "hang"}, {"verb", "create"}, {"resource", "configmaps"}, {"count", 1}});
  EXPECT_EQ(Create("a").status, 0);
  EXPECT_FALSE(Exists("a"));
  EXPECT_EQ(Create("a").status, 201);
}

TEST_F(FaultSwitchesTest, HangAfterEffectLosesTheAnswerOnly) {
  Switch({{"action", "hang"}, {"after_effect", true}, {"verb", "create"}, {"count", 1}});
  EXPECT_EQ(Create("a").status, 0);
  EXPECT_TRUE(Exists("a"));
}

TEST_F(FaultSwitchesTest, CutClosesTheConnectionBeforeOrAfterTheEffect) {
  Switch({{"action", "cut"}, {"name", "before"}});
  Switch({{"action", "cut"}, {"name", "after"}, {"after_effect", true}, {"count", 1}});
  EXPECT_EQ(Create("before").status, 0);
  EXPECT_EQ(Create("after").status, 0);
  Switch({{"action", "status"}, {"name", "none"}});
  EXPECT_EQ(admin_.Delete("/faults").status, 200);
  EXPECT_FALSE(Exists("before"));
  EXPECT_TRUE(Exists("after"));
}

TEST_F(FaultSwitchesTest, DelayIsLateByTheTimeSet) {
  Switch({{"action", "delay"}, {"delay_ms", 60'000}, {"name", "long"}});
  Switch({{"action", "delay"}, {"delay_ms", 60'000}, {"name", "done"}, {"after_effect", true}, {"count", 1}});
  Switch({{"action", "delay"}, {"delay_ms", 30}, {"name", "short"}});
  EXPECT_EQ(Create("long").status, 0);
  EXPECT_EQ(Create("done").status, 0);
  EXPECT_EQ(Create("short").status, 201);
  admin_.Delete("/faults");
  EXPECT_FALSE(Exists("long"));
  EXPECT_TRUE(Exists("done"));
}

TEST_F(FaultSwitchesTest, StatusAnswersWithItAndWithRetryAfter) {
  Switch({{"action", "status"},
          {"status", 429},
          {"retry_after_seconds", 7},
          {"message", "slow down"},
          {"verb", "create"},
          {"count", 1}});
  const HttpAnswer busy = Create("a");
  EXPECT_EQ(busy.status, 429);
  EXPECT_EQ(busy.retry_after_seconds, 7);
  EXPECT_EQ(busy.body["reason"], "TooManyRequests");
  EXPECT_EQ(busy.body["message"], "slow down");
  EXPECT_EQ(busy.body["details"]["retryAfterSeconds"], 7);
  for (const int status : {410, 500, 503}) {
    Switch({{"action", "status"}, {"status", status}, {"verb", "list"}, {"count", 1}});
    EXPECT_EQ(client_.Get(ConfigMaps()).body["code"], status);
  }
  EXPECT_FALSE(Exists("a"));
  Switch({{"action", "status"}, {"status", 504}, {"after_effect", true}, {"verb", "create"}, {"count", 1}});
  EXPECT_EQ(Create("a").status, 504);
  EXPECT_TRUE(Exists("a"));
}

TEST_F(FaultSwitchesTest, GarbageIsNoJsonAlsoInA201) {
  Switch({{"action", "garbage"}, {"name", "before"}, {"count", 1}});
  Switch({{"action", "garbage"}, {"name", "after"}, {"after_effect", true}, {"count", 1}});
  const HttpAnswer before = Create("before");
  EXPECT_EQ(before.status, 200);
  EXPECT_TRUE(before.body.is_discarded());
  const HttpAnswer after = Create("after");
  EXPECT_EQ(after.status, 201);
  EXPECT_TRUE(after.body.is_discarded());
  EXPECT_FALSE(Exists("before"));
  EXPECT_TRUE(Exists("after"));
}

TEST_F(FaultSwitchesTest, AWatchCanBeginWithAnErrorEvent) {
  Switch({{"action", "stream-error"}, {"status", 410}, {"verb", "watch"}, {"count", 1}});
  const HttpAnswer answer = client_.Get(ConfigMaps() + "?watch=1&resourceVersion=2&timeoutSeconds=20");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body["type"], "ERROR");
  EXPECT_EQ(answer.body["object"]["code"], 410);
}

TEST_F(FaultSwitchesTest, RunningWatchesAreCutFailedAndGarbled) {
  std::future<HttpAnswer> cut = Watch(60);
  EXPECT_EQ(Until(cut, {{"action", "cut-watches"}}).status, 0);
  std::future<HttpAnswer> failed = Watch(60);
  const HttpAnswer failure =
      Until(failed, {{"action", "fail-watches"}, {"status", 504}, {"message", "Too large resource version"}});
  EXPECT_EQ(failure.status, 200);
  EXPECT_EQ(failure.body["object"]["code"], 504);
  std::future<HttpAnswer> garbled = Watch(3);
  const HttpAnswer garbage = Until(garbled, {{"action", "garble-watches"}});
  EXPECT_EQ(garbage.status, 200);
  EXPECT_THAT(garbage.text, HasSubstr("\xff"));
}

TEST_F(FaultSwitchesTest, FreezeAndLagHoldEventsBack) {
  Switch({{"action", "lag"}, {"delay_ms", 600'000}, {"resource", "configmaps"}});
  std::future<HttpAnswer> lagging = Watch(2);
  ASSERT_EQ(admin_.Post(ConfigMaps(), {{"metadata", {{"name", "a"}}}}).status, 201);
  const HttpAnswer late = lagging.get();
  EXPECT_EQ(late.status, 200);
  EXPECT_EQ(late.text, "");
  admin_.Delete("/faults");
  Switch({{"action", "freeze"}, {"resource", "configmaps"}});
  std::future<HttpAnswer> frozen = Watch(1);
  ASSERT_EQ(admin_.Post(ConfigMaps(), {{"metadata", {{"name", "b"}}}}).status, 201);
  // Not even its end is told.
  EXPECT_EQ(frozen.wait_for(std::chrono::seconds(2)), std::future_status::timeout);
  admin_.Delete("/faults");
  EXPECT_THAT(frozen.get().text, HasSubstr("\"name\":\"b\""));
}

TEST_F(FaultSwitchesTest, AFaultCanBeOnePodsOwn) {
  const std::string leader_token = Token("leader");
  const std::string standby_token = Token("standby");
  AdminClient leader(cluster_.Url(), cluster_.CaFile(), leader_token);
  AdminClient standby(cluster_.Url(), cluster_.CaFile(), standby_token);
  cluster_.SetRole(namespace_, {{"configmaps", {"list"}, {}}});
  const Json number = Switch({{"action", "status"}, {"status", 503}, {"pod", "leader"}});
  EXPECT_EQ(leader.Get(ConfigMaps()).status, 503);
  EXPECT_EQ(standby.Get(ConfigMaps()).status, 200);
  EXPECT_EQ(admin_.Delete("/faults/" + number["number"].dump()).status, 200);
  EXPECT_EQ(leader.Get(ConfigMaps()).status, 200);
}

TEST_F(FaultSwitchesTest, TheStoreIsCompactedAndRestored) {
  ASSERT_EQ(Create("a").status, 201);
  const std::string version = client_.Get(ConfigMaps()).body["metadata"]["resourceVersion"];
  ASSERT_EQ(Create("b").status, 201);
  Switch({{"action", "restore"}, {"revision", std::stoll(version)}});
  EXPECT_TRUE(Exists("a"));
  EXPECT_FALSE(Exists("b"));
  ASSERT_EQ(Create("b").status, 201);
  Switch({{"action", "compact"}});
  EXPECT_THAT(client_.Get(ConfigMaps() + "?watch=1&resourceVersion=" + version).text, HasSubstr("\"code\":410"));
  EXPECT_EQ(admin_.Post("/faults", {{"action", "restore"}, {"revision", 1}}).status, 400);
}

TEST_F(FaultSwitchesTest, SwitchesAreTheAdministratorsAndMustBeKnown) {
  EXPECT_EQ(admin_.Post("/faults", {{"action", "explode"}}).status, 400);
  EXPECT_EQ(admin_.Send("POST", "/faults", "[]", "application/json").status, 400);
  Switch({{"action", "hang"}, {"verb", "watch"}, {"pod", "p"}});
  const Json standing = admin_.Get("/faults").body;
  ASSERT_EQ(standing.size(), 1);
  EXPECT_EQ(standing.begin().value()["action"], "hang");
  EXPECT_EQ(standing.begin().value()["pod"], "p");
  const std::string token = Token("p");
  EXPECT_EQ(AdminClient(cluster_.Url(), cluster_.CaFile(), token).Get("/faults").status, 403);
}

TEST_F(FaultSwitchesTest, AServerThatStopsDropsWhatHangsAndWhatWatches) {
  Switch({{"action", "hang"}, {"verb", "get"}, {"name", "a"}});
  std::future<HttpAnswer> watching = Watch(60);
  std::future<HttpAnswer> hanging = std::async(std::launch::async, [this] {
    AdminClient client(cluster_.Url(), cluster_.CaFile(), cluster_.server().admin_token());
    return client.Get(ConfigMaps() + "/a");
  });
  // Both have begun before the server stops, or find it stopped: either way they get no answer.
  cluster_.StopApiServer();
  EXPECT_EQ(watching.get().status, 0);
  EXPECT_EQ(hanging.get().status, 0);
  cluster_.StartApiServer();
  EXPECT_EQ(admin_.Get("/readyz").status, 200);
}

}  // namespace
}  // namespace leadership_broker::testing
