#include <filesystem>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "server/kubeconfig/load.h"
#include "tests/harness/scratch_dir.h"

namespace leadership_broker::kubeconfig {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class LoadTest : public ::testing::Test {
 protected:
  LoadTest() {
    files_.Write("a", R"({current-context: one, clusters: [{name: c, cluster: {server: "https://a"}}],
                          users: [{name: u, user: {tokenFile: token}}]})");
    files_.Write("b",
                 R"({current-context: two, clusters: [{name: c, cluster: {server: "https://b", tls-server-name: b}},
                          {name: d, cluster: {server: "https://d"}}], users: [{name: v, user: {tokenFile: token}}],
                          contexts: [{name: one, context: {cluster: d, user: v}}]})");
  }
  std::string File(const std::string& name) { return files_.File(name); }
  std::string Error(const std::string& list) { return std::string(Load(list).status().message()); }

  testing::ScratchDir files_;
};

TEST_F(LoadTest, TheFirstFileToNameSomethingCountsAndCountsWhole) {
  const auto both = Load(absl::StrCat(File("a"), ":", File("b")));
  ASSERT_TRUE(both.ok()) << both.status();
  EXPECT_EQ(both->current_context, "one");
  EXPECT_EQ(both->clusters.at("c").server, "https://a");
  EXPECT_EQ(both->clusters.at("c").tls_server_name, "");
  EXPECT_EQ(both->clusters.at("d").server, "https://d");
  EXPECT_EQ(both->contexts.at("one").cluster, "d");
  EXPECT_EQ(Load(absl::StrCat(File("b"), ":", File("a")))->current_context, "two");
}

TEST_F(LoadTest, RelativePathsBeginAtTheFileThatTheyStandIn) {
  std::filesystem::create_directory(File("sub"));
  files_.Write("sub/c", "users: [{name: w, user: {tokenFile: token}}]");
  const auto both = Load(absl::StrCat(File("a"), ":", File("sub/c")));
  ASSERT_TRUE(both.ok()) << both.status();
  EXPECT_EQ(both->users.at("u").token_file, File("token"));
  EXPECT_EQ(both->users.at("w").token_file, File("sub/token"));
}

TEST_F(LoadTest, EmptyEntriesAndMissingFilesAreLeftOutUnlessNoneIsThere) {
  EXPECT_EQ(Load(absl::StrCat(":", File("none"), "::", File("a"), ":"))->current_context, "one");
  EXPECT_THAT(Error(File("none")),
              AllOf(HasSubstr(File("none")), HasSubstr("No such file"), HasSubstr("--kubeconfig")));
  EXPECT_THAT(Error(absl::StrCat(File("none"), ":", File("nor-this"))), HasSubstr("No such file"));
  EXPECT_THAT(Error("::"), HasSubstr("names no kubeconfig"));
}

TEST_F(LoadTest, OneThatCannotBeReadIsAnErrorWhateverTheOthers) {
  files_.Write("broken", "clusters: {");
  EXPECT_THAT(Error(absl::StrCat(File("a"), ":", File("broken"))),
              AllOf(HasSubstr(File("broken")), HasSubstr("line 1")));
  EXPECT_THAT(Error(absl::StrCat(File("a"), ":", files_.path())), HasSubstr("directory"));
  files_.Write("endless", std::string(2 << 20, '#'));
  EXPECT_THAT(Error(File("endless")), HasSubstr("larger than 1 MiB"));
}

TEST_F(LoadTest, AFileThatIsNamedTwiceIsReadOnce) { EXPECT_TRUE(Load(absl::StrCat(File("a"), ":", File("a"))).ok()); }

}  // namespace
}  // namespace leadership_broker::kubeconfig
