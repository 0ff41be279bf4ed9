#include "server/kube/token_claims.h"

#include <limits>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

#include "tests/unit/kube/pod_token.h"

namespace leadership_broker::kube {
namespace {

using ::leadership_broker::testing::PodToken;
using ::leadership_broker::testing::TokenOf;

TEST(TokenClaimsTest, ReadsWhatTheApiServerPutsIntoABoundToken) {
  const auto claims = ParseTokenClaims(PodToken(1800003600));
  ASSERT_TRUE(claims.ok()) << claims.status();
  EXPECT_EQ(claims->exp(), 1800003600);
  EXPECT_EQ(claims->kubernetes().namespace_(), "apps");
  EXPECT_EQ(claims->kubernetes().pod().name(), "app-0");
  EXPECT_EQ(claims->kubernetes().pod().uid(), "pod-uid");
  EXPECT_EQ(claims->kubernetes().node().name(), "node-1");
}

TEST(TokenClaimsTest, ATokenThatIsBoundToNoPodHasNoPod) {
  const auto claims = ParseTokenClaims(TokenOf(R"({"exp":1.8e9,"kubernetes.io":{"namespace":"apps"}})"));
  ASSERT_TRUE(claims.ok()) << claims.status();
  EXPECT_EQ(claims->kubernetes().namespace_(), "apps");
  EXPECT_EQ(claims->kubernetes().pod().uid(), "");
  EXPECT_FALSE(IsLivePodToken(*claims, absl::FromUnixSeconds(1)));
}

TEST(TokenClaimsTest, GarbageIsAnErrorThatDoesNotQuoteTheToken) {
  for (const std::string& garbage :
       {std::string(), std::string("x"), std::string(".."), std::string("secret.secret"), std::string("a.!!!!.c"),
        std::string("a.\0b.c", 6), TokenOf(""), TokenOf("secret"), TokenOf("[]"), TokenOf("\"secret\""),
        TokenOf("{\"exp\":\"secret\"}"), TokenOf("{\"kubernetes.io\":\"secret\"}"), TokenOf("\xff\xfe{\"secret\":1}"),
        TokenOf("{\"exp\":1"), TokenOf(std::string(100000, '[')), TokenOf("{\"secret\":" + std::string(100000, '{')),
        std::string(1 << 20, '.'), absl::StrCat(PodToken(1), ".secret")}) {
    const auto claims = ParseTokenClaims(garbage);
    EXPECT_EQ(claims.status().code(), absl::StatusCode::kInvalidArgument) << garbage.substr(0, 100);
    EXPECT_FALSE(absl::StrContains(claims.status().message(), "secret")) << claims.status();
  }
}

TEST(TokenClaimsTest, R9APodTokenIsLiveUntilItExpires) {
  const auto claims = ParseTokenClaims(PodToken(1800003600.5));
  ASSERT_TRUE(claims.ok()) << claims.status();
  EXPECT_TRUE(IsLivePodToken(*claims, absl::FromUnixSeconds(1800003600)));
  EXPECT_FALSE(IsLivePodToken(*claims, absl::FromUnixSeconds(1800003601)));
}

TEST(TokenClaimsTest, ATokenWithoutAUsableExpiryIsNotLive) {
  TokenClaims claims;
  claims.mutable_kubernetes()->mutable_pod()->set_uid("pod-uid");
  EXPECT_FALSE(IsLivePodToken(claims, absl::FromUnixSeconds(1)));
  claims.set_exp(std::numeric_limits<double>::quiet_NaN());
  EXPECT_FALSE(IsLivePodToken(claims, absl::FromUnixSeconds(1)));
}

}  // namespace
}  // namespace leadership_broker::kube
