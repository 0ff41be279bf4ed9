// What the garbage collector does with objects and their owners.
#include <string>

#include "absl/time/time.h"
#include "gmock/gmock.h"

#include "tests/conformance/conformance.h"
#include "tests/harness/collector.h"
#include "tests/harness/eventually.h"

namespace leadership_broker::testing {
namespace {

class CollectionTest : public ConformanceTest {
 protected:
  Json MakeOwned(const std::string& name, const std::vector<Json>& owners) {
    Json references = Json::array();
    for (const Json& owner : owners) references.push_back(OwnerReference(owner));
    return MakeConfigMap(name, {{"ownerReferences", references}});
  }
  std::string Lock() const { return ConfigMaps() + "/lock"; }
  Json Finalizers(const std::string& path) {
    return admin_.Get(path).body["metadata"].value("finalizers", Json::array());
  }
  void AwaitCollector() { EXPECT_TRUE(CollectorComesBy(admin_, namespace_)); }
};

TEST_F(CollectionTest, WhatADeletedPodOwnsGoes) {
  MakeOwned("lock", {MakePod("p")});
  AwaitCollector();
  EXPECT_TRUE(Exists(Lock()));
  admin_.Delete(Pods() + "/p");
  EXPECT_TRUE(Goes(Lock()));
}

TEST_F(CollectionTest, WhatAPodOwnsStaysAsLongAsTheObjectDoes) {
  const Json pod = MakePod("p", MakeNode());
  MakeOwned("lock", {pod});
  admin_.Delete(Pods() + "/p");
  AwaitCollector();
  EXPECT_TRUE(Exists(Lock()));
  admin_.Patch(Pods() + "/p/status", {{"status", {{"phase", "Failed"}}}});
  AwaitCollector();
  EXPECT_TRUE(Exists(Lock()));
  admin_.Delete(Pods() + "/p", {{"gracePeriodSeconds", 0}});
  EXPECT_TRUE(Goes(Lock()));
}

// R1: owners are known by UID.
TEST_F(CollectionTest, AnOwnerOfTheSameNameIsNotTheOwner) {
  Json former = MakePod("p");
  former["metadata"]["uid"] = "00000000-0000-4000-8000-000000000000";
  MakeOwned("lock", {former});
  EXPECT_TRUE(Goes(Lock()));
  EXPECT_TRUE(Exists(Pods() + "/p"));
}

TEST_F(CollectionTest, AnOwnerInAnotherNamespaceIsGone) {
  const std::string elsewhere = cluster_.NewNamespace();
  const HttpAnswer pod =
      admin_.Post("/api/v1/namespaces/" + elsewhere + "/pods", {{"metadata", {{"name", "p"}}}, {"spec", PodSpec("")}});
  ASSERT_EQ(pod.status, 201) << pod.text;
  MakeOwned("lock", {pod.body});
  EXPECT_TRUE(Goes(Lock()));
}

// Why R2 asks for the annotation too: the second owner becomes the only one.
TEST_F(CollectionTest, OfTwoOwnersTheDeadOneIsStripped) {
  const Json first = MakePod("first");
  const Json second = MakePod("second");
  MakeOwned("lock", {first, second});
  admin_.Delete(Pods() + "/first");
  EXPECT_TRUE(Eventually([&] {
    return admin_.Get(Lock()).body["metadata"].value("ownerReferences", Json::array()) ==
           Json::array({OwnerReference(second)});
  }));
  admin_.Delete(Pods() + "/second");
  EXPECT_TRUE(Goes(Lock()));
}

TEST_F(CollectionTest, ADeploymentThatLivesKeepsWhatItOwns) {
  const Json labels = {{"app", "x"}};
  const Json container = {{"name", "app"}, {"image", "example.com/app"}};
  const Json deployment = {
      {"metadata", {{"name", "d"}}},
      {"spec",
       {{"replicas", 0},
        {"selector", {{"matchLabels", labels}}},
        {"template", {{"metadata", {{"labels", labels}}}, {"spec", {{"containers", {container}}}}}}}}};
  const std::string path = "/apis/apps/v1/namespaces/" + namespace_ + "/deployments";
  const HttpAnswer made = admin_.Post(path, deployment);
  ASSERT_EQ(made.status, 201) << made.text;
  MakeOwned("lock", {made.body});
  AwaitCollector();
  EXPECT_TRUE(Exists(Lock()));
  admin_.Delete(path + "/d", {{"propagationPolicy", "Background"}});
  EXPECT_TRUE(Goes(Lock()));
}

// R16.
TEST_F(CollectionTest, AForegroundDeletionTakesTheDependentsBeforeABoundPod) {
  MakeOwned("lock", {MakePod("p", MakeNode())});
  AwaitCollector();
  const Json answer = admin_.Delete(Pods() + "/p", {{"propagationPolicy", "Foreground"}}).body;
  EXPECT_EQ(answer["metadata"]["finalizers"], Json::array({"foregroundDeletion"}));
  EXPECT_EQ(answer["metadata"]["deletionGracePeriodSeconds"], 20);
  EXPECT_TRUE(Goes(Lock()));
  EXPECT_TRUE(Eventually([&] { return Finalizers(Pods() + "/p").empty(); }));
  EXPECT_TRUE(Exists(Pods() + "/p"));
}

TEST_F(CollectionTest, AForegroundDeletionTakesTheDependentsAndThenAnUnboundPod) {
  MakeOwned("lock", {MakePod("p")});
  AwaitCollector();
  EXPECT_EQ(admin_.Delete(Pods() + "/p", {{"propagationPolicy", "Foreground"}}).status, 200);
  EXPECT_TRUE(Goes(Pods() + "/p"));
  EXPECT_TRUE(Goes(Lock()));
}

// R13.
TEST_F(CollectionTest, AnOrphanDeletionStripsTheOwner) {
  const std::string node = MakeNode();
  for (const std::string& where : {std::string(), node}) {
    MakeOwned("lock", {MakePod("p", where)});
    AwaitCollector();
    const Json answer = admin_.Delete(Pods() + "/p", {{"propagationPolicy", "Orphan"}}).body;
    EXPECT_EQ(answer["metadata"]["finalizers"], Json::array({"orphan"}));
    EXPECT_TRUE(Eventually([&] { return !admin_.Get(Lock()).body["metadata"].contains("ownerReferences"); }));
    if (!where.empty()) {
      EXPECT_TRUE(Eventually([&] { return Finalizers(Pods() + "/p").empty(); }));
      EXPECT_TRUE(Exists(Pods() + "/p"));
      admin_.Delete(Pods() + "/p", {{"gracePeriodSeconds", 0}});
    }
    EXPECT_TRUE(Goes(Pods() + "/p"));
    AwaitCollector();
    EXPECT_EQ(admin_.Delete(Lock()).status, 200);
  }
}

TEST_F(CollectionTest, AStoppedCollectorDoesNothingAndAStartedOneMissesNothing) {
  MakeOwned("left", {MakePod("gone")});
  MakeOwned("lock", {MakePod("p", MakeNode())});
  AwaitCollector();
  cluster_.StopCollector();
  admin_.Delete(Pods() + "/gone");
  admin_.Delete(Pods() + "/p", {{"propagationPolicy", "Foreground"}});
  // Held by its finalizer, whatever its grace.
  EXPECT_EQ(admin_.Delete(Pods() + "/p", {{"gracePeriodSeconds", 0}}).status, 200);
  const std::vector<Json> events = WatchEvents(ConfigMaps(), "resourceVersion=" + ListVersion(ConfigMaps()), 2);
  EXPECT_THAT(events, ::testing::IsEmpty());
  EXPECT_TRUE(Exists(ConfigMaps() + "/left"));
  EXPECT_TRUE(Exists(Lock()));
  EXPECT_EQ(Finalizers(Pods() + "/p"), Json::array({"foregroundDeletion"}));
  cluster_.StartCollector();
  EXPECT_TRUE(Goes(ConfigMaps() + "/left"));
  EXPECT_TRUE(Goes(Lock()));
  EXPECT_TRUE(Goes(Pods() + "/p"));
}

}  // namespace
}  // namespace leadership_broker::testing
