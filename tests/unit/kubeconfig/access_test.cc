#include "server/kubeconfig/access.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "server/kubeconfig/parse.h"

namespace leadership_broker::kubeconfig {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kGoodCluster[] = "server: 'https://a:1', certificate-authority: ca.crt";
constexpr char kGoodUser[] = "token: hush-hush";

absl::StatusOr<Access> ChooseOf(const std::string& cluster, const std::string& user, const std::string& context = "") {
  const auto parsed =
      Parse(absl::StrCat("clusters: [{name: c, cluster: {", cluster, "}}]\nusers: [{name: u, user: {", user, "}}]\n",
                         "contexts: [{name: x, context: {cluster: c, user: u}}, ",
                         "{name: y, context: {cluster: c, user: u, namespace: apps}}, ",
                         "{name: no-user, context: {cluster: c}}, {name: no-cluster, context: {user: u}}]\n",
                         "current-context: x\n"),
            "/k/config");
  EXPECT_TRUE(parsed.ok()) << parsed.status();
  return Choose(*parsed, context);
}

std::string Error(const std::string& cluster, const std::string& user, const std::string& context = "") {
  const auto access = ChooseOf(cluster, user, context);
  EXPECT_FALSE(access.ok()) << cluster << " " << user;
  std::string message(access.status().message());
  EXPECT_THAT(message, AllOf(Not(HasSubstr("hush")), Not(HasSubstr("\n"))));
  return message;
}

TEST(AccessTest, TakesTheCurrentContextOrTheOneThatIsNamed) {
  const auto current = ChooseOf(kGoodCluster, kGoodUser);
  ASSERT_TRUE(current.ok()) << current.status();
  EXPECT_EQ(current->context, "x");
  EXPECT_EQ(current->namespace_name, "default");
  EXPECT_EQ(current->cluster.ca_file, "/k/ca.crt");
  EXPECT_EQ(ChooseOf(kGoodCluster, kGoodUser, "y")->namespace_name, "apps");
}

TEST(AccessTest, SaysWhichContextsThereAre) {
  EXPECT_THAT(Error(kGoodCluster, kGoodUser, "z"), AllOf(HasSubstr("no context \"z\""), HasSubstr("no-user, x, y")));
  EXPECT_THAT(std::string(Choose(Kubeconfig(), "").status().message()),
              AllOf(HasSubstr("no current-context"), HasSubstr("--context"), HasSubstr("there are: none")));
  EXPECT_THAT(Error(kGoodCluster, kGoodUser, "no-user"), AllOf(HasSubstr("context \"no-user\" (/k/config, line 3)"),
                                                               HasSubstr("user \"\""), HasSubstr("there are: u")));
  EXPECT_THAT(Error(kGoodCluster, kGoodUser, "no-cluster"), HasSubstr("names the cluster \"\""));
}

TEST(AccessTest, RefusesClustersThatKubectlRefuses) {
  EXPECT_THAT(Error("", kGoodUser), AllOf(HasSubstr("cluster \"c\" (/k/config, line 1)"), HasSubstr("no server")));
  EXPECT_THAT(Error("server: 'http://a'", kGoodUser), HasSubstr("https only"));
  EXPECT_THAT(Error("server: 'http://user:hush@a'", kGoodUser), HasSubstr("no user or password"));
  EXPECT_THAT(Error("server: 'https://', a: b", kGoodUser), HasSubstr("no URL"));
  EXPECT_THAT(Error("server: 'https://a', certificate-authority: a, certificate-authority-data: YQ==", kGoodUser),
              HasSubstr("leave one"));
  EXPECT_THAT(Error("server: 'https://a', certificate-authority: a, insecure-skip-tls-verify: true", kGoodUser),
              AllOf(HasSubstr("insecure-skip-tls-verify"), HasSubstr("leave one")));
  EXPECT_THAT(Error("server: 'https://a', proxy-url: 'ftp://u:hush@p'", kGoodUser), HasSubstr("proxy-url"));
  EXPECT_THAT(Error("server: 'https://a', tls-server-name: 'a b'", kGoodUser), HasSubstr("tls-server-name"));
}

TEST(AccessTest, RefusesUsersThatCannotLogIn) {
  const std::string exec = "exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: a}";
  EXPECT_THAT(Error(kGoodCluster, ""),
              AllOf(HasSubstr("user \"u\" (/k/config, line 2)"), HasSubstr("neither a token")));
  EXPECT_THAT(Error(kGoodCluster, "username: a, password: hush"), HasSubstr("since Kubernetes 1.19"));
  EXPECT_THAT(Error(kGoodCluster, "auth-provider: {name: gcp}"), HasSubstr("use an exec plugin"));
  EXPECT_THAT(Error(kGoodCluster, "client-certificate: a"), HasSubstr("without its key"));
  EXPECT_THAT(Error(kGoodCluster, "client-key: a"), HasSubstr("without its certificate"));
  EXPECT_THAT(Error(kGoodCluster, "client-certificate: a, client-key: a, client-key-data: YQ=="),
              HasSubstr("leave one"));
  EXPECT_THAT(Error(kGoodCluster, "client-certificate: a, client-certificate-data: YQ=="), HasSubstr("leave one"));
  EXPECT_THAT(Error(kGoodCluster, absl::StrCat(exec, ", token: hush")), HasSubstr("leave one"));
  EXPECT_THAT(Error(kGoodCluster, "token: \"hush\\r\\nX-Remote-User: admin\""), HasSubstr("token"));
  EXPECT_THAT(Error(kGoodCluster, "token: hush, as-groups: [a]"), HasSubstr("without as"));
  EXPECT_THAT(Error(kGoodCluster, "token: hush, as: \"a\\nb\""), HasSubstr("header"));
  EXPECT_TRUE(ChooseOf(kGoodCluster, exec).ok());
}

}  // namespace
}  // namespace leadership_broker::kubeconfig
