// Nodes as objects, with no kubelet behind them (R8).
#include <string>
#include <vector>

#include "gmock/gmock.h"

#include "tests/conformance/conformance.h"

namespace leadership_broker::testing {
namespace {

using ::testing::ElementsAre;

class NodesTest : public ConformanceTest {
 protected:
  NodesTest() : name_(MakeNode()), path_("/api/v1/nodes/" + name_) {}

  HttpAnswer SetReady(const std::string& status, const std::string& changed) {
    const Json ready = {{"type", "Ready"}, {"status", status}, {"lastTransitionTime", changed}};
    return admin_.Patch(path_ + "/status", {{"status", {{"conditions", Json::array({ready})}}}});
  }
  std::string ByName() const { return "fieldSelector=metadata.name%3D" + name_; }

  const std::string name_;
  const std::string path_;
};

TEST_F(NodesTest, TheReadyConditionIsWrittenAsStatusAndListedByName) {
  ASSERT_EQ(SetReady("Unknown", "2026-01-02T03:04:05Z").status, 200);
  const HttpAnswer list = admin_.Get("/api/v1/nodes?" + ByName());
  ASSERT_EQ(list.body["items"].size(), 1u) << list.text;
  const Json& node = list.body["items"][0];
  EXPECT_EQ(node["metadata"]["name"], name_);
  EXPECT_EQ(node["status"]["conditions"][0]["status"], "Unknown");
  EXPECT_EQ(node["status"]["conditions"][0]["lastTransitionTime"], "2026-01-02T03:04:05Z");
}

TEST_F(NodesTest, ATaintIsWrittenAsSpec) {
  const Json taint = {{"key", "node.kubernetes.io/out-of-service"}, {"value", "nodeshutdown"}, {"effect", "NoExecute"}};
  const HttpAnswer answer = admin_.Patch(path_, {{"spec", {{"taints", Json::array({taint})}}}});
  ASSERT_EQ(answer.status, 200) << answer.text;
  EXPECT_EQ(answer.body["spec"]["taints"][0]["key"], "node.kubernetes.io/out-of-service");
}

TEST_F(NodesTest, AWatchByNameTellsOfItsChangesAlone) {
  const std::string from = ListVersion("/api/v1/nodes?" + ByName());
  MakeNode();
  ASSERT_EQ(SetReady("True", "2026-01-02T03:04:05Z").status, 200);
  ASSERT_EQ(SetReady("Unknown", "2026-01-02T03:05:05Z").status, 200);
  ASSERT_EQ(admin_.Delete(path_).status, 200);
  const std::vector<Json> events = WatchEvents("/api/v1/nodes", "resourceVersion=" + from + "&" + ByName());
  ASSERT_THAT(Summaries(events), ElementsAre("MODIFIED " + name_, "MODIFIED " + name_, "DELETED " + name_));
  EXPECT_EQ(events[1]["object"]["status"]["conditions"][0]["status"], "Unknown");
}

}  // namespace
}  // namespace leadership_broker::testing
