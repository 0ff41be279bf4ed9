// deploy/admission/lock-creation.yaml: a lock is made by the pod that it names, and by nobody else.
#include "tests/control_plane/admission/protected_namespace.h"
#include "tests/harness/eventually.h"

namespace leadership_broker::testing {
namespace {

using Json = nlohmann::json;

class LockCreationTest : public ::testing::Test {
 protected:
  ProtectedNamespace place_;
  RealCluster& cluster_ = place_.cluster();
  const TestPod pod_{&cluster_, place_.name(), "pod"};
  const TestPod other_{&cluster_, place_.name(), "other"};
};

TEST_F(LockCreationTest, APodMakesALockInItsOwnName) {
  EXPECT_EQ(place_.As(pod_)->Post(place_.Locks(), LockOwnedBy({OwnerReference(pod_)})).status, 201);
}

TEST_F(LockCreationTest, APodMakesALockWithoutAnnotationsAsOperatorLibDoes) {
  Json lock = LockOwnedBy({OwnerReference(pod_)});
  lock["metadata"].erase("annotations");
  EXPECT_EQ(place_.As(pod_)->Post(place_.Locks(), lock).status, 201);
}

TEST_F(LockCreationTest, APodMakesALockByServerSideApply) {
  const std::string path = place_.LockPath() + "?fieldManager=a-test";
  const HttpAnswer answer =
      place_.As(pod_)->Send("PATCH", path, LockOwnedBy({OwnerReference(pod_)}).dump(), "application/apply-patch+yaml");
  EXPECT_EQ(answer.status, 201) << answer.text;
}

TEST_F(LockCreationTest, NotInAnotherPodsName) {
  ExpectDenied(place_.As(pod_)->Post(place_.Locks(), LockOwnedBy({OwnerReference(other_)})),
               "in its own name only, not in that of other (" + other_.uid() + ")");
}

TEST_F(LockCreationTest, NotInAnotherPodsNameByServerSideApply) {
  const std::string path = place_.LockPath() + "?fieldManager=a-test&force=true";
  ExpectDenied(place_.As(pod_)->Send("PATCH", path, LockOwnedBy({OwnerReference(other_)}).dump(),
                                     "application/apply-patch+yaml"),
               "in its own name only");
}

TEST_F(LockCreationTest, NotWithItsUidUnderAnotherName) {
  Json owner = OwnerReference(pod_);
  owner["name"] = "other";
  ExpectDenied(place_.As(pod_)->Post(place_.Locks(), LockOwnedBy({owner})),
               "in its own name only, not in that of other");
}

// As a StatefulSet's pod and its predecessor share one.
TEST_F(LockCreationTest, NotInTheNameOfAnEarlierPodOfItsName) {
  Json owner = OwnerReference(pod_);
  owner["uid"] = other_.uid();
  ExpectDenied(place_.As(pod_)->Post(place_.Locks(), LockOwnedBy({owner})), "in its own name only, not in that of pod");
}

TEST_F(LockCreationTest, NotWithoutAnOwner) {
  ExpectDenied(place_.As(pod_)->Post(place_.Locks(), LockOwnedBy({})),
               "has to have one owner, the Pod that makes it, and has 0");
}

TEST_F(LockCreationTest, NotWithTwoOwners) {
  ExpectDenied(place_.As(pod_)->Post(place_.Locks(), LockOwnedBy({OwnerReference(pod_), OwnerReference(other_)})),
               "one owner, the Pod that makes it, and has 2");
}

TEST_F(LockCreationTest, NotWithAnOwnerOfAnotherKind) {
  Json owner = OwnerReference(pod_);
  owner["kind"] = "ConfigMap";
  ExpectDenied(place_.As(pod_)->Post(place_.Locks(), LockOwnedBy({owner})), "and has 1 of another kind, ConfigMap");
}

TEST_F(LockCreationTest, NotWithAnotherPodsUidInItsAnnotation) {
  Json lock = LockOwnedBy({OwnerReference(pod_)});
  lock["metadata"]["annotations"]["leadership-broker/holder-uid"] = other_.uid();
  ExpectDenied(place_.As(pod_)->Post(place_.Locks(), lock),
               "have to name the pod that makes it, pod (" + pod_.uid() + ")");
}

TEST_F(LockCreationTest, NotWithAnotherPodsNameInItsAnnotation) {
  Json lock = LockOwnedBy({OwnerReference(pod_)});
  lock["metadata"]["annotations"]["leadership-broker/holder-name"] = "other";
  ExpectDenied(place_.As(pod_)->Post(place_.Locks(), lock), "have to name the pod that makes it");
}

TEST_F(LockCreationTest, NotAlreadyReleased) {
  Json lock = LockOwnedBy({OwnerReference(pod_)});
  lock["metadata"]["annotations"][kReleased] = pod_.uid();
  ExpectDenied(place_.As(pod_)->Post(place_.Locks(), lock), "cannot be released already");
}

TEST_F(LockCreationTest, NotWithAFinalizer) {
  Json lock = LockOwnedBy({OwnerReference(pod_)});
  lock["metadata"]["finalizers"] = Json::array({"example.com/stays"});
  ExpectDenied(place_.As(pod_)->Post(place_.Locks(), lock), "with a finalizer it would outlive the pod");
}

TEST_F(LockCreationTest, NotByATokenThatIsBoundToNoPod) {
  ExpectDenied(place_.AsUnbound()->Post(place_.Locks(), LockOwnedBy({OwnerReference(pod_)})),
               "system:serviceaccount:" + place_.name() + ":candidate came without one");
}

// Nor with no extra information about the user at all, as tokens of older kinds have none.
TEST_F(LockCreationTest, NotByTheAdministrator) {
  ExpectDenied(place_.admin().Post(place_.Locks(), LockOwnedBy({OwnerReference(pod_)})), "admin came without one");
}

TEST_F(LockCreationTest, NotByTheGarbageCollectorNorItsName) {
  const std::string collector = "system:serviceaccount:kube-system:generic-garbage-collector";
  ExpectDenied(place_.AsPerson(collector)->Post(place_.Locks(), LockOwnedBy({OwnerReference(pod_)})),
               collector + " came without one");
}

TEST_F(LockCreationTest, NotByAPodOfAnotherNamespace) {
  const std::string elsewhere = cluster_.NewNamespace();
  const TestPod stranger(&cluster_, elsewhere, "stranger");
  const Json binding = {
      {"metadata", {{"name", "stranger"}}},
      {"roleRef", {{"apiGroup", "rbac.authorization.k8s.io"}, {"kind", "Role"}, {"name", "candidate"}}},
      {"subjects", Json::array({{{"kind", "ServiceAccount"}, {"name", "candidate"}, {"namespace", elsewhere}}})}};
  ASSERT_EQ(place_.admin()
                .Post("/apis/rbac.authorization.k8s.io/v1/namespaces/" + place_.name() + "/rolebindings", binding)
                .status,
            201);
  HttpAnswer answer;
  EXPECT_TRUE(Eventually([&] {
    answer = place_.As(stranger)->Post(place_.Locks(), LockOwnedBy({OwnerReference(stranger)}));
    return answer.status != 403;
  }));
  ExpectDenied(answer, "only a pod of this namespace may make it");
}

TEST_F(LockCreationTest, EveryListedNameIsProtected) {
  Json lock = LockOwnedBy({OwnerReference(other_)});
  lock["metadata"]["name"] = "another-lock";
  ExpectDenied(place_.As(pod_)->Post(place_.Locks(), lock), "\\\"another-lock\\\" is a protected lock");
}

// A forger who leaves the label and the annotations of locks out gains nothing.
TEST_F(LockCreationTest, APlainConfigMapOfThatNameIsNotMade) {
  ExpectDenied(place_.admin().Post(place_.Locks(), {{"metadata", {{"name", kLock}}}, {"data", {{"a", "b"}}}}),
               "only a pod may make it");
}

TEST_F(LockCreationTest, OtherConfigMapsAreUntouched) {
  Json other = LockOwnedBy({OwnerReference(other_)});
  other["metadata"]["name"] = "the-lock-of-others";
  EXPECT_EQ(place_.As(pod_)->Post(place_.Locks(), other).status, 201);
  EXPECT_EQ(place_.AsUnbound()->Post(place_.Locks(), {{"metadata", {{"name", "settings"}}}}).status, 201);
  EXPECT_EQ(place_.admin().Post(place_.Locks(), {{"metadata", {{"generateName", "the-lock"}}}}).status, 201);
}

TEST_F(LockCreationTest, ANamespaceWithoutTheAnnotationIsUntouched) {
  const std::string elsewhere = "/api/v1/namespaces/" + cluster_.NewNamespace() + "/configmaps";
  EXPECT_EQ(place_.admin().Post(elsewhere, {{"metadata", {{"name", kLock}}}}).status, 201);
}

}  // namespace
}  // namespace leadership_broker::testing
