#include "server/kubeconfig/exec_plugin.h"

#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

#include "tests/harness/scratch_dir.h"

namespace leadership_broker::kubeconfig {
namespace {

using Json = nlohmann::json;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kVersion[] = "client.authentication.k8s.io/v1";

Access WithPlugin() {
  Access access;
  access.cluster.server = "https://a:6443";
  access.user.where = "user \"u\" (/k/config, line 2)";
  access.user.exec = ExecPlugin{kVersion, "/bin/login", {"--now"}, {{"A", "b"}}, "", false};
  return access;
}

Json InfoOf(const Access& access) {
  const auto program = PluginProgram(access);
  EXPECT_TRUE(program.ok()) << program.status();
  EXPECT_THAT(program->environment, ElementsAre("A=b", HasSubstr("KUBERNETES_EXEC_INFO=")));
  return Json::parse(program->environment[1].substr(sizeof("KUBERNETES_EXEC_INFO=") - 1));
}

absl::StatusOr<PluginAnswer> Answer(const std::string& output, int exit_code = 0, const std::string& errors = "") {
  return ReadPluginAnswer(WithPlugin(), process::ProgramResult{exit_code, output, errors});
}

std::string Status(const std::string& fields, const std::string& version = kVersion) {
  return absl::StrCat(R"({"apiVersion":")", version, R"(","kind":"ExecCredential","status":{)", fields, "}}");
}

std::string Error(const absl::StatusOr<PluginAnswer>& answer) {
  EXPECT_FALSE(answer.ok());
  EXPECT_EQ(answer.status().code(), absl::StatusCode::kUnavailable);
  std::string message(answer.status().message());
  EXPECT_THAT(message,
              AllOf(HasSubstr("/bin/login"), HasSubstr("user \"u\""), Not(HasSubstr("hush")), Not(HasSubstr("\n"))));
  return message;
}

TEST(ExecPluginTest, ThePluginIsToldThatNobodyCanBeAsked) {
  const Access access = WithPlugin();
  EXPECT_THAT(PluginProgram(access)->arguments, ElementsAre("/bin/login", "--now"));
  EXPECT_EQ(InfoOf(access), Json::parse(R"({"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential",
                                            "spec":{"interactive":false}})"));
}

TEST(ExecPluginTest, ThePluginIsToldOfTheClusterIfItWantsToKnow) {
  const testing::ScratchDir files;
  files.Write("ca", "letters");
  Access access = WithPlugin();
  access.user.exec->provide_cluster_info = true;
  access.cluster.ca_file = files.File("ca");
  access.cluster.tls_server_name = "kube.example";
  access.cluster.proxy_url = "http://p";
  access.cluster.plugin_config.emplace().set_string_value("more");
  EXPECT_EQ(InfoOf(access)["spec"]["cluster"], Json({{"server", "https://a:6443"},
                                                     {"certificate-authority-data", absl::Base64Escape("letters")},
                                                     {"tls-server-name", "kube.example"},
                                                     {"proxy-url", "http://p"},
                                                     {"config", "more"}}));
}

TEST(ExecPluginTest, ReadsATokenAndWhenItExpires) {
  const auto answer = Answer(Status(R"("token":"t","expirationTimestamp":"2027-01-15T08:00:00Z")"), 0, "one\n\n two\n");
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->token, "t");
  EXPECT_EQ(answer->expires, absl::FromUnixSeconds(1'800'000'000));
  EXPECT_EQ(answer->certificate, nullptr);
  EXPECT_THAT(answer->said, ElementsAre("one", "two"));
  EXPECT_EQ(Answer(Status(R"("token":"t")"))->expires, absl::InfiniteFuture());
}

TEST(ExecPluginTest, ReadsACertificate) {
  const auto answer = Answer(Status(R"("clientCertificateData":"-----BEGIN CERTIFICATE-----",)"
                                    R"("clientKeyData":"-----BEGIN EC PRIVATE KEY-----")"));
  ASSERT_TRUE(answer.ok()) << answer.status();
  ASSERT_NE(answer->certificate, nullptr);
  EXPECT_EQ(answer->certificate->key, "-----BEGIN EC PRIVATE KEY-----");
}

TEST(ExecPluginTest, WhatIsNoAnswerIsToldWithoutIt) {
  EXPECT_THAT(Error(Answer("hush-hush")), HasSubstr("no ExecCredential"));
  EXPECT_THAT(Error(Answer("")), HasSubstr("no ExecCredential"));
  EXPECT_THAT(Error(Answer("{}")), HasSubstr("no ExecCredential"));
  EXPECT_THAT(Error(Answer(R"({"kind":"ExecCredential","status":{"token":{"hush":1}}})")),
              HasSubstr("no ExecCredential"));
  EXPECT_THAT(Error(Answer(Status(R"("token":"t","expirationTimestamp":"hush")"))), HasSubstr("no ExecCredential"));
  EXPECT_THAT(Error(Answer(Status("", "client.authentication.k8s.io/v1beta1"))), HasSubstr("another version"));
  EXPECT_THAT(Error(Answer(Status(""))), HasSubstr("without a token"));
  EXPECT_THAT(Error(Answer(Status(R"("token":"hush hush")"))), HasSubstr("token that is none"));
  EXPECT_THAT(Error(Answer(Status(R"("clientCertificateData":"hush")"))), HasSubstr("clientCertificateData"));
  EXPECT_THAT(Error(Answer(Status(R"("clientCertificateData":"-----BEGIN CERTIFICATE-----","clientKeyData":"hush")"))),
              HasSubstr("clientKeyData"));
}

TEST(ExecPluginTest, WhyItFailedIsInAFewOfItsOwnWords) {
  const std::string error =
      Error(Answer("hush", 3, absl::StrCat("log in first\n", std::string(5000, 'x'), "\n\x1b[2J\nfourth\n")));
  EXPECT_THAT(error,
              AllOf(HasSubstr("exit code 3: log in first / xxx"), Not(HasSubstr("\x1b")), Not(HasSubstr("fourth"))));
  EXPECT_LT(error.size(), 600u);
}

TEST(ExecPluginTest, WhereItIsMissingTheKubeconfigsOwnAdviceIsGiven) {
  Access access = WithPlugin();
  const absl::Status missing = absl::NotFoundError("cannot run /bin/login: No such file or directory");
  EXPECT_THAT(Error(ReadPluginAnswer(access, missing)), AllOf(HasSubstr("No such file"), HasSubstr("install it")));
  access.user.exec->install_hint = " \n";
  EXPECT_THAT(Error(ReadPluginAnswer(access, missing)), HasSubstr("install it"));
  access.user.exec->install_hint = "brew install login\nand so on";
  EXPECT_THAT(Error(ReadPluginAnswer(access, missing)), HasSubstr("brew install login"));
  EXPECT_THAT(Error(ReadPluginAnswer(access, absl::DeadlineExceededError("did not end within 1m"))),
              HasSubstr("did not end within 1m"));
}

}  // namespace
}  // namespace leadership_broker::kubeconfig
