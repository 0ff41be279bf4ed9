// Creating, replacing, patching and deleting ConfigMaps.
#include <string>
#include <vector>

#include "gmock/gmock.h"

#include "tests/conformance/conformance.h"

namespace leadership_broker::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

using WritesTest = ConformanceTest;

TEST_F(WritesTest, ACreateAnswersWithTheObjectAndWhatTheServerSet) {
  const HttpAnswer answer = admin_.Post(ConfigMaps(), {{"metadata", {{"name", "a"}, {"labels", {{"k", "v"}}}}}});
  EXPECT_EQ(answer.status, 201);
  EXPECT_EQ(answer.body["kind"], "ConfigMap");
  EXPECT_EQ(answer.body["apiVersion"], "v1");
  const Json& metadata = answer.body["metadata"];
  EXPECT_EQ(metadata["namespace"], namespace_);
  EXPECT_EQ(metadata["labels"]["k"], "v");
  EXPECT_EQ(metadata["uid"].get<std::string>().size(), 36);
  EXPECT_THAT(metadata["creationTimestamp"].get<std::string>(), ::testing::MatchesRegex("....-..-..T..:..:..Z"));
  EXPECT_GT(VersionOf(answer.body), 0);
}

TEST_F(WritesTest, TheServerSetsUidAndTimesItself) {
  const Json object = MakeConfigMap("a", {{"uid", "mine"}, {"deletionTimestamp", "2020-01-01T00:00:00Z"}});
  EXPECT_NE(UidOf(object), "mine");
  EXPECT_FALSE(object["metadata"].contains("deletionTimestamp"));
}

TEST_F(WritesTest, ACreateOfATakenNameIsAlreadyExists) {
  MakeConfigMap("a");
  const HttpAnswer answer = admin_.Post(ConfigMaps(), {{"metadata", {{"name", "a"}}}});
  ExpectStatus(answer, 409, "AlreadyExists");
  EXPECT_EQ(answer.body["message"], "configmaps \"a\" already exists");
  EXPECT_EQ(answer.body["details"], (Json{{"name", "a"}, {"kind", "configmaps"}}));
}

TEST_F(WritesTest, ANameIsTakenAsLongAsAFinalizerHoldsTheObject) {
  MakeConfigMap("a", {{"finalizers", {"example.com/hold"}}});
  EXPECT_EQ(admin_.Delete(ConfigMaps() + "/a").status, 200);
  const HttpAnswer answer = admin_.Post(ConfigMaps(), {{"metadata", {{"name", "a"}}}});
  ExpectStatus(answer, 409, "AlreadyExists");
  EXPECT_THAT(answer.body["message"], HasSubstr("object is being deleted"));
}

TEST_F(WritesTest, ACreateInAnUnknownNamespaceIsNotFoundNamingIt) {
  const HttpAnswer answer = admin_.Post("/api/v1/namespaces/nowhere/configmaps", {{"metadata", {{"name", "a"}}}});
  ExpectStatus(answer, 404, "NotFound");
  EXPECT_EQ(answer.body["message"], "namespaces \"nowhere\" not found");
  EXPECT_EQ(answer.body["details"]["kind"], "namespaces");
}

TEST_F(WritesTest, BadNamesAreInvalid) {
  const std::vector<std::string> bad = {"Upper", "under_score", "-dash", "dot.", "a..b", std::string(254, 'a')};
  for (const std::string& name : bad) {
    const HttpAnswer answer = admin_.Post(ConfigMaps(), {{"metadata", {{"name", name}}}});
    ExpectStatus(answer, 422, "Invalid");
    EXPECT_EQ(answer.body["details"]["causes"][0]["field"], "metadata.name") << name;
  }
  ExpectStatus(admin_.Post(ConfigMaps(), {{"metadata", Json::object()}}), 422, "Invalid");
  EXPECT_EQ(admin_.Post(ConfigMaps(), {{"metadata", {{"name", std::string(253, 'a')}}}}).status, 201);
  EXPECT_EQ(admin_.Post(ConfigMaps(), {{"metadata", {{"name", "a.b-c.d"}}}}).status, 201);
}

