// A broker by one label, on a real node: deploy/injection.
#include <algorithm>
#include <string>
#include <vector>

#include "gtest/gtest.h"

#include "tests/e2e/containers.h"
#include "tests/e2e/workload.h"
#include "tests/harness/eventually.h"

namespace leadership_broker::testing {
namespace {

using Json = nlohmann::json;

constexpr char kImage[] = "localhost/leadership-broker:e2e";

// What a pod with the label becomes. One that is made before the policies are in force gets no broker, or its old
// image.
bool IsInjected(Stage& stage, const std::string& lock, const std::string& image) {
  const Json pod = {{"apiVersion", "v1"},
                    {"kind", "Pod"},
                    {"metadata", {{"name", "probe"}, {"labels", {{"leadership-broker/lock", lock}}}}},
                    {"spec",
                     {{"securityContext", {{"runAsNonRoot", true}, {"seccompProfile", {{"type", "RuntimeDefault"}}}}},
                      {"containers", Json::array({Container("app", "example-app", {})})}}}};
  const HttpAnswer made = stage.Admin().Post("/api/v1/namespaces/" + stage.namespace_name() + "/pods?dryRun=All", pod);
  return made.status == 201 && made.body["spec"].value("/initContainers/0/image"_json_pointer, "") == image;
}

TEST(Injection, TheExamplesPodsGetABrokerAndOneOfThemLeads) {
  Stage stage;
  stage.lab().cluster().ApplyFolder("deploy/injection");
  const HttpAnswer set =
      stage.Admin().Patch("/api/v1/namespaces/leadership-broker/configmaps/injection", {{"data", {{"image", kImage}}}});
  ASSERT_EQ(set.status, 200) << set.text;
  const std::string lock = "example-app-leader";
  ASSERT_TRUE(Eventually([&] { return IsInjected(stage, lock, kImage); }));
  stage.ApplyKustomization(
      {{"resources", {"DEPLOY/injection/example"}},
       {"images", Json::array({{{"name", "example-app"}, {"newName", "localhost/example-app"}, {"newTag", "e2e"}}})}});
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
