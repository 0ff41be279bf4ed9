// deploy/admission/lock-removal.yaml: who may remove a lock, in each of a namespace's choices; and that what has to go
// goes.
#include "tests/control_plane/admission/protected_namespace.h"
#include "tests/harness/child_process.h"
#include "tests/harness/eventually.h"

namespace leadership_broker::testing {
namespace {

using Json = nlohmann::json;

constexpr char kByHand[] = "nobody removes it by hand";
constexpr char kHolderAlone[] = "the pod that holds it alone may remove it";

class LockRemovalTest : public ::testing::Test {
 protected:
  explicit LockRemovalTest(const std::string& removal) : place_(removal) { place_.MakeLock(holder_); }

  HttpAnswer RemoveAs(const TestPod& pod) { return place_.As(pod)->Delete(place_.LockPath()); }
  bool Gone() {
    return Eventually([&] { return place_.Lock().is_null(); });
  }
  // By the collector, under the name that each of its identities has.
  void ExpectTheCollectorAndTheNamespaceControllerMayRemoveIt() {
    for (const char* name :
         {"system:serviceaccount:kube-system:generic-garbage-collector", "system:kube-controller-manager",
          "system:serviceaccount:kube-system:namespace-controller"}) {
      EXPECT_EQ(place_.AsPerson(name)->Delete(place_.LockPath(), {{"dryRun", {"All"}}}).status, 200) << name;
    }
  }

