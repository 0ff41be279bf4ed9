#include "server/kubeconfig/parse.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace leadership_broker::kubeconfig {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;

constexpr char kFile[] = "/home/a/.kube/config";

Kubeconfig Good(const std::string& text, const std::string& file = kFile) {
  const auto parsed = Parse(text, file);
  EXPECT_TRUE(parsed.ok()) << parsed.status();
  return parsed.ok() ? *parsed : Kubeconfig();
}

std::string Error(const std::string& text) {
  const auto parsed = Parse(text, kFile);
  EXPECT_FALSE(parsed.ok()) << text;
  std::string message(parsed.status().message());
  EXPECT_THAT(message, Not(HasSubstr("\n")));
  return message;
}

std::string UserWith(const std::string& fields) { return absl::StrCat("users:\n- name: u\n  user:\n", fields); }

TEST(ParseTest, ReadsWhatAKubeconfigSays) {
  const Kubeconfig read = Good(R"(
apiVersion: v1
kind: Config
preferences: {colors: true}
current-context: lab
clusters:
- name: lab
  cluster:
    server: https://10.0.0.1:6443
    certificate-authority-data: bGV0dGVycw==
    tls-server-name: kube.example
    proxy-url: socks5://127.0.0.1:1080
    disable-compression: true
    extensions:
    - name: client.authentication.k8s.io/exec
      extension: {audience: a, number: 2, text: "2", all: [true, null]}
- name: open
  cluster: {server: "https://b", insecure-skip-tls-verify: true}
users:
- name: lab
  user: {client-certificate: pki/a.crt, client-key: /pki/a.key}
- name: plugged
  user:
    as: somebody
    as-uid: "7"
    as-groups: [one, two]
    as-user-extra: {scopes: [read, write]}
    exec:
      apiVersion: client.authentication.k8s.io/v1
      command: ./bin/login
      args: [--quiet, "3"]
      env: [{name: A, value: b}, {name: EMPTY, value: ""}]
      interactiveMode: IfAvailable
      installHint: get it
      provideClusterInfo: true
contexts:
- name: lab
  context: {cluster: lab, user: lab, namespace: apps}
)");
  EXPECT_EQ(read.current_context, "lab");
  const Cluster& cluster = read.clusters.at("lab");
  EXPECT_EQ(cluster.server, "https://10.0.0.1:6443");
  EXPECT_EQ(cluster.ca_data, "letters");
  EXPECT_EQ(cluster.tls_server_name, "kube.example");
  EXPECT_EQ(cluster.proxy_url, "socks5://127.0.0.1:1080");
  EXPECT_FALSE(cluster.insecure);
  EXPECT_EQ(cluster.where, "cluster \"lab\" (/home/a/.kube/config, line 7)");
  const auto& config = cluster.plugin_config->struct_value().fields();
  EXPECT_EQ(config.at("number").number_value(), 2);
  EXPECT_EQ(config.at("text").string_value(), "2");
  EXPECT_TRUE(config.at("all").list_value().values(0).bool_value());
  EXPECT_TRUE(config.at("all").list_value().values(1).has_null_value());
  EXPECT_TRUE(read.clusters.at("open").insecure);
  const User& plugged = read.users.at("plugged");
  EXPECT_EQ(plugged.as, "somebody");
  EXPECT_EQ(plugged.as_uid, "7");
  EXPECT_THAT(plugged.as_groups, ElementsAre("one", "two"));
  EXPECT_THAT(plugged.as_extra, ElementsAre(Pair("scopes", ElementsAre("read", "write"))));
  EXPECT_THAT(plugged.exec->arguments, ElementsAre("--quiet", "3"));
  EXPECT_THAT(plugged.exec->environment, ElementsAre(Pair("A", "b"), Pair("EMPTY", "")));
  EXPECT_EQ(plugged.exec->install_hint, "get it");
  EXPECT_TRUE(plugged.exec->provide_cluster_info);
  EXPECT_EQ(read.contexts.at("lab").namespace_name, "apps");
}

