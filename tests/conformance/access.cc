// Who may do what, and the tokens by which the server knows them.
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"

#include "tests/conformance/conformance.h"
#include "tests/harness/eventually.h"

namespace leadership_broker::testing {
namespace {

using ::testing::HasSubstr;

class AccessTest : public ConformanceTest {
 protected:
  std::unique_ptr<AdminClient> As(const std::string& token) {
    return std::make_unique<AdminClient>(cluster_.Url(), cluster_.CaFile(), token);
  }
  // A client with the token of a new pod.
  std::unique_ptr<AdminClient> Candidate(const std::string& pod = "p") {
    return As(cluster_.IssueToken(namespace_, pod, UidOf(MakePod(pod))));
  }
  std::string TokenPath() const { return In("serviceaccounts") + "/candidate/token"; }
  HttpAnswer RequestToken(const Json& spec) { return admin_.Post(TokenPath(), {{"spec", spec}}); }
  // Of the middle part of a JWT.
  static Json ClaimsOf(const std::string& token) {
    const std::vector<std::string> parts = absl::StrSplit(token, '.');
    std::string claims;
    EXPECT_EQ(parts.size(), 3);
    EXPECT_TRUE(parts.size() == 3 && absl::WebSafeBase64Unescape(parts[1], &claims)) << token;
    return Json::parse(claims);
  }
  std::string Refusal(const std::string& verb, const std::string& resource) const {
    return "User \"system:serviceaccount:" + namespace_ + ":candidate\" cannot " + verb + " resource \"" + resource +
           "\" in API group \"\" in the namespace \"" + namespace_ + "\"";
  }
};

TEST_F(AccessTest, AnUnknownTokenIsUnauthorizedAndNoTokenIsForbidden) {
  const HttpAnswer unknown = As("garbage")->Get(ConfigMaps() + "/a");
  ExpectStatus(unknown, 401, "Unauthorized");
  EXPECT_EQ(unknown.body["message"], "Unauthorized");
  const HttpAnswer none = As("")->Get(ConfigMaps() + "/a");
  ExpectStatus(none, 403, "Forbidden");
  EXPECT_THAT(none.body["message"], HasSubstr("system:anonymous"));
}

// R11: the reason must name the verb and the resource, and the server says both.
TEST_F(AccessTest, ARefusalNamesVerbResourceAndNamespace) {
  const auto candidate = Candidate();
  const std::string config_map = ConfigMaps() + "/a";
  const auto expect_refused = [&](const HttpAnswer& answer, const std::string& verb, const std::string& resource,
                                  const std::string& object) {
    ExpectStatus(answer, 403, "Forbidden");
    EXPECT_EQ(answer.body["message"], object + " is forbidden: " + Refusal(verb, resource));
  };
  expect_refused(candidate->Get(config_map), "get", "configmaps", "configmaps \"a\"");
  expect_refused(candidate->Get(ConfigMaps()), "list", "configmaps", "configmaps");
  expect_refused(candidate->Get(ConfigMaps() + "?fieldSelector=metadata.name%3Da"), "list", "configmaps",
                 "configmaps \"a\"");
  expect_refused(candidate->Get(ConfigMaps() + "?watch=1&fieldSelector=metadata.name%3Da"), "watch", "configmaps",
                 "configmaps \"a\"");
  expect_refused(candidate->Post(ConfigMaps(), {{"metadata", {{"name", "a"}}}}), "create", "configmaps", "configmaps");
  expect_refused(candidate->Put(config_map, {{"metadata", {{"name", "a"}}}}), "update", "configmaps",
                 "configmaps \"a\"");
  expect_refused(candidate->Patch(config_map, Json::object()), "patch", "configmaps", "configmaps \"a\"");
  expect_refused(candidate->Delete(config_map), "delete", "configmaps", "configmaps \"a\"");
  expect_refused(candidate->Delete(Pods() + "/p"), "delete", "pods", "pods \"p\"");
  expect_refused(candidate->Patch(Pods() + "/p/status", Json::object()), "patch", "pods/status", "pods \"p\"");
  const HttpAnswer cluster_wide = candidate->Get("/api/v1/nodes/n");
  ExpectStatus(cluster_wide, 403, "Forbidden");
  EXPECT_THAT(cluster_wide.body["message"],
              HasSubstr("cannot get resource \"nodes\" in API group \"\" at the cluster scope"));
}

TEST_F(AccessTest, ResourceNamesAllowAListOrWatchOfThatNameOnly) {
  const auto candidate = Candidate();
  cluster_.SetRole(namespace_, {{"configmaps", {"get", "list", "watch", "delete"}, {"lock"}}});
  EXPECT_EQ(candidate->Get(ConfigMaps() + "/lock").status, 404);
  EXPECT_EQ(candidate->Get(ConfigMaps() + "/other").status, 403);
  EXPECT_EQ(candidate->Delete(ConfigMaps() + "/lock").status, 404);
  for (const std::string watch : {"", "watch=1&timeoutSeconds=1&"}) {
    const std::string path = ConfigMaps() + "?" + watch;
    EXPECT_EQ(candidate->Get(path + "fieldSelector=metadata.name%3Dlock").status, 200) << path;
    EXPECT_EQ(candidate->Get(path + "fieldSelector=metadata.name%3Dother").status, 403) << path;
    EXPECT_EQ(candidate->Get(path).status, 403) << path;
    EXPECT_EQ(candidate->Get(path + "labelSelector=a").status, 403) << path;
  }
}

TEST_F(AccessTest, ACreateCannotBeNarrowedToNames) {
  const auto candidate = Candidate();
  cluster_.SetRole(namespace_, {{"configmaps", {"create"}, {"lock"}}});
  EXPECT_EQ(candidate->Post(ConfigMaps(), {{"metadata", {{"name", "lock"}}}}).status, 403);
  cluster_.SetRole(namespace_, {{"configmaps", {"create"}, {}}});
  EXPECT_EQ(candidate->Post(ConfigMaps(), {{"metadata", {{"name", "lock"}}}}).status, 201);
}

TEST_F(AccessTest, RightsAreGivenAndTakenWhileATokenLives) {
  const auto candidate = Candidate();
  for (int round = 0; round < 2; ++round) {
    cluster_.SetRole(namespace_, {{"pods", {"get"}, {}}, {"configmaps", {"list"}, {}}});
    EXPECT_EQ(candidate->Get(Pods() + "/p").status, 200);
    EXPECT_EQ(candidate->Get(ConfigMaps()).status, 200);
    EXPECT_EQ(candidate->Get(Pods()).status, 403);
    cluster_.SetRole(namespace_, {});
    EXPECT_EQ(candidate->Get(Pods() + "/p").status, 403);
  }
}

// R8: a Node is in no namespace.
TEST_F(AccessTest, ARightAtTheClusterScopeIsGivenByAClusterRole) {
  const auto candidate = Candidate();
  const std::string node = MakeNode();
  const std::string by_name = "fieldSelector=metadata.name%3D" + node;
  EXPECT_EQ(candidate->Get("/api/v1/nodes?" + by_name).status, 403);
  // What a Role says of nodes says nothing.
  cluster_.SetRole(namespace_, {{"nodes", {"list"}, {}}});
  const HttpAnswer refused = candidate->Get("/api/v1/nodes?" + by_name);
  ExpectStatus(refused, 403, "Forbidden");
  EXPECT_THAT(refused.body["message"],
              HasSubstr("cannot list resource \"nodes\" in API group \"\" at the cluster scope"));
  cluster_.SetClusterRole(namespace_, {{"nodes", {"list", "watch"}, {}}});
  EXPECT_EQ(candidate->Get("/api/v1/nodes?" + by_name).status, 200);
  EXPECT_EQ(candidate->Get("/api/v1/nodes?watch=1&timeoutSeconds=1&" + by_name).status, 200);
  EXPECT_EQ(candidate->Get("/api/v1/nodes/" + node).status, 403);
  EXPECT_EQ(candidate->Get(ConfigMaps()).status, 403);
}

TEST_F(AccessTest, RightsEndAtTheNamespace) {
  const auto candidate = Candidate();
  const std::string elsewhere = cluster_.NewNamespace();
  cluster_.SetRole(namespace_, {{"configmaps", {"list"}, {}}});
  EXPECT_EQ(candidate->Get("/api/v1/namespaces/" + elsewhere + "/configmaps").status, 403);
  EXPECT_EQ(candidate->Get("/api/v1/configmaps").status, 403);
}

// KEP-1205 and KEP-4193.
TEST_F(AccessTest, ATokenSaysWhoseItIs) {
  const std::string node = MakeNode();
  const Json pod = MakePod("p", node);
  const HttpAnswer answer = RequestToken({{"expirationSeconds", 3600}, {"boundObjectRef", OwnerReference(pod)}});
  ASSERT_EQ(answer.status, 201) << answer.text;
  EXPECT_TRUE(answer.body["status"].contains("expirationTimestamp"));
  const Json claims = ClaimsOf(answer.body["status"]["token"]);
  EXPECT_EQ(claims["sub"], "system:serviceaccount:" + namespace_ + ":candidate");
  EXPECT_EQ(claims["exp"].get<int64_t>() - claims["iat"].get<int64_t>(), 3600);
  EXPECT_TRUE(claims["iss"].is_string());
  const Json& kubernetes = claims["kubernetes.io"];
  EXPECT_EQ(kubernetes["namespace"], namespace_);
  EXPECT_EQ(kubernetes["pod"], (Json{{"name", "p"}, {"uid", UidOf(pod)}}));
  EXPECT_EQ(kubernetes["node"], (Json{{"name", node}, {"uid", UidOf(admin_.Get("/api/v1/nodes/" + node).body)}}));
  EXPECT_EQ(kubernetes["serviceaccount"]["name"], "candidate");
  EXPECT_EQ(kubernetes["serviceaccount"]["uid"], UidOf(admin_.Get(In("serviceaccounts") + "/candidate").body));
}

TEST_F(AccessTest, ATokenBoundToNothingNamesNoPod) {
  const Json claims = ClaimsOf(RequestToken(Json::object()).body["status"]["token"]);
  EXPECT_FALSE(claims["kubernetes.io"].contains("pod"));
  EXPECT_EQ(claims["kubernetes.io"]["namespace"], namespace_);
}

TEST_F(AccessTest, ATokenIsIssuedOnlyForWhatThereIs) {
  Json pod = OwnerReference(MakePod("p"));
  pod["uid"] = "another";
  ExpectStatus(RequestToken({{"boundObjectRef", pod}}), 409, "Conflict");
  pod["name"] = "absent";
  ExpectStatus(RequestToken({{"boundObjectRef", pod}}), 404, "NotFound");
  ExpectStatus(RequestToken({{"expirationSeconds", 1}}), 422, "Invalid");
  ExpectStatus(admin_.Post(In("serviceaccounts") + "/nobody/token", {{"spec", Json::object()}}), 404, "NotFound");
}

// R9: what a broker concludes from 401. The real server remembers a token for up to ten seconds.
TEST_F(AccessTest, ATokenEndsWithItsPod) {
  const auto candidate = Candidate("ended");
  const auto other = Candidate("other");
  EXPECT_EQ(candidate->Get(ConfigMaps()).status, 403);
  admin_.Delete(Pods() + "/ended");
  // Another pod of that name does not help.
  MakePod("ended");
  EXPECT_TRUE(Eventually([&] { return candidate->Get(ConfigMaps()).status == 401; }));
  EXPECT_EQ(other->Get(ConfigMaps()).status, 403);
}

TEST_F(AccessTest, ATokenLivesAsLongAsItsPodIsBeingDeleted) {
  const auto candidate = As(cluster_.IssueToken(namespace_, "p", UidOf(MakePod("p", MakeNode()))));
  admin_.Delete(Pods() + "/p");
  EXPECT_EQ(candidate->Get(ConfigMaps()).status, 403);
}

TEST_F(AccessTest, RevokedTokensAreRefusedAndNewOnesAreNot) {
  const Json pod = MakePod("p");
  const auto before = As(cluster_.IssueToken(namespace_, "p", UidOf(pod)));
  cluster_.SetRole(namespace_, {{"configmaps", {"list"}, {}}});
  EXPECT_EQ(before->Get(ConfigMaps()).status, 200);
  cluster_.RevokeTokens(namespace_);
  EXPECT_EQ(before->Get(ConfigMaps()).status, 401);
  EXPECT_EQ(As(cluster_.IssueToken(namespace_, "p", UidOf(pod)))->Get(ConfigMaps()).status, 200);
}

}  // namespace
}  // namespace leadership_broker::testing
