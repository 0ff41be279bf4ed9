#include "server/config/identity.h"

#include <sys/stat.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/harness/scratch_dir.h"

namespace leadership_broker::testing {
namespace {

using config::Config;
using config::Identity;
using ::testing::HasSubstr;

constexpr char kCa[] = "-----BEGIN CERTIFICATE-----\nMAo=\n-----END CERTIFICATE-----\n";

std::string Jwt(const std::string& payload) {
  return absl::StrCat(absl::WebSafeBase64Escape("{}"), ".", absl::WebSafeBase64Escape(payload), ".c2ln");
}

std::string PodToken() {
  return Jwt(R"({"exp":1900000000,"kubernetes.io":{"namespace":"prod","node":{"name":"node-1","uid":"n"},)"
             R"("pod":{"name":"app-0","uid":"uid-0"},"serviceaccount":{"name":"x","uid":"y"}}})");
}

class IdentityTest : public ::testing::Test {
 protected:
  IdentityTest() {
    config_.locks = {"a"};
    config_.service_account_dir = files_.path();
  }

  void Write(const std::string& name, const std::string& content) { files_.Write(name, content); }

  // The environment and files of an ordinary pod.
  void InCluster() {
    variables_["KUBERNETES_SERVICE_HOST"] = "10.0.0.1";
    variables_["KUBERNETES_SERVICE_PORT"] = "443";
    Write("ca.crt", kCa);
    Write("token", PodToken() + "\n");
    Write("namespace", "prod");
  }

  absl::StatusOr<Identity> Resolve() {
    return config::ResolveIdentity(config_, [this](const std::string& name) { return variables_[name]; });
  }

  // Expects an error whose one line holds all of `parts`.
  void ExpectError(const std::vector<std::string>& parts) {
    const auto identity = Resolve();
    ASSERT_FALSE(identity.ok());
    const std::string message(identity.status().message());
    EXPECT_THAT(message, ::testing::Not(HasSubstr("\n")));
    for (const std::string& part : parts) EXPECT_THAT(message, HasSubstr(part));
  }

