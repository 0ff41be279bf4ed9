// Reading and watching.
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "gmock/gmock.h"

#include "tests/conformance/conformance.h"

namespace leadership_broker::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class ReadsTest : public ConformanceTest {
 protected:
  std::vector<std::string> NamesOf(const std::string& path) {
    std::vector<std::string> names;
    const Json body = admin_.Get(path).body;
    for (const Json& item : body.at("items")) names.push_back(item["metadata"]["name"]);
    return names;
  }
};
using WatchTest = ConformanceTest;

TEST_F(ReadsTest, AListOfOneAbsentNameIsEmptyAndHasAVersion) {
  const HttpAnswer answer = admin_.Get(ConfigMaps() + "?fieldSelector=metadata.name%3Dabsent");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body["kind"], "ConfigMapList");
  EXPECT_THAT(answer.body["items"], IsEmpty());
  EXPECT_GT(VersionOf(answer.body), 0);
  EXPECT_EQ(admin_.Get("/api/v1/namespaces/nowhere/configmaps").status, 200);
  const HttpAnswer one = admin_.Get(ConfigMaps() + "/absent");
  ExpectStatus(one, 404, "NotFound");
  EXPECT_EQ(one.body["message"], "configmaps \"absent\" not found");
}

// One counter over all kinds: what a fencing token's growth rests on.
TEST_F(ReadsTest, VersionsGrowOverAllKinds) {
  const Json config_map = MakeConfigMap("a");
  const Json pod = MakePod("p");
  EXPECT_GT(VersionOf(pod), VersionOf(config_map));
  EXPECT_GE(std::stoll(ListVersion(ConfigMaps())), VersionOf(pod));
  const Json other = MakeConfigMap("b");
  EXPECT_GT(VersionOf(other), VersionOf(pod));
  EXPECT_GE(std::stoll(ListVersion(ConfigMaps())), VersionOf(other));
}

TEST_F(ReadsTest, ItemsOfAListGoWithoutTheirKind) {
  const Json made = MakeConfigMap("a");
  const Json list = admin_.Get(ConfigMaps() + "?fieldSelector=metadata.name=a").body;
  ASSERT_EQ(list["items"].size(), 1);
  EXPECT_EQ(list["items"][0]["metadata"], made["metadata"]);
  EXPECT_FALSE(list["items"][0].contains("kind"));
}

TEST_F(ReadsTest, LabelSelectors) {
  MakePod("none");
  MakePod("x", "", {{"labels", {{"k", "x"}}}});
  MakePod("y", "", {{"labels", {{"k", "y"}, {"example.com/l", ""}}}});
  const auto selected = [&](const std::string& selector) { return NamesOf(Pods() + "?labelSelector=" + selector); };
  EXPECT_THAT(selected("k"), UnorderedElementsAre("x", "y"));
  EXPECT_THAT(selected("!k"), UnorderedElementsAre("none"));
  EXPECT_THAT(selected("k%3Dx"), UnorderedElementsAre("x"));
  EXPECT_THAT(selected("k%3D%3Dx"), UnorderedElementsAre("x"));
  EXPECT_THAT(selected("k!%3Dx"), UnorderedElementsAre("none", "y"));
  EXPECT_THAT(selected("k%20in%20(x,y)"), UnorderedElementsAre("x", "y"));
  EXPECT_THAT(selected("k%20notin%20(x)"), UnorderedElementsAre("none", "y"));
  EXPECT_THAT(selected("k,example.com/l"), UnorderedElementsAre("y"));
  EXPECT_THAT(selected(""), UnorderedElementsAre("none", "x", "y"));
  ExpectStatus(admin_.Get(Pods() + "?labelSelector=a%20b%20c"), 400, "BadRequest");
}