TEST_F(WritesTest, GenerateNameMakesAName) {
  const HttpAnswer answer = admin_.Post(ConfigMaps(), {{"metadata", {{"generateName", "x-"}}}});
  EXPECT_EQ(answer.status, 201);
  EXPECT_THAT(answer.body["metadata"]["name"].get<std::string>(), ::testing::MatchesRegex("x-....."));
}

TEST_F(WritesTest, OwnerReferencesAreValidated) {
  const Json whole = {{"apiVersion", "v1"}, {"kind", "Pod"}, {"name", "p"}, {"uid", "u"}};
  for (const std::string field : {"apiVersion", "kind", "name", "uid"}) {
    Json reference = whole;
    reference[field] = "";
    const Json metadata = {{"name", "a"}, {"ownerReferences", {reference}}};
    ExpectStatus(admin_.Post(ConfigMaps(), {{"metadata", metadata}}), 422, "Invalid");
  }
  Json first = whole;
  first["controller"] = true;
  Json second = first;
  second["uid"] = "w";
  const Json metadata = {{"name", "a"}, {"ownerReferences", {first, second}}};
  ExpectStatus(admin_.Post(ConfigMaps(), {{"metadata", metadata}}), 422, "Invalid");
}

TEST_F(WritesTest, WhatIsNoConfigMapIsRefused) {
  ExpectStatus(admin_.Send("POST", ConfigMaps(), "{garbage", "application/json"), 400, "BadRequest");
  ExpectStatus(admin_.Send("POST", ConfigMaps(), "{}", "text/plain"), 415, "UnsupportedMediaType");
  ExpectStatus(admin_.Post(ConfigMaps(), {{"kind", "Pod"}, {"apiVersion", "v1"}, {"metadata", {{"name", "a"}}}}), 400,
               "BadRequest");
  ExpectStatus(admin_.Post(ConfigMaps(), {{"metadata", {{"name", "a"}, {"namespace", "default"}}}}), 400, "BadRequest");
  EXPECT_EQ(admin_.Post(ConfigMaps(), {{"metadata", {{"name", "a"}, {"resourceVersion", "1"}}}}).status, 500);
  EXPECT_FALSE(Exists(ConfigMaps() + "/a"));
}

TEST_F(WritesTest, APutOfAnOldVersionIsAConflict) {
  const Json first = MakeConfigMap("a");
  Json changed = first;
  changed["data"] = {{"k", "1"}};
  const HttpAnswer answer = admin_.Put(ConfigMaps() + "/a", changed);
  EXPECT_EQ(answer.status, 200) << answer.text;
  EXPECT_GT(VersionOf(answer.body), VersionOf(first));
  changed["data"] = {{"k", "2"}};
  const HttpAnswer late = admin_.Put(ConfigMaps() + "/a", changed);
  ExpectStatus(late, 409, "Conflict");
  EXPECT_THAT(late.body["message"], HasSubstr("the object has been modified"));
  EXPECT_EQ(admin_.Get(ConfigMaps() + "/a").body["data"]["k"], "1");
}

TEST_F(WritesTest, APutWithoutAVersionOverwritesAndOneOfAnotherUidDoesNot) {
  const Json first = MakeConfigMap("a");
  const HttpAnswer answer = admin_.Put(ConfigMaps() + "/a", {{"metadata", {{"name", "a"}}}, {"data", {{"k", "v"}}}});
  EXPECT_EQ(answer.status, 200) << answer.text;
  EXPECT_EQ(UidOf(answer.body), UidOf(first));
  ExpectStatus(admin_.Put(ConfigMaps() + "/a", {{"metadata", {{"name", "a"}, {"uid", "another"}}}}), 409, "Conflict");
  ExpectStatus(admin_.Put(ConfigMaps() + "/a", {{"metadata", {{"name", "b"}}}}), 400, "BadRequest");
  ExpectStatus(admin_.Put(ConfigMaps() + "/b", {{"metadata", {{"name", "b"}}}}), 404, "NotFound");
}

