// deploy/injection/refusal.yaml: a pod that asks for a broker and gets none is refused.
#include "tests/control_plane/injection/injected_pods.h"
#include "tests/harness/eventually.h"

namespace leadership_broker::testing {
namespace {

using Json = nlohmann::json;
using ::testing::HasSubstr;

class InjectionRefusalTest : public InjectionTest {
 protected:
  void ExpectRefused(const Json& pod, const std::string& words) {
    const HttpAnswer answer = Make(pod);
    EXPECT_EQ(answer.status, 422) << answer.text;
    EXPECT_THAT(answer.text, HasSubstr("ValidatingAdmissionPolicy 'leadership-broker-injection'"));
    EXPECT_THAT(answer.text, HasSubstr(words));
  }
};

// Where `restricted` would refuse it anyway, but not for a reason that helps.
TEST_F(InjectionRefusalTest, OnTheHostNetwork) {
  const Json relaxed = {{"metadata", {{"labels", {{"pod-security.kubernetes.io/enforce", "privileged"}}}}}};
  ASSERT_EQ(cluster_.Admin().Patch("/api/v1/namespaces/" + namespace_, relaxed).status, 200);
  Json pod = LabelledPod();
  pod["spec"]["hostNetwork"] = true;
  EXPECT_TRUE(Eventually([&] { return Make(pod).status != 403; }));
  ExpectRefused(pod, "it is not injected into pods with hostNetwork; take deploy/kustomize/unix-socket");
  pod["metadata"]["annotations"] = {{"leadership-broker/inject", "false"}};
  EXPECT_TRUE(BrokerOf(Made(pod)).is_null());
}

TEST_F(InjectionRefusalTest, WithALabelThatNamesNoLock) {
  Json pod = LabelledPod();
  pod["metadata"]["labels"]["leadership-broker/lock"] = "";
  ExpectRefused(pod, "label leadership-broker/lock has to name a lock");
}

TEST_F(InjectionRefusalTest, WithAnAnnotationThatLacksTheLabelsLock) {
  Json pod = LabelledPod();
  pod["metadata"]["annotations"] = {{"leadership-broker/locks", "one,two"}};
  ExpectRefused(pod, "\\\"the-lock\\\" is not among \\\"one,two\\\"");
}

TEST_F(InjectionRefusalTest, WithoutSettings) {
  ASSERT_EQ(cluster_.Admin().Delete("/api/v1/namespaces/leadership-broker/configmaps/injection").status, 200);
  HttpAnswer answer;
  EXPECT_TRUE(Eventually([&] {
    answer = Make(LabelledPod());
    return answer.status == 403;
  }));
  EXPECT_THAT(answer.text, HasSubstr("policy 'leadership-broker-injection'"));
  EXPECT_THAT(answer.text, HasSubstr("no params found"));
  Json unlabelled = LabelledPod();
  unlabelled["metadata"].erase("labels");
  EXPECT_EQ(Make(unlabelled).status, 201);
  cluster_.ApplyFolder("deploy/injection");
  EXPECT_TRUE(Eventually([&] { return Make(LabelledPod()).status == 201; }));
}

TEST_F(InjectionRefusalTest, WithSettingsThatNameNoImage) {
  const std::string settings = "/api/v1/namespaces/leadership-broker/configmaps/injection";
  ASSERT_EQ(cluster_.Admin().Patch(settings, {{"data", {{"image", nullptr}}}}).status, 200);
  HttpAnswer answer;
  EXPECT_TRUE(Eventually([&] {
    answer = Make(LabelledPod());
    return answer.status != 201;
  }));
  EXPECT_THAT(answer.text, HasSubstr("initContainers[0].image: Required value"));
  cluster_.ApplyFolder("deploy/injection");
  EXPECT_TRUE(Eventually([&] { return Make(LabelledPod()).status == 201; }));
}

TEST_F(InjectionRefusalTest, WhereTheInjectionIsNotBound) {
  const std::string binding =
      "/apis/admissionregistration.k8s.io/v1/mutatingadmissionpolicybindings/leadership-broker-injection";
  ASSERT_EQ(cluster_.Admin().Delete(binding).status, 200);
  EXPECT_TRUE(Eventually([&] { return Make(LabelledPod()).status != 201; }));
  ExpectRefused(LabelledPod(), "this pod has none: see MutatingAdmissionPolicyBinding leadership-broker-injection");
  cluster_.ApplyFolder("deploy/injection");
  EXPECT_TRUE(Eventually([&] { return Make(LabelledPod()).status == 201; }));
}

}  // namespace
}  // namespace leadership_broker::testing