TEST_F(ReadsTest, FieldSelectors) {
  const std::string node = MakeNode();
  MakePod("bound", node);
  MakePod("free");
  const auto selected = [&](const std::string& selector) { return NamesOf(Pods() + "?fieldSelector=" + selector); };
  EXPECT_THAT(selected("spec.nodeName%3D" + node), UnorderedElementsAre("bound"));
  EXPECT_THAT(selected("spec.nodeName!%3D" + node), UnorderedElementsAre("free"));
  EXPECT_THAT(selected("status.phase%3DPending,metadata.name%3Dfree"), UnorderedElementsAre("free"));
  EXPECT_THAT(selected("status.phase%3DRunning"), IsEmpty());
  ExpectStatus(admin_.Get(Pods() + "?fieldSelector=spec.nothing%3Dx"), 400, "BadRequest");
  ExpectStatus(admin_.Get(ConfigMaps() + "?fieldSelector=status.phase%3Dx"), 400, "BadRequest");
  ExpectStatus(admin_.Get(ConfigMaps() + "?fieldSelector=metadata.name"), 400, "BadRequest");
}

TEST_F(ReadsTest, AListFromTheFutureIsTooLarge) {
  const HttpAnswer answer = admin_.Get(ConfigMaps() + "?resourceVersion=999999999");
  ExpectStatus(answer, 504, "Timeout");
  EXPECT_THAT(answer.body["message"], HasSubstr("Too large resource version"));
  EXPECT_EQ(answer.body["details"]["causes"][0]["reason"], "ResourceVersionTooLarge");
  ExpectStatus(admin_.Get(ConfigMaps() + "?resourceVersion=abc"), 400, "BadRequest");
}

TEST_F(WatchTest, FromAListsVersionOnEveryChangeIsSeenInOrder) {
  const std::string path = ConfigMaps();
  const std::string from = ListVersion(path + "?fieldSelector=metadata.name%3Dlock");
  const Json made = MakeConfigMap("lock");
  MakeConfigMap("other");
  const Json patched = admin_.Patch(path + "/lock", {{"metadata", {{"annotations", {{"k", "v"}}}}}}).body;
  ASSERT_EQ(admin_.Delete(path + "/lock").status, 200);
  const Json again = MakeConfigMap("lock");
  const std::vector<Json> events = WatchEvents(path, "fieldSelector=metadata.name%3Dlock&resourceVersion=" + from);
  ASSERT_THAT(Summaries(events), ElementsAre("ADDED lock", "MODIFIED lock", "DELETED lock", "ADDED lock"));
  EXPECT_EQ(events[0]["object"], made);
  EXPECT_EQ(events[1]["object"], patched);
  EXPECT_EQ(events[3]["object"], again);
  // The last state, at the version of the deletion.
  Json last = events[2]["object"];
  EXPECT_GT(VersionOf(last), VersionOf(patched));
  EXPECT_LT(VersionOf(last), VersionOf(again));
  last["metadata"]["resourceVersion"] = patched["metadata"]["resourceVersion"];
  EXPECT_EQ(last, patched);
}

TEST_F(WatchTest, ChangesReachAWatchThatIsOpen) {
  cluster_.SetRole(namespace_, {{"configmaps", {"watch"}, {}}});
  const std::string token = cluster_.IssueToken(namespace_, "p", UidOf(MakePod("p")));
  std::string from = ListVersion(ConfigMaps());
  std::vector<Json> events;
  std::thread watching([&] {
    AdminClient client(cluster_.Url(), cluster_.CaFile(), token);
    // One watch is enough, unless the machine is very slow.
    for (int i = 0; i < 20 && events.size() < 6; ++i) {
      const HttpAnswer answer =
          client.Get(ConfigMaps() + "?watch=1&timeoutSeconds=3&labelSelector=seen&resourceVersion=" + from);
      ASSERT_EQ(answer.status, 200) << answer.text;
      for (Json& event : Events(answer.text)) events.push_back(std::move(event));
      if (!events.empty()) from = events.back()["object"]["metadata"]["resourceVersion"];
    }
  });
  for (const std::string name : {"a", "b", "c"}) {
    MakeConfigMap(name, {{"labels", {{"seen", ""}}}});
    EXPECT_EQ(admin_.Delete(ConfigMaps() + "/" + name).status, 200);
  }
  watching.join();
  EXPECT_THAT(Summaries(events), ElementsAre("ADDED a", "DELETED a", "ADDED b", "DELETED b", "ADDED c", "DELETED c"));
}