TEST_F(WritesTest, AWriteThatChangesNothingKeepsTheVersion) {
  const Json first = MakeConfigMap("a", {{"labels", {{"k", "v"}}}});
  EXPECT_EQ(VersionOf(admin_.Patch(ConfigMaps() + "/a", {{"metadata", {{"labels", {{"k", "v"}}}}}}).body),
            VersionOf(first));
  EXPECT_EQ(VersionOf(admin_.Put(ConfigMaps() + "/a", first).body), VersionOf(first));
}

// R6. A uid alone is refused as an immutable field, not as a conflict; a stale version, which a wrong uid always brings
// along, is one.
TEST_F(WritesTest, APatchIsBoundToTheVersionAndUidThatItNames) {
  const Json first = MakeConfigMap("a");
  const std::string path = ConfigMaps() + "/a";
  const auto patch = [&](Json metadata) {
    metadata["annotations"]["k"] = "v";
    return admin_.Patch(path, {{"metadata", std::move(metadata)}});
  };
  const HttpAnswer stale = patch({{"resourceVersion", "1"}});
  ExpectStatus(stale, 409, "Conflict");
  EXPECT_THAT(stale.body["message"], HasSubstr("the object has been modified"));
  ExpectStatus(patch({{"uid", "another"}}), 422, "Invalid");
  ExpectStatus(patch({{"uid", "another"}, {"resourceVersion", "1"}}), 409, "Conflict");
  EXPECT_FALSE(admin_.Get(path).body["metadata"].contains("annotations"));
  const HttpAnswer good = patch({{"uid", UidOf(first)}, {"resourceVersion", first["metadata"]["resourceVersion"]}});
  EXPECT_EQ(good.status, 200) << good.text;
  EXPECT_EQ(good.body["metadata"]["annotations"]["k"], "v");
  EXPECT_GT(VersionOf(good.body), VersionOf(first));
}

TEST_F(WritesTest, APatchRemovesByNullAndCannotRenameOrBringBack) {
  MakeConfigMap("a", {{"labels", {{"k", "v"}, {"l", "w"}}}});
  const std::string path = ConfigMaps() + "/a";
  const HttpAnswer answer = admin_.Patch(path, {{"metadata", {{"labels", {{"k", nullptr}}}}}});
  EXPECT_EQ(answer.body["metadata"]["labels"], (Json{{"l", "w"}}));
  ExpectStatus(admin_.Patch(path, {{"metadata", {{"name", "b"}}}}), 400, "BadRequest");
  ExpectStatus(admin_.Patch(ConfigMaps() + "/b", {{"metadata", {{"labels", {{"k", "v"}}}}}}), 404, "NotFound");
  ExpectStatus(admin_.Patch(path, {{"metadata", {{"deletionTimestamp", "2020-01-01T00:00:00Z"}}}}), 422, "Invalid");
  ExpectStatus(admin_.Patch(path, {{"metadata", {{"labels", {{"k", "not a value"}}}}}}), 422, "Invalid");
  EXPECT_EQ(admin_.Send("PATCH", path, "{}", "application/json").status, 415);
  ExpectStatus(admin_.Send("PATCH", path, "{garbage", "application/merge-patch+json"), 400, "BadRequest");
}

TEST_F(WritesTest, ADeletionNamesWhatWent) {
  const Json object = MakeConfigMap("a");
  const HttpAnswer answer = admin_.Delete(ConfigMaps() + "/a", {{"propagationPolicy", "Background"}});
  EXPECT_EQ(answer.status, 200) << answer.text;
  EXPECT_EQ(answer.body["kind"], "Status");
  EXPECT_EQ(answer.body["status"], "Success");
  EXPECT_EQ(answer.body["details"], (Json{{"name", "a"}, {"kind", "configmaps"}, {"uid", UidOf(object)}}));
  const HttpAnswer again = admin_.Delete(ConfigMaps() + "/a");
  ExpectStatus(again, 404, "NotFound");
  EXPECT_EQ(again.body["message"], "configmaps \"a\" not found");
}

