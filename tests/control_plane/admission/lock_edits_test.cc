// deploy/admission/lock-edits.yaml: who holds a lock is never edited.
#include "tests/control_plane/admission/protected_namespace.h"

namespace leadership_broker::testing {
namespace {

using Json = nlohmann::json;

constexpr char kOwnerFixed[] = "its owner, the pod that leads, cannot be changed";
constexpr char kWordsFixed[] = "what the brokers have written into it cannot be changed: annotation leadership-broker/";
constexpr char kReleasedOnce[] = "leadership-broker/released is written once, by a broker with its own pod's token";

class LockEditsTest : public ::testing::Test {
 protected:
  explicit LockEditsTest(const std::string& removal = "") : place_(removal) { lock_ = place_.MakeLock(holder_); }

  HttpAnswer Patch(AdminClient& client, const Json& patch) { return client.Patch(place_.LockPath(), patch); }
  HttpAnswer AnnotateAs(const TestPod& pod, const std::string& key, const Json& value) {
    return Patch(*place_.As(pod), Annotate(key, value));
  }
  Json OwnedBy(const std::vector<Json>& owners) { return {{"metadata", {{"ownerReferences", owners}}}}; }

  ProtectedNamespace place_;
  const TestPod holder_{&place_.cluster(), place_.name(), "holder"};
  const TestPod other_{&place_.cluster(), place_.name(), "other"};
  Json lock_;
};

TEST_F(LockEditsTest, TheOwnerIsNotChangedByAnUpdate) {
  lock_["metadata"]["ownerReferences"] = Json::array({OwnerReference(other_)});
  ExpectDenied(place_.As(other_)->Put(place_.LockPath(), lock_), kOwnerFixed);
}

TEST_F(LockEditsTest, TheOwnerIsNotChangedByAMergePatch) {
  ExpectDenied(Patch(*place_.As(other_), OwnedBy({OwnerReference(other_)})), kOwnerFixed);
}

TEST_F(LockEditsTest, TheOwnerIsNotChangedByAStrategicMergePatch) {
  ExpectDenied(place_.As(other_)->Send("PATCH", place_.LockPath(), OwnedBy({OwnerReference(other_)}).dump(),
                                       "application/strategic-merge-patch+json"),
               kOwnerFixed);
}

TEST_F(LockEditsTest, TheOwnerIsNotChangedByAJsonPatch) {
  const Json patch =
      Json::array({{{"op", "replace"}, {"path", "/metadata/ownerReferences/0/uid"}, {"value", other_.uid()}}});
  ExpectDenied(place_.As(other_)->Send("PATCH", place_.LockPath(), patch.dump(), "application/json-patch+json"),
               kOwnerFixed);
}

TEST_F(LockEditsTest, NoOwnerIsAddedByServerSideApply) {
  Json apply = LockOwnedBy({OwnerReference(other_)});
  apply["metadata"].erase("annotations");
  ExpectDenied(place_.As(other_)->Send("PATCH", place_.LockPath() + "?fieldManager=a-test&force=true", apply.dump(),
                                       "application/apply-patch+yaml"),
               kOwnerFixed);
}

TEST_F(LockEditsTest, TheOwnerIsNotTakenOff) {
  ExpectDenied(Patch(place_.admin(), {{"metadata", {{"ownerReferences", nullptr}}}}), kOwnerFixed);
}

TEST_F(LockEditsTest, TheOwnersNameIsNotChanged) {
  Json owner = OwnerReference(holder_);
  owner["name"] = "other";
  ExpectDenied(Patch(place_.admin(), OwnedBy({owner})), kOwnerFixed);
}

TEST_F(LockEditsTest, NotEvenByTheHolder) {
  ExpectDenied(Patch(*place_.As(holder_), OwnedBy({OwnerReference(other_)})), kOwnerFixed);
}

TEST_F(LockEditsTest, NotByTheBreakGlassGroup) {
  ExpectDenied(Patch(*place_.AsPerson("alice", {kBreakGlass}), OwnedBy({OwnerReference(other_)})), kOwnerFixed);
}

// The API server's own rule.
TEST_F(LockEditsTest, ALockIsNotRenamed) {
  lock_["metadata"]["name"] = "settings";
  EXPECT_EQ(place_.admin().Put(place_.LockPath(), lock_).status, 400);
  EXPECT_EQ(Patch(place_.admin(), {{"metadata", {{"name", "settings"}}}}).status, 400);
}

TEST_F(LockEditsTest, NothingElseIsRenamedIntoALock) {
  const HttpAnswer made = place_.admin().Post(place_.Locks(), {{"metadata", {{"name", "settings"}}}});
  ASSERT_EQ(made.status, 201);
  EXPECT_EQ(place_.admin().Patch(place_.Locks() + "/settings", {{"metadata", {{"name", kLock}}}}).status, 400);
}

TEST_F(LockEditsTest, TheHoldersUidIsNotChanged) {
  ExpectDenied(AnnotateAs(other_, "leadership-broker/holder-uid", other_.uid()),
               std::string(kWordsFixed) + "holder-uid");
}

TEST_F(LockEditsTest, TheHoldersUidIsNotTakenOff) {
  ExpectDenied(AnnotateAs(holder_, "leadership-broker/holder-uid", nullptr), std::string(kWordsFixed) + "holder-uid");
}

TEST_F(LockEditsTest, TheHoldersNameIsNotChanged) {
  ExpectDenied(Patch(place_.admin(), Annotate("leadership-broker/holder-name", "other")),
               std::string(kWordsFixed) + "holder-name");
}

// By a smaller one a standby would take over from a leader that has not fenced itself yet.
TEST_F(LockEditsTest, TheUnverifiedLimitIsNotChanged) {
  ExpectDenied(AnnotateAs(other_, "leadership-broker/unverified-limit", "1ms"),
               std::string(kWordsFixed) + "unverified-limit");
}

TEST_F(LockEditsTest, NoAnnotationOfTheBrokersIsAdded) {
  ExpectDenied(Patch(place_.admin(), Annotate("leadership-broker/node", "elsewhere")),
               std::string(kWordsFixed) + "node");
}

TEST_F(LockEditsTest, NoFinalizerIsAdded) {
  ExpectDenied(Patch(place_.admin(), {{"metadata", {{"finalizers", Json::array({"example.com/stays"})}}}}),
               "with a finalizer it would outlive the pod");
}

TEST_F(LockEditsTest, OtherAnnotationsLabelsAndDataMayBeEdited) {
  EXPECT_EQ(Patch(place_.admin(), Annotate("example.com/note", "mine")).status, 200);
  EXPECT_EQ(Patch(*place_.As(other_), {{"metadata", {{"labels", {{"team", "a"}}}}}, {"data", {{"a", "b"}}}}).status,
            200);
  EXPECT_EQ(Patch(place_.admin(), Annotate("example.com/note", nullptr)).status, 200);
}

TEST_F(LockEditsTest, TheHolderMarksItAsReleased) {
  EXPECT_EQ(AnnotateAs(holder_, kReleased, holder_.uid()).status, 200);
}

// R8: a standby that has ended an unreachable leader's pod.
TEST_F(LockEditsTest, AnotherPodMarksItAsReleasedByTheHolder) {
  EXPECT_EQ(AnnotateAs(other_, kReleased, holder_.uid()).status, 200);
}

// Nobody would wait for the holder's app to stop.
TEST_F(LockEditsTest, NoOtherPodMarksALockThatHasNoUnverifiedLimit) {
  ASSERT_EQ(place_.As(holder_)->Delete(place_.LockPath()).status, 200);
  Json lock = LockOwnedBy({OwnerReference(holder_)});
  lock["metadata"]["annotations"].erase("leadership-broker/unverified-limit");
  ASSERT_EQ(place_.As(holder_)->Post(place_.Locks(), lock).status, 201);
  ExpectDenied(AnnotateAs(other_, kReleased, holder_.uid()), "may where the lock has an unverified-limit");
  EXPECT_EQ(AnnotateAs(holder_, kReleased, holder_.uid()).status, 200);
}

TEST_F(LockEditsTest, NoPersonMarksItAsReleased) {
  ExpectDenied(Patch(place_.admin(), Annotate(kReleased, holder_.uid())), kReleasedOnce);
  ExpectDenied(Patch(*place_.AsUnbound(), Annotate(kReleased, holder_.uid())), kReleasedOnce);
}

TEST_F(LockEditsTest, ItIsNotMarkedAsReleasedBySomebodyElse) {
  ExpectDenied(AnnotateAs(other_, kReleased, other_.uid()), kReleasedOnce);
}

TEST_F(LockEditsTest, AMarkIsNotTakenBack) {
  ASSERT_EQ(AnnotateAs(holder_, kReleased, holder_.uid()).status, 200);
  ExpectDenied(AnnotateAs(holder_, kReleased, nullptr), kReleasedOnce);
  ExpectDenied(AnnotateAs(holder_, kReleased, "nobody"), kReleasedOnce);
}

// With --cascade=orphan, under either of its names.
TEST_F(LockEditsTest, TheGarbageCollectorTakesTheOwnerOff) {
  const std::string dry_run = place_.LockPath() + "?dryRun=All";
  const Json patch = {{"metadata", {{"ownerReferences", nullptr}}}};
  for (const char* name :
       {"system:serviceaccount:kube-system:generic-garbage-collector", "system:kube-controller-manager"}) {
    EXPECT_EQ(place_.AsPerson(name)->Patch(dry_run, patch).status, 200) << name;
  }
  ExpectDenied(place_.AsPerson("system:serviceaccount:kube-system:namespace-controller")->Patch(dry_run, patch),
               kOwnerFixed);
  ExpectDenied(
      place_.AsPerson("system:serviceaccount:" + place_.name() + ":generic-garbage-collector")->Patch(dry_run, patch),
      kOwnerFixed);
}

TEST_F(LockEditsTest, OtherConfigMapsAreUntouched) {
  const std::string settings = place_.Locks() + "/settings";
  ASSERT_EQ(place_.admin().Post(place_.Locks(), {{"metadata", {{"name", "settings"}}}}).status, 201);
  EXPECT_EQ(place_.admin().Patch(settings, OwnedBy({OwnerReference(other_)})).status, 200);
  EXPECT_EQ(place_.admin().Patch(settings, Annotate("leadership-broker/holder-uid", "x")).status, 200);
}

class LockEditsWhereTheHolderAloneRemovesTest : public LockEditsTest {
 protected:
  LockEditsWhereTheHolderAloneRemovesTest() : LockEditsTest("own-pod") {}
};

TEST_F(LockEditsWhereTheHolderAloneRemovesTest, TheHolderMarksItAsReleased) {
  EXPECT_EQ(AnnotateAs(holder_, kReleased, holder_.uid()).status, 200);
}

TEST_F(LockEditsWhereTheHolderAloneRemovesTest, NoOtherPodMarksItAsReleased) {
  ExpectDenied(AnnotateAs(other_, kReleased, holder_.uid()), "in this namespace the holder alone may");
}

}  // namespace
}  // namespace leadership_broker::testing
