// A broker by one label, on a real node: deploy/injection.
#include <algorithm>
#include <string>
#include <vector>

#include "gtest/gtest.h"

#include "tests/e2e/workload.h"
#include "tests/harness/eventually.h"

namespace leadership_broker::testing {
namespace {

using Json = nlohmann::json;

TEST(Injection, TheExamplesPodsGetABrokerAndOneOfThemLeads) {
  Stage stage;
  stage.lab().cluster().ApplyFolder("deploy/injection");
  const HttpAnswer set = stage.Admin().Patch("/api/v1/namespaces/leadership-broker/configmaps/injection",
                                             {{"data", {{"image", "localhost/leadership-broker:e2e"}}}});
  ASSERT_EQ(set.status, 200) << set.text;
  stage.ApplyKustomization(
      {{"resources", {"DEPLOY/injection/example"}},
       {"images", Json::array({{{"name", "example-app"}, {"newName", "localhost/example-app"}, {"newTag", "e2e"}}})}});
  const std::string lock = "example-app-leader";
  // A Deployment makes its pods again when they came before the policy was in force.
  const auto with_broker = [&] {
    std::vector<Pod> pods;
    for (const Json& object : stage.PodObjectsWith("leadership-broker/lock%3D" + lock)) {
      if (Pod::IsReady(object)) pods.emplace_back(&stage.lab(), object);
    }
    return pods;
  };
  ASSERT_TRUE(Eventually([&] { return with_broker().size() == 3; }))
      << stage.lab().Kubectl({"describe", "pods", "--namespace=" + stage.namespace_name()});
  const std::vector<Pod> pods = with_broker();
  for (const Pod& pod : pods) EXPECT_FALSE(pod.Status("leadership-broker").is_null()) << pod.Describe();
  const auto leaders = [&] {
    return std::count_if(pods.begin(), pods.end(), [](const Pod& pod) { return !pod.Log("app").empty(); });
  };
  EXPECT_TRUE(Eventually([&] { return leaders() == 1; }));
  EXPECT_EQ(leaders(), 1);
}

}  // namespace
}  // namespace leadership_broker::testing