// R6.
TEST_F(WritesTest, ADeletionWhosePreconditionFailsIsAConflictNamingBothValues) {
  const Json object = MakeConfigMap("a");
  const std::string path = ConfigMaps() + "/a";
  const std::string version = object["metadata"]["resourceVersion"];
  const HttpAnswer other_uid = admin_.Delete(path, {{"preconditions", {{"uid", "another"}}}});
  ExpectStatus(other_uid, 409, "Conflict");
  EXPECT_THAT(
      other_uid.body["message"],
      HasSubstr("the UID in the precondition (another) does not match the UID in record (" + UidOf(object) + ")"));
  const HttpAnswer other_version = admin_.Delete(path, {{"preconditions", {{"resourceVersion", "1"}}}});
  ExpectStatus(other_version, 409, "Conflict");
  EXPECT_THAT(other_version.body["message"],
              HasSubstr("the ResourceVersion in the precondition (1) does not match the ResourceVersion in record (" +
                        version + ")"));
  EXPECT_TRUE(Exists(path));
  const Json both = {{"uid", UidOf(object)}, {"resourceVersion", version}};
  EXPECT_EQ(admin_.Delete(path, {{"preconditions", both}}).status, 200);
  EXPECT_FALSE(Exists(path));
}

TEST_F(WritesTest, DeleteOptionsAreChecked) {
  MakeConfigMap("a");
  const std::string path = ConfigMaps() + "/a";
  ExpectStatus(admin_.Delete(path, {{"propagationPolicy", "Sometimes"}}), 422, "Invalid");
  ExpectStatus(admin_.Delete(path, {{"gracePeriodSeconds", "3"}}), 400, "BadRequest");
  ExpectStatus(admin_.Send("DELETE", path, "{garbage", "application/json"), 400, "BadRequest");
  EXPECT_TRUE(Exists(path));
  EXPECT_EQ(admin_.Send("DELETE", path, "", "").status, 200);
}

TEST_F(WritesTest, AFinalizerHoldsADeletedObjectAndTheLastOneLetsItGo) {
  MakeConfigMap("a", {{"finalizers", {"example.com/hold"}}});
  const std::string path = ConfigMaps() + "/a";
  const HttpAnswer deleted = admin_.Delete(path);
  EXPECT_EQ(deleted.status, 200);
  EXPECT_EQ(deleted.body["kind"], "ConfigMap");
  EXPECT_TRUE(deleted.body["metadata"].contains("deletionTimestamp"));
  EXPECT_EQ(deleted.body["metadata"]["deletionGracePeriodSeconds"], 0);
  EXPECT_TRUE(Exists(path));
  ExpectStatus(admin_.Patch(path, {{"metadata", {{"finalizers", {"example.com/hold", "example.com/more"}}}}}), 422,
               "Invalid");
  EXPECT_EQ(VersionOf(admin_.Delete(path).body), VersionOf(deleted.body));
  const HttpAnswer let_go = admin_.Patch(path, {{"metadata", {{"finalizers", nullptr}}}});
  EXPECT_EQ(let_go.status, 200) << let_go.text;
  EXPECT_THAT(let_go.body["metadata"], Not(::testing::Contains("finalizers")));
  EXPECT_FALSE(Exists(path));
}

TEST_F(WritesTest, UnknownPathsAndMethodsAreRefused) {
  const HttpAnswer unknown = admin_.Get(In("nosuchthings"));
  ExpectStatus(unknown, 404, "NotFound");
  // A real 404 of an object names it in its details; this one does not.
  EXPECT_FALSE(unknown.body["details"].contains("name"));
  MakeConfigMap("a");
  ExpectStatus(admin_.Post(ConfigMaps() + "/a", Json::object()), 405, "MethodNotAllowed");
}

}  // namespace
}  // namespace leadership_broker::testing
