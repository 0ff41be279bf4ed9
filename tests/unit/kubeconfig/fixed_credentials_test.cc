#include "server/kubeconfig/fixed_credentials.h"

#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/harness/scratch_dir.h"

namespace leadership_broker::kubeconfig {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kCertificate[] = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
constexpr char kKey[] = "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n";

loop::Instant At(absl::Duration boot) { return {absl::Hours(1) + boot, absl::FromUnixSeconds(1'800'000'000) + boot}; }

class FixedCredentialsTest : public ::testing::Test {
 protected:
  FixedCredentialsTest() { user_.where = "user \"u\" (/k/config, line 2)"; }

  std::unique_ptr<FixedCredentials> MustOpen() {
    auto opened = FixedCredentials::Open(user_, [this](const std::string& text) { warnings_.push_back(text); });
    EXPECT_TRUE(opened.ok()) << opened.status();
    return *std::move(opened);
  }
  std::string Error() {
    return std::string(FixedCredentials::Open(user_, [](const std::string&) {}).status().message());
  }

  testing::ScratchDir files_;
  std::vector<std::string> warnings_;
  User user_;
};

TEST_F(FixedCredentialsTest, ATokenThatStandsThereIsSent) {
  user_.token = "standing";
  const auto credentials = MustOpen();
  const kube::Proof proof = *credentials->Current(At(absl::ZeroDuration()));
  EXPECT_EQ(proof.token, "standing");
  EXPECT_EQ(proof.certificate, nullptr);
  EXPECT_THAT(proof.headers, IsEmpty());
}

// Else a 401 could mean that our own pod is gone.
TEST_F(FixedCredentialsTest, R9ARefusedTokenIsNeverCalledGood) {
  user_.token = "standing";
  const auto credentials = MustOpen();
  const kube::Proof proof = *credentials->Current(At(absl::ZeroDuration()));
  EXPECT_FALSE(credentials->Renew(At(absl::Seconds(1)), proof));
}

TEST_F(FixedCredentialsTest, ATokenFileTakesPrecedenceAndIsReadEveryMinuteAndAfterARefusal) {
  files_.Write("token", " first\n");
  user_.token = "standing";
  user_.token_file = files_.File("token");
  const auto credentials = MustOpen();
  const kube::Proof first = *credentials->Current(At(absl::ZeroDuration()));
  EXPECT_EQ(first.token, "first");
  files_.Write("token", "second");
  EXPECT_EQ(credentials->Current(At(absl::Seconds(59)))->token, "first");
  EXPECT_EQ(credentials->Current(At(absl::Seconds(60)))->token, "second");
  files_.Write("token", "third");
  EXPECT_TRUE(credentials->Renew(At(absl::Seconds(61)), first));
  EXPECT_EQ(credentials->Current(At(absl::Seconds(61)))->token, "third");
}

TEST_F(FixedCredentialsTest, FilesThatCannotBeReadAgainLeaveWhatWasReadWithOneWarning) {
  files_.Write("token", "first");
  user_.token_file = files_.File("token");
  const auto credentials = MustOpen();
  credentials->Current(At(absl::ZeroDuration()));
  files_.Remove("token");
  EXPECT_EQ(credentials->Current(At(absl::Minutes(2)))->token, "first");
  EXPECT_EQ(credentials->Current(At(absl::Minutes(4)))->token, "first");
  EXPECT_THAT(warnings_, ElementsAre(AllOf(HasSubstr(user_.where), HasSubstr(files_.File("token")))));
}

TEST_F(FixedCredentialsTest, ARotatedCertificateIsAnotherOneAndAnUnchangedOneTheSame) {
  files_.Write("crt", kCertificate);
  files_.Write("key", kKey);
  user_.certificate_file = files_.File("crt");
  user_.key_file = files_.File("key");
  const auto credentials = MustOpen();
  const auto first = credentials->Current(At(absl::ZeroDuration()))->certificate;
  ASSERT_NE(first, nullptr);
  EXPECT_EQ(first->certificate, kCertificate);
  EXPECT_EQ(first->key, kKey);
  EXPECT_EQ(credentials->Current(At(absl::Minutes(2)))->certificate, first);
  files_.Write("crt", std::string(kCertificate) + kCertificate);
  EXPECT_NE(credentials->Current(At(absl::Minutes(4)))->certificate, first);
}

TEST_F(FixedCredentialsTest, AStartSaysWhichFileOrFieldIsNoGood) {
  user_.certificate_file = files_.File("crt");
  user_.key_data = kKey;
  EXPECT_THAT(Error(), AllOf(HasSubstr(user_.where), HasSubstr(files_.File("crt")), HasSubstr("No such file")));
  files_.Write("crt", kKey);
  EXPECT_THAT(Error(), AllOf(HasSubstr(files_.File("crt")), HasSubstr("no certificate in PEM form")));
  files_.Write("crt", kCertificate);
  user_.key_data = "-----BEGIN ENCRYPTED PRIVATE KEY-----\n";
  EXPECT_THAT(Error(), AllOf(HasSubstr("client-key-data"), HasSubstr("passphrase")));
  user_.key_data = kCertificate;
  EXPECT_THAT(Error(), AllOf(HasSubstr("client-key-data"), HasSubstr("no private key")));
  user_.token_file = files_.File("token");
  files_.Write("token", "two words");
  EXPECT_THAT(Error(), AllOf(HasSubstr(files_.File("token")), HasSubstr("no token")));
}

TEST_F(FixedCredentialsTest, ActsAsAnotherByHeaders) {
  user_.token = "t";
  user_.as = "somebody";
  user_.as_uid = "7";
  user_.as_groups = {"one", "two"};
  user_.as_extra = {{"example.org/scope", {"read"}}};
  EXPECT_THAT(MustOpen()->Current(At(absl::ZeroDuration()))->headers,
              ElementsAre("Impersonate-User: somebody", "Impersonate-Uid: 7", "Impersonate-Group: one",
                          "Impersonate-Group: two", "Impersonate-Extra-example.org%2Fscope: read"));
}

}  // namespace
}  // namespace leadership_broker::kubeconfig