  ProtectedNamespace place_;
  TestPod holder_{&place_.cluster(), place_.name(), "holder", {kLock}};
  const TestPod other_{&place_.cluster(), place_.name(), "other", {kLock}};
};

// The namespace says nothing of removal.
class LockRemovalByRbacTest : public LockRemovalTest {
 protected:
  LockRemovalByRbacTest() : LockRemovalTest("") {}
};

TEST_F(LockRemovalByRbacTest, AStandbyMayRemoveIt) { EXPECT_EQ(RemoveAs(other_).status, 200); }

TEST_F(LockRemovalByRbacTest, APersonMayRemoveIt) { EXPECT_EQ(place_.admin().Delete(place_.LockPath()).status, 200); }

TEST_F(LockRemovalByRbacTest, ADeletedPodsLockIsCollected) {
  holder_.DeleteByForce();
  EXPECT_TRUE(Gone());
}

TEST_F(LockRemovalByRbacTest, APodDeletedInTheForegroundGoesAndItsLockBeforeIt) {
  holder_.DeleteForeground();
  EXPECT_TRUE(Gone());
  EXPECT_TRUE(Eventually([&] { return !holder_.Exists(); }));
}

TEST_F(LockRemovalByRbacTest, APodWhoseLockIsOrphanedGoes) {
  holder_.DeleteOrphaning();
  EXPECT_TRUE(Eventually([&] { return !holder_.Exists(); }));
  const Json lock = place_.Lock();
  ASSERT_FALSE(lock.is_null());
  EXPECT_FALSE(lock["metadata"].contains("ownerReferences"));
}

class LockRemovalByAnyPodTest : public LockRemovalTest {
 protected:
  LockRemovalByAnyPodTest() : LockRemovalTest("any-pod") {}
};

TEST_F(LockRemovalByAnyPodTest, TheHolderMayRemoveIt) { EXPECT_EQ(RemoveAs(holder_).status, 200); }

TEST_F(LockRemovalByAnyPodTest, AStandbyMayRemoveIt) { EXPECT_EQ(RemoveAs(other_).status, 200); }

TEST_F(LockRemovalByAnyPodTest, NobodyRemovesItByHand) {
  ExpectDenied(place_.admin().Delete(place_.LockPath()), "End the leader's pod instead, holder");
  ExpectDenied(place_.AsUnbound()->Delete(place_.LockPath()), kByHand);
}

TEST_F(LockRemovalByAnyPodTest, TheBreakGlassGroupMayRemoveIt) {
  EXPECT_EQ(place_.AsPerson("alice", {kBreakGlass})->Delete(place_.LockPath()).status, 200);
}

TEST_F(LockRemovalByAnyPodTest, TheControllersMayRemoveIt) { ExpectTheCollectorAndTheNamespaceControllerMayRemoveIt(); }

class LockRemovalByTheHolderTest : public LockRemovalTest {
 protected:
  LockRemovalByTheHolderTest() : LockRemovalTest("own-pod") {}
};

TEST_F(LockRemovalByTheHolderTest, TheHolderMayRemoveIt) { EXPECT_EQ(RemoveAs(holder_).status, 200); }

TEST_F(LockRemovalByTheHolderTest, NoStandbyRemovesIt) { ExpectDenied(RemoveAs(other_), kHolderAlone); }

TEST_F(LockRemovalByTheHolderTest, NobodyRemovesItByHand) {
  ExpectDenied(place_.admin().Delete(place_.LockPath()), kByHand);
  ExpectDenied(place_.AsUnbound()->Delete(place_.LockPath()), kByHand);
}

TEST_F(LockRemovalByTheHolderTest, NorWithNoGracePeriodNorInTheForegroundNorOrphaning) {
  ExpectDenied(place_.admin().Delete(place_.LockPath(), {{"gracePeriodSeconds", 0}}), kByHand);
  ExpectDenied(place_.admin().Delete(place_.LockPath(), {{"propagationPolicy", "Foreground"}}), kByHand);
  ExpectDenied(place_.admin().Delete(place_.LockPath(), {{"propagationPolicy", "Orphan"}}), kByHand);
}

// The request names none of them.
TEST_F(LockRemovalByTheHolderTest, NobodyRemovesItWithAllConfigMapsOfTheNamespace) {
  ExpectDenied(place_.admin().Delete(place_.Locks()), kByHand);
  ExpectDenied(place_.admin().Delete(place_.Locks() + "?fieldSelector=metadata.name%3D" + kLock), kByHand);
  const Json lock = place_.Lock();
  ASSERT_FALSE(lock.is_null());
  EXPECT_FALSE(lock["metadata"].contains("deletionTimestamp"));
}

TEST_F(LockRemovalByTheHolderTest, TheBreakGlassGroupMayRemoveIt) {
  EXPECT_EQ(place_.AsPerson("alice", {kBreakGlass})->Delete(place_.LockPath()).status, 200);
}

// With the command that docs/security.md gives.
TEST_F(LockRemovalByTheHolderTest, TheBreakGlassGroupMayRemoveItByKubectl) {
  const ScratchDir scratch;
  const RealCluster& cluster = place_.cluster();
  const Finished finished =
      RunProgram({cluster.Binaries() + "/kubectl", "--kubeconfig=" + cluster.Kubeconfig(),
                  "--cache-dir=" + scratch.path(), "delete", "configmap", kLock, "--namespace=" + place_.name(),
                  "--as=alice", "--as-group=system:masters", std::string("--as-group=") + kBreakGlass},
                 kPatience);
  EXPECT_EQ(finished.exit_code, 0) << finished.output;
  EXPECT_TRUE(place_.Lock().is_null());
}

TEST_F(LockRemovalByTheHolderTest, TheControllersMayRemoveIt) {
  ExpectTheCollectorAndTheNamespaceControllerMayRemoveIt();
}

TEST_F(LockRemovalByTheHolderTest, ADeletedPodsLockIsCollected) {
  holder_.DeleteByForce();
  EXPECT_TRUE(Gone());
}

TEST_F(LockRemovalByTheHolderTest, APodDeletedInTheForegroundGoesAndItsLockBeforeIt) {
  holder_.DeleteForeground();
  EXPECT_TRUE(Gone());
  EXPECT_TRUE(Eventually([&] { return !holder_.Exists(); }));
}

// Nobody holds it any more, and the collector does not know it: a person has to.
TEST_F(LockRemovalByTheHolderTest, AnOrphanedLockIsLeftToTheBreakGlassGroup) {
  holder_.DeleteOrphaning();
  EXPECT_TRUE(Eventually([&] { return !holder_.Exists(); }));
  ExpectDenied(RemoveAs(other_), kHolderAlone);
  ExpectDenied(place_.admin().Delete(place_.LockPath()), kByHand);
  EXPECT_EQ(place_.AsPerson("alice", {kBreakGlass})->Delete(place_.LockPath()).status, 200);
}

TEST_F(LockRemovalByTheHolderTest, ANamespaceWithAHeldLockIsDeleted) {
  const std::string path = "/api/v1/namespaces/" + place_.name();
  ASSERT_EQ(place_.admin().Delete(path).status, 200);
  EXPECT_TRUE(Eventually([&] { return place_.admin().Get(path).status == 404; }));
}

TEST_F(LockRemovalByTheHolderTest, OtherConfigMapsAreUntouched) {
  ASSERT_EQ(place_.admin().Post(place_.Locks(), {{"metadata", {{"name", "settings"}}}}).status, 201);
  EXPECT_EQ(place_.AsUnbound()->Delete(place_.Locks() + "/settings").status, 200);
}

class LockRemovalMisspeltTest : public LockRemovalTest {
 protected:
  LockRemovalMisspeltTest() : LockRemovalTest("any-pods") {}
};

TEST_F(LockRemovalMisspeltTest, AnUnknownChoiceIsTheStrictest) {
  ExpectDenied(RemoveAs(other_), kHolderAlone);
  ExpectDenied(place_.admin().Delete(place_.LockPath()), kByHand);
}

}  // namespace
}  // namespace leadership_broker::testing
