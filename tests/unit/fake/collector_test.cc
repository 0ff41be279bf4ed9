// Passes of the collector one by one, and its thread.
#include "tests/fake_kube_apiserver/collector.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/harness/eventually.h"

namespace leadership_broker::testing::fake {
namespace {

class CollectorTest : public ::testing::Test {
 protected:
  CollectorTest() {
    store_.OnChange([this] { collector_.Notice(); });
  }

  ObjectKey Key(const std::string& name) const { return {&config_maps_, "default", name}; }
  ApiResult Get(const std::string& name) const { return store_.Get(Key(name)); }
  // A ConfigMap with these owner references; a reference to it.
  json Make(const std::string& name, const std::vector<json>& owners = {}) {
    const ApiResult made =
        store_.Create(config_maps_, "default", {{"metadata", {{"name", name}, {"ownerReferences", owners}}}});
    EXPECT_EQ(made.status, 201) << made.body;
    return {{"apiVersion", "v1"}, {"kind", "ConfigMap"}, {"name", name}, {"uid", made.body.at("metadata").at("uid")}};
  }
  static json Gone(const char* kind = "Pod") {
    return {{"apiVersion", "v1"}, {"kind", kind}, {"name", "gone"}, {"uid", "gone"}};
  }
  void Delete(const std::string& name, const std::string& policy = "Background") {
    DeleteOptions options;
    options.propagation_policy = policy;
    EXPECT_TRUE(store_.Delete(Key(name), options).ok());
  }

  const Resource& config_maps_ = CoreResource("configmaps");
  Store store_{100};
  Collector collector_{store_, std::chrono::milliseconds(1)};
};

TEST_F(CollectorTest, AnObjectGoesWhenAllItsOwnersAreGone) {
  const json owner = Make("owner");
  Make("orphan", {Gone()});
  Make("owned", {owner});
  Make("free");
  collector_.Collect();
  EXPECT_EQ(Get("orphan").status, 404);
  EXPECT_EQ(Get("owned").status, 200);
  EXPECT_EQ(Get("free").status, 200);
  Delete("owner");
  collector_.Collect();
  EXPECT_EQ(Get("owned").status, 404);
}

TEST_F(CollectorTest, DeadReferencesAreStrippedWhereAnOwnerLives) {
  const json owner = Make("owner");
  Make("owned", {Gone(), owner});
  collector_.Collect();
  EXPECT_EQ(Get("owned").body.at("metadata").at("ownerReferences"), json::array({owner}));
}

TEST_F(CollectorTest, AnOwnerOfAKindUnknownHereKeepsItsObject) {
  Make("owned", {Gone("Rocket")});
  collector_.Collect();
  EXPECT_EQ(Get("owned").status, 200);
}

TEST_F(CollectorTest, APassThatFindsNothingWritesNothing) {
  const json owner = Make("owner");
  Make("owned", {owner});
  const int64_t before = store_.revision();
  collector_.Collect();
  EXPECT_EQ(store_.revision(), before);
}

TEST_F(CollectorTest, InTheForegroundAnOwnerWaitsForThoseThatBlockIt) {
  json owner = Make("owner");
  owner["blockOwnerDeletion"] = true;
  Make("owned", {owner});
  ASSERT_TRUE(store_.Patch(Key("owned"), Part::kMain, {{"metadata", {{"finalizers", {"example.com/hold"}}}}}).ok());
  Delete("owner", "Foreground");
  collector_.Collect();
  EXPECT_TRUE(Get("owned").body.at("metadata").contains("deletionTimestamp"));
  EXPECT_EQ(Get("owner").status, 200);
  ASSERT_TRUE(store_.Patch(Key("owned"), Part::kMain, {{"metadata", {{"finalizers", nullptr}}}}).ok());
  collector_.Collect();
  EXPECT_EQ(Get("owner").status, 404);
}

TEST_F(CollectorTest, AnOrphaningDeletionLeavesTheDependentsWithoutOwner) {
  const json owner = Make("owner");
  Make("owned", {owner});
  Delete("owner", "Orphan");
  EXPECT_EQ(Get("owner").status, 200);
  collector_.Collect();
  EXPECT_EQ(Get("owner").status, 404);
  EXPECT_FALSE(Get("owned").body.at("metadata").contains("ownerReferences"));
  collector_.Collect();
  EXPECT_EQ(Get("owned").status, 200);
}

TEST_F(CollectorTest, ItsThreadCollectsByItselfAndOnlyWhileItRuns) {
  const auto gone = [this](const std::string& name) { return Get(name).status == 404; };
  collector_.Start();
  Make("first", {Gone()});
  EXPECT_TRUE(Eventually([&] { return gone("first"); }));
  collector_.Stop();
  Make("second", {Gone()});
  EXPECT_FALSE(gone("second"));
  collector_.Start();
  EXPECT_TRUE(Eventually([&] { return gone("second"); }));
  Make("third", {Gone()});
  EXPECT_TRUE(Eventually([&] { return gone("third"); }));
}

}  // namespace
}  // namespace leadership_broker::testing::fake