  const ScratchDir files_;
  const std::string& directory_ = files_.path();
  Config config_;
  std::map<std::string, std::string> variables_;
};

TEST_F(IdentityTest, R1TheTokensClaimsFillWhatIsMissing) {
  InCluster();
  const auto identity = Resolve();
  ASSERT_TRUE(identity.ok()) << identity.status();
  EXPECT_FALSE(identity->outside_cluster);
  EXPECT_EQ(identity->namespace_name, "prod");
  EXPECT_EQ(identity->pod_name, "app-0");
  EXPECT_EQ(identity->pod_uid, "uid-0");
  EXPECT_EQ(identity->node_name, "node-1");
  EXPECT_EQ(identity->api_server_url, "https://10.0.0.1:443");
}

TEST_F(IdentityTest, Ipv6ApiServer) {
  InCluster();
  variables_["KUBERNETES_SERVICE_HOST"] = "fd00::1";
  EXPECT_EQ(Resolve()->api_server_url, "https://[fd00::1]:443");
}

TEST_F(IdentityTest, ATokenThatClaimsNothingNeedsNames) {
  InCluster();
  for (const std::string& token : {std::string("opaque"), Jwt("{}")}) {
    Write("token", token);
    variables_.erase("POD_NAME");
    ExpectError({"name is not known", "POD_NAME"});
    variables_["POD_NAME"] = "app-7";
    const auto identity = Resolve();
    ASSERT_TRUE(identity.ok()) << identity.status();
    EXPECT_EQ(identity->pod_name, "app-7");
    EXPECT_EQ(identity->namespace_name, "prod");
    EXPECT_EQ(identity->pod_uid, "") << "to be looked up";
  }
}

TEST_F(IdentityTest, SettingsWinOverVariablesAndFiles) {
  InCluster();
  Write("token", "opaque");
  variables_["POD_NAME"] = "from-env";
  variables_["POD_UID"] = "uid-env";
  config_.pod_name = "from-flag";
  config_.pod_uid = "uid-flag";
  config_.namespace_name = "ns-flag";
  const auto identity = Resolve();
  ASSERT_TRUE(identity.ok()) << identity.status();
  EXPECT_EQ(identity->pod_name, "from-flag");
  EXPECT_EQ(identity->pod_uid, "uid-flag");
  EXPECT_EQ(identity->namespace_name, "ns-flag");
}

TEST_F(IdentityTest, ContradictionsNameBothValues) {
  InCluster();
  variables_["POD_NAME"] = "other";
  ExpectError({"POD_NAME", "\"other\"", "\"app-0\""});
  variables_.clear();
  InCluster();
  variables_["POD_UID"] = "uid-9";
  ExpectError({"POD_UID", "\"uid-9\"", "\"uid-0\""});
  variables_.clear();
  InCluster();
  config_.namespace_name = "test";
  ExpectError({"--namespace", "\"test\"", "\"prod\""});
  config_.namespace_name.clear();
  Write("namespace", "elsewhere");
  ExpectError({"namespace", "\"elsewhere\"", "\"prod\""});
}

TEST_F(IdentityTest, ClaimsThatAreNoNamesAreAnError) {
  InCluster();
  for (const std::string claims : {R"("namespace":"a.b")", R"("pod":{"name":"app 0","uid":"u"})",
                                   R"("pod":{"name":"app-0","uid":"a/b"})", R"("node":{"name":"node-\u0000"})"}) {
    Write("token", Jwt(absl::StrCat(R"({"kubernetes.io":{)", claims, "}}")));
    SCOPED_TRACE(claims);
    ExpectError({"in the ServiceAccount token", "which is no"});
  }
}

TEST_F(IdentityTest, NoNamespace) {
  InCluster();
  Write("token", "opaque");
  variables_["POD_NAME"] = "app-0";
  std::filesystem::remove(directory_ + "/namespace");
  ExpectError({"namespace", "--namespace"});
}

TEST_F(IdentityTest, BadVariables) {
  InCluster();
  variables_["POD_NAME"] = "$(POD_NAME)";
  ExpectError({"POD_NAME", "$(POD_NAME)"});
  variables_["POD_NAME"] = "app-0";
  variables_["POD_UID"] = "not a uid";
  ExpectError({"POD_UID", "not a uid"});
}

TEST_F(IdentityTest, OutsideAClusterTheElectionIsSkipped) {
  config_.pod_name = "me";
  const auto identity = Resolve();
  ASSERT_TRUE(identity.ok()) << identity.status();
  EXPECT_TRUE(identity->outside_cluster);
  EXPECT_EQ(identity->pod_name, "me");
  EXPECT_EQ(identity->api_server_url, "");
  // No directory at all, as on a developer's machine.
  config_.service_account_dir = directory_ + "/none";
  EXPECT_TRUE(Resolve()->outside_cluster);
}

TEST_F(IdentityTest, OutsideAClusterIsAnErrorWhereAnElectionIsRequired) {
  config_.election = config::Election::kRequired;
  ExpectError({"--election=required", "KUBERNETES_SERVICE_HOST", directory_ + "/token", "POD_UID"});
}

TEST_F(IdentityTest, InAClusterWithoutATokenIsAnErrorAndNeverASkip) {
  variables_["KUBERNETES_SERVICE_HOST"] = "10.0.0.1";
  ExpectError({"KUBERNETES_SERVICE_HOST is set", directory_ + "/token", "automountServiceAccountToken"});
  variables_.clear();
  variables_["POD_UID"] = "uid-0";
  ExpectError({"POD_UID is set", "automountServiceAccountToken"});
  variables_.clear();
  config_.pod_uid = "uid-0";
  ExpectError({"--pod-uid is set", "automountServiceAccountToken"});
}

TEST_F(IdentityTest, ATokenWithoutAnApiServersAddressIsAnErrorAndNeverASkip) {
  InCluster();
  variables_.clear();
  ExpectError({"KUBERNETES_SERVICE_HOST"});
  variables_["KUBERNETES_SERVICE_HOST"] = "10.0.0.1";
  ExpectError({"KUBERNETES_SERVICE_PORT"});
}

TEST_F(IdentityTest, NoCa) {
  InCluster();
  std::filesystem::remove(directory_ + "/ca.crt");
  ExpectError({directory_ + "/ca.crt"});
  Write("ca.crt", "nonsense");
  ExpectError({directory_ + "/ca.crt", "certificate"});
}

TEST_F(IdentityTest, ATokenThatCannotBeReadIsAnErrorAndNeverASkip) {
  InCluster();
  Write("token", "");
  ExpectError({directory_ + "/token"});
  // A directory in its place cannot be read by anybody, root included.
  std::filesystem::remove(directory_ + "/token");
  std::filesystem::create_directory(directory_ + "/token");
  ExpectError({directory_ + "/token"});
  variables_.clear();
  EXPECT_FALSE(Resolve().ok());
}

// With a kubeconfig.

class KubeconfigIdentityTest : public IdentityTest {
 protected:
  KubeconfigIdentityTest() {
    Write("config", R"({clusters: [{name: c, cluster: {server: "https://c:6443"}}],
                        users: [{name: u, user: {token: t}}],
                        contexts: [{name: bare, context: {cluster: c, user: u}},
                                   {name: apps, context: {cluster: c, user: u, namespace: apps}},
                                   {name: bad, context: {cluster: c, user: u, namespace: Not_One}}],
                        current-context: apps})");
  }
  std::string File() { return directory_ + "/config"; }
};

TEST_F(KubeconfigIdentityTest, ThePodIsTheOneThatIsNamedInTheContextsNamespace) {
  config_.kubeconfig = File();
  config_.pod_name = "dev";
  auto identity = Resolve();
  ASSERT_TRUE(identity.ok()) << identity.status();
  EXPECT_FALSE(identity->outside_cluster);
  EXPECT_EQ(identity->namespace_name, "apps");
  EXPECT_EQ(identity->pod_name, "dev");
  EXPECT_EQ(identity->pod_uid, "") << "to be looked up by name";
  EXPECT_EQ(identity->api_server_url, "https://c:6443");
  ASSERT_NE(identity->access, nullptr);
  EXPECT_EQ(identity->access->user.token, "t");

  config_.context = "bare";
  EXPECT_EQ(Resolve()->namespace_name, "default");
  config_.namespace_name = "other";
  variables_["POD_UID"] = "uid-1";
  identity = Resolve();
  EXPECT_EQ(identity->namespace_name, "other");
  EXPECT_EQ(identity->pod_uid, "uid-1");
}

TEST_F(KubeconfigIdentityTest, WithoutAPodsNameItSaysWhatToDo) {
  config_.kubeconfig = File();
  ExpectError({"namespace apps", "--pod-name"});
  variables_["POD_NAME"] = "dev";
  EXPECT_TRUE(Resolve().ok());
}

TEST_F(KubeconfigIdentityTest, TheFlagWinsOverTheClusterThatThisIsAPodOf) {
  InCluster();
  config_.kubeconfig = File();
  config_.pod_name = "dev";
  const auto identity = Resolve();
  ASSERT_TRUE(identity.ok()) << identity.status();
  EXPECT_EQ(identity->api_server_url, "https://c:6443");
  EXPECT_EQ(identity->pod_uid, "") << "the token here is another pod's";
}

// That there is one must not make an app on somebody's machine stand in whatever cluster it names.
TEST_F(KubeconfigIdentityTest, AKubeconfigThatNobodyAskedForIsNotUsed) {
  std::filesystem::create_directory(directory_ + "/.kube");
  std::filesystem::copy(File(), directory_ + "/.kube/config");
  variables_ = {{"KUBECONFIG", File()}, {"HOME", directory_}, {"POD_NAME", "dev"}};
  const auto identity = Resolve();
  ASSERT_TRUE(identity.ok()) << identity.status();
  EXPECT_TRUE(identity->outside_cluster);
  EXPECT_EQ(identity->access, nullptr);
}

TEST_F(KubeconfigIdentityTest, AContextAloneIsOneOfKUBECONFIGOrOfTheHomes) {
  config_.context = "bare";
  config_.pod_name = "dev";
  ExpectError({"--context", "--kubeconfig"});
  variables_["HOME"] = directory_;
  ExpectError({directory_ + "/.kube/config", "No such file"});
  std::filesystem::create_directory(directory_ + "/.kube");
  std::filesystem::copy(File(), directory_ + "/.kube/config");
  EXPECT_EQ(Resolve()->access->context, "bare");
  variables_["KUBECONFIG"] = directory_ + "/none";
  ExpectError({directory_ + "/none"});
  variables_["KUBECONFIG"] = directory_ + "/none:" + File();
  EXPECT_EQ(Resolve()->access->context, "bare");
}

TEST_F(KubeconfigIdentityTest, WhatIsWrongIsSaid) {
  config_.pod_name = "dev";
  config_.kubeconfig = directory_ + "/none";
  ExpectError({directory_ + "/none", "No such file"});
  config_.kubeconfig = File();
  config_.context = "bad";
  ExpectError({"Not_One", "the context \"bad\"", "namespace"});
  config_.context = "no-such";
  ExpectError({"no-such", "apps, bad, bare"});
}

}  // namespace
}  // namespace leadership_broker::testing
