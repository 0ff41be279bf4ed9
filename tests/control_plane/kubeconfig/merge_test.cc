// What our reading of several kubeconfigs comes to, and what kubectl's does: the same.
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

#include "server/kubeconfig/access.h"
#include "server/kubeconfig/load.h"
#include "tests/harness/child_process.h"
#include "tests/harness/eventually.h"
#include "tests/harness/real_cluster.h"

namespace leadership_broker::testing {
namespace {

using Json = nlohmann::json;

struct Case {
  std::string name;
  // Of the files 0.yaml, 1.yaml…; one that is "-" is not there.
  std::vector<std::string> files;
  // Empty: the current one.
  std::string context = "";
};

class MergeTest : public ::testing::TestWithParam<Case> {
 protected:
  MergeTest() {
    std::vector<std::string> paths;
    for (size_t i = 0; i < GetParam().files.size(); ++i) {
      paths.push_back(files_.File(absl::StrCat(i, ".yaml")));
      if (GetParam().files[i] != "-") WriteTextFile(paths.back(), GetParam().files[i]);
    }
    list_ = absl::StrJoin(paths, ":");
  }

  // What kubectl makes of them, as {"server": …, "token": …}; null when it refuses. Files that are named are read into
  // it, and so their paths compared.
  Json ByKubectl() const {
    std::vector<std::string> environment = Environment({"KUBECONFIG"});
    environment.push_back("KUBECONFIG=" + list_);
    std::vector<std::string> command = {RealCluster::Shared().Binaries() + "/kubectl",
                                        "config",
                                        "view",
                                        "--minify",
                                        "--raw",
                                        "--flatten",
                                        "--output=json"};
    if (!GetParam().context.empty()) command.push_back("--context=" + GetParam().context);
    const Finished finished = RunProgram(command, kPatience, environment);
    if (finished.exit_code != 0) return nullptr;
    const Json view = Json::parse(finished.output);
    Json all = view["clusters"][0]["cluster"];
    all.update(view["users"][0]["user"]);
    all["namespace"] = view["contexts"][0]["context"].value("namespace", "default");
    all["context"] = view["current-context"];
    // It shows this path as it stands there.
    if (all.contains("tokenFile")) all["tokenFile"] = files_.File(all["tokenFile"]);
    return all;
  }

  static void Put(const std::string& key, const std::string& value, Json* all) {
    if (!value.empty()) (*all)[key] = value;
  }

  // The same by our own reading.
  Json ByUs() const {
    const auto loaded = kubeconfig::Load(list_);
    if (!loaded.ok()) return nullptr;
    const auto access = kubeconfig::Choose(*loaded, GetParam().context);
    if (!access.ok()) return nullptr;
    Json all = {{"context", access->context}, {"namespace", access->namespace_name}};
    const kubeconfig::Cluster& cluster = access->cluster;
    Put("server", cluster.server, &all);
    Put("certificate-authority-data",
        absl::Base64Escape(cluster.ca_file.empty() ? cluster.ca_data : ReadTextFile(cluster.ca_file)), &all);
    Put("tls-server-name", cluster.tls_server_name, &all);
    Put("proxy-url", cluster.proxy_url, &all);
    if (cluster.insecure) all["insecure-skip-tls-verify"] = true;
    const kubeconfig::User& user = access->user;
    Put("token", user.token, &all);
    Put("tokenFile", user.token_file, &all);
    Put("client-certificate-data",
        absl::Base64Escape(user.certificate_file.empty() ? user.certificate_data : ReadTextFile(user.certificate_file)),
        &all);
    Put("client-key-data", absl::Base64Escape(user.key_file.empty() ? user.key_data : ReadTextFile(user.key_file)),
        &all);
    Put("as", user.as, &all);
    Put("as-uid", user.as_uid, &all);
    if (!user.as_groups.empty()) all["as-groups"] = user.as_groups;
    if (!user.as_extra.empty()) all["as-user-extra"] = user.as_extra;
    return all;
  }

  const ScratchDir files_;
  std::string list_;
};

TEST_P(MergeTest, ComesToWhatKubectlMakesOfIt) {
  WriteTextFile(files_.File("ca.crt"), "an authority");
  WriteTextFile(files_.File("a.crt"), "a certificate");
  WriteTextFile(files_.File("a.key"), "a key");
  EXPECT_EQ(ByUs(), ByKubectl());
}

constexpr char kOne[] = R"(
apiVersion: v1
kind: Config
current-context: one
clusters: [{name: c, cluster: {server: "https://one", certificate-authority: ca.crt}}]
users: [{name: u, user: {token: first}}]
contexts: [{name: one, context: {cluster: c, user: u, namespace: apps}}]
)";
constexpr char kTwo[] = R"(
current-context: two
clusters:
- {name: c, cluster: {server: "https://two", tls-server-name: two.example, proxy-url: "http://proxy"}}
- {name: d, cluster: {server: "https://two", insecure-skip-tls-verify: true}}
users:
- {name: u, user: {token: second, as: somebody}}
- {name: v, user: {client-certificate: a.crt, client-key: a.key, as: b, as-uid: "7", as-groups: [x, z], as-user-extra: {e: [f]}}}
contexts:
- {name: two, context: {cluster: d, user: v}}
- {name: one, context: {cluster: d, user: v}}
- {name: mixed, context: {cluster: c, user: u}}
)";

INSTANTIATE_TEST_SUITE_P(
    All, MergeTest,
    ::testing::Values(
        Case{"one", {kOne}}, Case{"two", {kTwo}}, Case{"first_comes_first", {kOne, kTwo}},
        Case{"or_the_other", {kTwo, kOne}}, Case{"named_of_the_second", {kOne, kTwo}, "two"},
        Case{"named_of_both", {kTwo, kOne}, "one"}, Case{"an_entry_is_not_mixed", {kOne, kTwo}, "mixed"},
        Case{"nor_the_other_way", {kTwo, kOne}, "mixed"}, Case{"missing_ones_are_left_out", {"-", kOne, "-"}},
        Case{"empty_ones_too", {"", kOne}}, Case{"no_such_context", {kOne, kTwo}, "three"},
        Case{"a_current_context_that_is_elsewhere", {"current-context: two", kTwo}},
        Case{"a_current_context_that_is_nowhere", {"current-context: three", kTwo}},
        Case{"a_context_here_and_what_it_names_there",
             {"current-context: x\ncontexts: [{name: x, context: {cluster: d, user: v, namespace: apps}}]", kTwo}},
        Case{"a_broken_one", {kOne, "clusters: ["}}, Case{"a_wrong_type", {kOne, "clusters: {}"}},
        Case{"a_name_twice", {"clusters: [{name: a}, {name: a}]", kOne}}, Case{"another_kind", {"kind: Pod", kOne}},
        Case{"no_base64", {"clusters: [{name: z, cluster: {certificate-authority-data: '!'}}]", kOne}},
        Case{
            "aliases",
            {"current-context: a\nclusters: [{name: a, cluster: &c {server: 'https://a'}}, {name: b, cluster: *c}]\n"
             "users: [{name: a, user: {tokenFile: &t token}}]\ncontexts: [{name: a, context: {cluster: b, user: a}}]"}},
        Case{"json", {R"({"current-context": "one"})", kTwo}}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace leadership_broker::testing
