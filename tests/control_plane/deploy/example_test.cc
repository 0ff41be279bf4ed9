// The example, and what may be written into a copy of it.
#include <filesystem>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/control_plane/deploy/manifests.h"
#include "tests/harness/scratch_dir.h"

namespace leadership_broker::testing {
namespace {

using Json = nlohmann::json;
using ::testing::HasSubstr;

// All that docs/deploying.md says to write into a kustomization, one after the other, on top of the example.
TEST(ExampleTest, TakesThePatchesOfTheDocumentation) {
  const std::string page = ReadTextFile(std::string(LEADERSHIP_BROKER_SOURCE_DIR) + "/docs/deploying.md");
  const std::string begin = "```yaml\npatches:\n";
  std::string kustomization = "resources: [../kustomize/example]\npatches:\n";
  int blocks = 0;
  for (size_t at = page.find(begin); at != std::string::npos; at = page.find(begin, at + 1)) {
    const size_t from = at + begin.size();
    kustomization += page.substr(from, page.find("```", from) - from);
    ++blocks;
  }
  ASSERT_EQ(blocks, 4);
  const ScratchDir scratch;
  std::filesystem::copy(std::string(LEADERSHIP_BROKER_SOURCE_DIR) + "/deploy/kustomize", scratch.File("kustomize"),
                        std::filesystem::copy_options::recursive);
  std::filesystem::create_directory(scratch.File("user"));
  WriteTextFile(scratch.File("user/kustomization.yaml"), kustomization);
  const Finished finished = DryRun({"--kustomize=" + scratch.File("user")});
  ASSERT_EQ(finished.exit_code, 0) << finished.output;

  const Json items = Json::parse(finished.output)["items"];
  const Json deployment = Find(items, "Deployment", "example-app");
  const Json broker = BrokerOf(deployment);
  EXPECT_EQ(Named(broker["env"], "LEADERSHIP_BROKER_LOG_FORMAT")["value"], "json");
  EXPECT_EQ(Named(broker["env"], "LEADERSHIP_BROKER_HTTP_LISTEN")["value"], "127.0.0.1:8643");
  EXPECT_EQ(broker["livenessProbe"]["httpGet"]["host"], "127.0.0.1");
  EXPECT_FALSE(broker["securityContext"].contains("runAsUser"));
  EXPECT_EQ(Named(broker["env"], "LEADERSHIP_BROKER_LOCK")["valueFrom"]["fieldRef"]["fieldPath"],
            "metadata.annotations['leadership-broker/locks']");
  EXPECT_EQ(Find(items, "Role", "example-app")["rules"][1]["resourceNames"],
            Json({"example-app-leader", "cart-leader"}));
}

TEST(ExampleTest, TheExampleIsAcceptedAsItIs) {
  const Finished finished =
      DryRun({std::string("--kustomize=") + LEADERSHIP_BROKER_SOURCE_DIR + "/deploy/kustomize/example"});
  ASSERT_EQ(finished.exit_code, 0) << finished.output;
  const Json items = Json::parse(finished.output)["items"];
  EXPECT_EQ(items.size(), 4u);
  for (const char* kind : {"ServiceAccount", "Role", "RoleBinding", "Deployment"}) {
    EXPECT_FALSE(Find(items, kind, "example-app").is_null()) << kind;
  }
}

// It would never complete.
TEST(PlainContainerTest, AJobIsRefusedWithTheReason) {
  const Variant plain = {"plain_container", {"plain-container"}, {}, {}};
  const Finished finished = Kustomize(
      plain, "default", Json::array({PlainWorkload("Job", "import", {{"leadership-broker/sidecar", "enabled"}})}));
  EXPECT_NE(finished.exit_code, 0);
  EXPECT_THAT(finished.output, HasSubstr("a Job needs the native sidecar"));
}

}  // namespace
}  // namespace leadership_broker::testing