TEST(ParseTest, ReadsJson) {
  EXPECT_EQ(Good(R"({"clusters": [{"name": "a", "cluster": {"server": "https://a"}}]})").clusters.at("a").server,
            "https://a");
}

TEST(ParseTest, RelativePathsBeginAtTheFile) {
  const std::string text = UserWith(
      "    {client-certificate: a.crt, client-key: ../a.key, tokenFile: /run/token, exec: {apiVersion: "
      "client.authentication.k8s.io/v1beta1, command: bin/login}}\n");
  const User user = Good(text).users.at("u");
  EXPECT_EQ(user.certificate_file, "/home/a/.kube/a.crt");
  EXPECT_EQ(user.key_file, "/home/a/.kube/../a.key");
  EXPECT_EQ(user.token_file, "/run/token");
  EXPECT_EQ(user.exec->command, "/home/a/.kube/bin/login");
  // Without a slash it is looked for in PATH.
  EXPECT_EQ(Good(absl::StrReplaceAll(text, {{"bin/login", "login"}})).users.at("u").exec->command, "login");
  EXPECT_EQ(Good(text, "config").users.at("u").certificate_file, "a.crt");
}

TEST(ParseTest, WhatIsEmptySaysNothing) {
  for (const char* text : {"", "\n", "---\n", "# nothing\n", "clusters:\nusers: null\n", "clusters: []\n"}) {
    const Kubeconfig read = Good(text);
    EXPECT_TRUE(read.clusters.empty() && read.users.empty() && read.contexts.empty()) << text;
  }
}

struct Wrong {
  std::string text;
  std::vector<std::string> said;
};

TEST(ParseTest, SaysWhereAndWhatIsWrong) {
  const std::vector<Wrong> all = {
      {"users: [\n", {"line 2", "no YAML"}},
      {"- a\n", {"line 1, column 1", "NAME: VALUE"}},
      {"text", {"line 1", "NAME: VALUE"}},
      {"users: {}\n", {"line 1, column 8", "users has to be a list"}},
      {"users:\n- a\n", {"line 2, column 3", "users[0]"}},
      {"users:\n- user: {}\n", {"users[0].name is missing"}},
      {"users:\n- {name: a}\n- {name: a}\n", {"line 3", "users[1].name", "earlier one"}},
      {"kind: Config\nkind: Config\n", {"line 2, column 1", "kind is there twice"}},
      {"kind: Pod\n", {"kind", "Config"}},
      {"apiVersion: v2\n", {"apiVersion", "v1"}},
      {"current-context: [a]\n", {"line 1, column 18", "current-context has to be text"}},
      {"a: &a {b: c}\nclusters:\n- <<: *a\n", {"line 3, column 3", "merge keys"}},
      {"clusters: [{name: c, cluster: {insecure-skip-tls-verify: maybe}}]\n",
       {"clusters[0].cluster.insecure-skip-tls-verify has to be true or false"}},
      {"clusters: [{name: c, cluster: {certificate-authority-data: '!'}}]\n", {"is no base64"}},
      {UserWith("    exec: {command: a}\n"),
       {"line 4", "users[0].user.exec.apiVersion", "client.authentication.k8s.io/v1"}},
      {UserWith("    exec: {apiVersion: client.authentication.k8s.io/v1alpha1, command: a}\n"), {"newer plugin"}},
      {UserWith("    exec: {apiVersion: client.authentication.k8s.io/v1beta1}\n"), {"exec.command is missing"}},
      {UserWith("    exec: {apiVersion: client.authentication.k8s.io/v1, command: a}\n"), {"Never or IfAvailable"}},
      {UserWith("    exec: {apiVersion: client.authentication.k8s.io/v1, command: a, interactiveMode: Always}\n"),
       {"interactiveMode is Always", "no terminal"}},
      {UserWith("    exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: a, env: [{name: A=B}]}\n"),
       {"env[0].name", "variable"}},
      {"\xff\xfe", {"not text in UTF-8"}},
      {std::string("a\0b", 3), {"not text in UTF-8"}},
  };
  for (const Wrong& wrong : all) {
    const std::string error = Error(wrong.text);
    EXPECT_THAT(error, HasSubstr(kFile)) << wrong.text;
    for (const std::string& part : wrong.said) EXPECT_THAT(error, HasSubstr(part)) << wrong.text;
  }
}

TEST(ParseTest, NoErrorQuotesASecret) {
  for (const std::string& text : {
           UserWith("    token: [hush-hush]\n"),
           UserWith("    token: {hush-hush: a}\n"),
           UserWith("    client-key-data: hush-hush!\n"),
           UserWith("    hush-hush\n"),
           UserWith("    token: hush-hush: hush-hush\n"),
           UserWith("    token: \"hush-hush\\q\"\n"),
           UserWith("    token: *hush-hush\n"),
           UserWith(
               "    exec: {apiVersion: client.authentication.k8s.io/v1, command: a, interactiveMode: hush-hush}\n"),
       }) {
    EXPECT_THAT(Error(text), Not(HasSubstr("hush"))) << text;
  }
}

TEST(ParseTest, AliasesAreFollowedAndCannotBeMadeABomb) {
  EXPECT_EQ(Good("x: &t secret\nusers: [{name: a, user: {token: *t}}]\n").users.at("a").token, "secret");
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 12; ++i) {
    absl::StrAppend(&bomb, "a", i, ": &a", i, " [");
    for (int j = 0; j < 10; ++j) absl::StrAppend(&bomb, "*a", i - 1, j < 9 ? ", " : "]\n");
  }
  EXPECT_TRUE(Parse(bomb, kFile).ok());
  absl::StrAppend(&bomb,
                  "clusters: [{name: c, cluster: {extensions: [{name: client.authentication.k8s.io/exec, "
                  "extension: *a11}]}}]\n");
  EXPECT_THAT(Error(bomb), HasSubstr("is too much"));
}

TEST(ParseTest, DeepNestingEndsInAnError) {
  EXPECT_THAT(Error(absl::StrCat("a: ", std::string(100'000, '['))), HasSubstr("no YAML"));
}

}  // namespace
}  // namespace leadership_broker::kubeconfig