TEST_F(WatchTest, AnObjectThatCeasesToMatchIsDeletedForTheWatch) {
  const std::string path = ConfigMaps();
  const std::string from = ListVersion(path);
  const Json made = MakeConfigMap("a", {{"labels", {{"k", "1"}}}});
  const Json out = admin_.Patch(path + "/a", {{"metadata", {{"labels", {{"k", "2"}}}}}}).body;
  const Json in = admin_.Patch(path + "/a", {{"metadata", {{"labels", {{"k", "1"}}}}}}).body;
  const std::vector<Json> events = WatchEvents(path, "labelSelector=k%3D1&resourceVersion=" + from);
  ASSERT_THAT(Summaries(events), ElementsAre("ADDED a", "DELETED a", "ADDED a"));
  EXPECT_EQ(events[1]["object"]["metadata"]["labels"]["k"], "1");
  EXPECT_EQ(VersionOf(events[1]["object"]), VersionOf(out));
  EXPECT_EQ(events[2]["object"], in);
}

TEST_F(WatchTest, WithoutAVersionWhatExistsIsAddedFirst) {
  const Json made = MakeConfigMap("a", {{"labels", {{"k", ""}}}});
  for (const std::string version : {"", "&resourceVersion=0"}) {
    const std::vector<Json> plain = WatchEvents(ConfigMaps(), "labelSelector=k" + version);
    ASSERT_THAT(Summaries(plain), ElementsAre("ADDED a"));
    EXPECT_EQ(plain[0]["object"], made);
    const std::vector<Json> marked = WatchEvents(ConfigMaps(), "allowWatchBookmarks=true&labelSelector=k" + version);
    ASSERT_THAT(Summaries(marked), ElementsAre("ADDED a", "BOOKMARK "));
    const Json& bookmark = marked[1]["object"];
    EXPECT_EQ(bookmark["kind"], "ConfigMap");
    EXPECT_EQ(bookmark["metadata"]["annotations"]["k8s.io/initial-events-end"], "true");
    EXPECT_GE(VersionOf(bookmark), VersionOf(made));
  }
}

TEST_F(WatchTest, AQuietWatchEndsAfterItsTimeout) {
  EXPECT_THAT(WatchEvents(ConfigMaps(), "fieldSelector=metadata.name%3Dx&resourceVersion=" + ListVersion(ConfigMaps())),
              IsEmpty());
}

TEST_F(WatchTest, AVersionFromTheFutureIsWaitedFor) {
  const std::string future = std::to_string(std::stoll(ListVersion(ConfigMaps())) + 1000);
  MakeConfigMap("a");
  EXPECT_THAT(WatchEvents(ConfigMaps(), "resourceVersion=" + future), IsEmpty());
  EXPECT_GE(admin_.Get(ConfigMaps() + "?watch=1&resourceVersion=abc").status, 400);
}

TEST_F(WatchTest, AForgottenVersionIsGone) {
  const std::string from = ListVersion(ConfigMaps());
  MakeConfigMap("a");
  cluster_.Compact();
  const HttpAnswer answer = admin_.Get(ConfigMaps() + "?watch=1&timeoutSeconds=5&resourceVersion=" + from);
  Json status = answer.body;
  if (answer.status == 200) {
    const std::vector<Json> events = Events(answer.text);
    ASSERT_EQ(events.size(), 1) << answer.text;
    EXPECT_EQ(events[0]["type"], "ERROR");
    status = events[0]["object"];
  }
  EXPECT_EQ(status["kind"], "Status") << answer.text;
  EXPECT_EQ(status["code"], 410);
  EXPECT_EQ(status["reason"], "Expired");
  // A list starts over.
  const Json list = admin_.Get(ConfigMaps() + "?fieldSelector=metadata.name%3Da").body;
  EXPECT_EQ(list["items"].size(), 1);
}

TEST_F(WatchTest, ARestartedServerIsTheSameCluster) {
  const Json made = MakeConfigMap("a");
  const std::string url = cluster_.Url();
  cluster_.StopApiServer();
  EXPECT_EQ(admin_.Get(ConfigMaps() + "/a").status, 0);
  cluster_.StartApiServer();
  EXPECT_EQ(cluster_.Url(), url);
  EXPECT_EQ(admin_.Get(ConfigMaps() + "/a").body, made);
}

}  // namespace
}  // namespace leadership_broker::testing
