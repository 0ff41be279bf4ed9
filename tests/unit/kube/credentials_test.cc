#include "server/kube/credentials.h"

#include <filesystem>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/harness/scratch_dir.h"

namespace leadership_broker::kube {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr absl::Duration kStart = absl::Hours(5);

class CredentialsTest : public ::testing::Test {
 protected:
  CredentialsTest() {
    files_.Write("ca.crt", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n");
    files_.Write("token", "first\n");
  }

  absl::StatusOr<std::unique_ptr<Credentials>> Open() {
    return Credentials::FromDirectory(files_.path(), [this](const std::string& text) { warnings_.push_back(text); });
  }
  std::unique_ptr<Credentials> MustOpen() {
    auto credentials = Open();
    EXPECT_TRUE(credentials.ok()) << credentials.status();
    return *std::move(credentials);
  }
  std::string ErrorAtStart() { return std::string(Open().status().message()); }

  testing::ScratchDir files_;
  std::vector<std::string> warnings_;
};

TEST_F(CredentialsTest, TakesTheTokenWithoutTheWhiteSpaceAroundIt) {
  files_.Write("token", "  first\r\n\n");
  const auto credentials = MustOpen();
  EXPECT_EQ(credentials->Token(kStart), "first");
  EXPECT_EQ(credentials->ca_file(), files_.File("ca.crt"));
}

TEST_F(CredentialsTest, ReadsARotatedTokenWithinAMinuteAndNotBefore) {
  const auto credentials = MustOpen();
  EXPECT_EQ(credentials->Token(kStart), "first");
  files_.Write("token", "second");
  EXPECT_EQ(credentials->Token(kStart + absl::Seconds(59)), "first");
  EXPECT_EQ(credentials->Token(kStart + absl::Seconds(60)), "second");
  EXPECT_THAT(warnings_, IsEmpty());
}

TEST_F(CredentialsTest, RereadTakesTheNewTokenAtOnceAndStartsTheMinuteAnew) {
  const auto credentials = MustOpen();
  EXPECT_EQ(credentials->Token(kStart), "first");
  files_.Write("token", "second");
  EXPECT_TRUE(credentials->Reread(kStart + absl::Seconds(30)));
  EXPECT_EQ(credentials->Token(kStart + absl::Seconds(30)), "second");
  files_.Write("token", "third");
  EXPECT_EQ(credentials->Token(kStart + absl::Seconds(89)), "second");
  EXPECT_EQ(credentials->Token(kStart + absl::Seconds(90)), "third");
}

TEST_F(CredentialsTest, KeepsTheTokenWhileTheFileCannotBeReadWithOneWarningASpell) {
  const auto credentials = MustOpen();
  files_.Remove("token");
  EXPECT_FALSE(credentials->Reread(kStart));
  EXPECT_FALSE(credentials->Reread(kStart + absl::Seconds(1)));
  EXPECT_EQ(credentials->Token(kStart + absl::Minutes(2)), "first");
  EXPECT_THAT(warnings_, ElementsAre(AllOf(HasSubstr(files_.File("token")), HasSubstr("No such file"))));

  files_.Write("token", "second");
  EXPECT_TRUE(credentials->Reread(kStart + absl::Minutes(3)));
  files_.Write("token", " \n");
  EXPECT_FALSE(credentials->Reread(kStart + absl::Minutes(4)));
  EXPECT_EQ(credentials->Token(kStart + absl::Minutes(4)), "second");
  EXPECT_THAT(warnings_, SizeIs(2));
  EXPECT_THAT(warnings_.back(), HasSubstr("is empty"));
}

TEST_F(CredentialsTest, RefusesATokenThatWouldBreakTheHeaderItIsSentIn) {
  const auto credentials = MustOpen();
  files_.Write("token", "evil\r\nX-Remote-User: admin");
  EXPECT_FALSE(credentials->Reread(kStart));
  EXPECT_EQ(credentials->Token(kStart), "first");
}

TEST_F(CredentialsTest, RefusesAnEndlessTokenFile) {
  files_.Write("token", std::string(2 << 20, 'x'));
  EXPECT_THAT(ErrorAtStart(), HasSubstr("larger than 1 MiB"));
}

TEST_F(CredentialsTest, AStartWithoutCaNamesTheFileAndWhatToDo) {
  files_.Remove("ca.crt");
  EXPECT_THAT(ErrorAtStart(), AllOf(HasSubstr(files_.File("ca.crt")), HasSubstr("No such file"),
                                    HasSubstr("automountServiceAccountToken"), HasSubstr("--service-account-dir")));
}

TEST_F(CredentialsTest, AStartWithACaFileThatIsNoneSaysSo) {
  files_.Write("ca.crt", "not a certificate");
  EXPECT_THAT(ErrorAtStart(), AllOf(HasSubstr(files_.File("ca.crt")), HasSubstr("no PEM certificate")));
}

TEST_F(CredentialsTest, AStartWithoutATokenThatCanBeReadNamesTheFile) {
  files_.Remove("token");
  EXPECT_THAT(ErrorAtStart(), AllOf(HasSubstr(files_.File("token")), HasSubstr("No such file")));
  std::filesystem::create_directory(files_.File("token"));
  EXPECT_THAT(ErrorAtStart(), AllOf(HasSubstr(files_.File("token")), HasSubstr("directory")));
  files_.Remove("token");
  files_.Write("token", "");
  EXPECT_THAT(ErrorAtStart(), AllOf(HasSubstr(files_.File("token")), HasSubstr("is empty")));
}

TEST(InClusterUrlTest, PutsAnIpv6AddressIntoBrackets) {
  EXPECT_EQ(*InClusterUrl("10.96.0.1", "443"), "https://10.96.0.1:443");
  EXPECT_EQ(*InClusterUrl("kubernetes.default.svc", "6443"), "https://kubernetes.default.svc:6443");
  EXPECT_EQ(*InClusterUrl("fd00:10:96::1", "443"), "https://[fd00:10:96::1]:443");
  EXPECT_EQ(*InClusterUrl("[fd00:10:96::1]", "443"), "https://[fd00:10:96::1]:443");
}

TEST(InClusterUrlTest, NamesTheVariableThatIsMissingOrWrong) {
  EXPECT_THAT(std::string(InClusterUrl("", "443").status().message()), HasSubstr("KUBERNETES_SERVICE_HOST"));
  EXPECT_THAT(std::string(InClusterUrl("10.96.0.1", "").status().message()), HasSubstr("KUBERNETES_SERVICE_PORT"));
  for (const char* port : {"https", "0", "65536", "-1", "443x"}) {
    const absl::Status status = InClusterUrl("10.96.0.1", port).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << port;
    EXPECT_THAT(std::string(status.message()), AllOf(HasSubstr("KUBERNETES_SERVICE_PORT"), HasSubstr(port)));
  }
}

}  // namespace
}  // namespace leadership_broker::kube
