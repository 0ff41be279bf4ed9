// deploy/injection/injection.yaml: what a pod gets, and that it gets it once.
#include "tests/control_plane/injection/injected_pods.h"
#include "tests/harness/child_process.h"
#include "tests/harness/eventually.h"
#include "tests/harness/scratch_dir.h"

namespace leadership_broker::testing {
namespace {

using Json = nlohmann::json;

constexpr char kTokenDir[] = "/var/run/secrets/kubernetes.io/serviceaccount";
constexpr char kSettings[] = "/api/v1/namespaces/leadership-broker/configmaps/injection";

Json InitContainer(const std::string& name) {
  Json container = {{"name", name}, {"image", name}};
  container["securityContext"] = {{"allowPrivilegeEscalation", false}, {"capabilities", {{"drop", {"ALL"}}}}};
  return container;
}

std::vector<std::string> MountsOfToken(const Json& container) {
  std::vector<std::string> volumes;
  for (const Json& mount : container.value("volumeMounts", Json::array())) {
    if (mount["mountPath"] == kTokenDir) volumes.push_back(mount["name"]);
  }
  return volumes;
}

Json LockVariable(const Json& pod) { return Named(BrokerOf(pod)["env"], "LEADERSHIP_BROKER_LOCK"); }

TEST_F(InjectionTest, APodWithNoInitContainersGetsTheBrokerAsASidecar) {
  const Json pod = Made(LabelledPod());
  ASSERT_EQ(pod["spec"]["initContainers"].size(), 1u);
  EXPECT_EQ(pod["spec"]["initContainers"][0]["name"], kBroker);
  EXPECT_EQ(pod["spec"]["initContainers"][0]["restartPolicy"], "Always");
  EXPECT_EQ(LockVariable(pod)["valueFrom"]["fieldRef"]["fieldPath"], "metadata.labels['leadership-broker/lock']");
}

// One is not to be mended without the other.
TEST_F(InjectionTest, ItIsTheBrokerOfTheKustomizeComponent) {
  const ScratchDir cache;
  const Finished component =
      RunProgram({cluster_.Binaries() + "/kubectl", "--kubeconfig=" + cluster_.Kubeconfig(),
                  "--cache-dir=" + cache.path(), "create", "--dry-run=client", "--validate=false", "--output=json",
                  std::string("--filename=") + LEADERSHIP_BROKER_SOURCE_DIR + "/deploy/kustomize/sidecar/sidecar.yaml"},
                 kPatience);
  ASSERT_EQ(component.exit_code, 0) << component.output;
  const Json spec = Json::parse(component.output)["spec"]["template"]["spec"];
  Json pod = LabelledPod();
  pod["metadata"]["annotations"] = {{"leadership-broker/inject", "false"}};
  for (const char* list : {"initContainers", "volumes"}) pod["spec"][list] = spec[list];
  const Json by_hand = Made(pod);
  const Json injected = Made(LabelledPod());
  EXPECT_EQ(BrokerOf(injected), BrokerOf(by_hand));
  const auto token = [](const Json& made) { return Named(made["spec"]["volumes"], "leadership-broker-token"); };
  EXPECT_EQ(token(injected), token(by_hand));
}

TEST_F(InjectionTest, TheBrokerIsTheFirstOfTheInitContainers) {
  Json pod = LabelledPod();
  pod["spec"]["initContainers"] = {InitContainer("migrate"), InitContainer("warm-up")};
  const Json made = Made(pod)["spec"]["initContainers"];
  ASSERT_EQ(made.size(), 3u);
  EXPECT_EQ(made[0]["name"], kBroker);
  EXPECT_EQ(made[1]["name"], "migrate");
  EXPECT_EQ(made[2]["name"], "warm-up");
}

TEST_F(InjectionTest, APodWithNoLabelIsUntouched) {
  Json pod = LabelledPod();
  pod["metadata"].erase("labels");
  const Json made = Made(pod);
  EXPECT_FALSE(made["spec"].contains("initContainers"));
  EXPECT_TRUE(Named(made["spec"]["volumes"], "leadership-broker-token").is_null());
}

TEST_F(InjectionTest, AnnotationKeepsThePodAsItIs) {
  Json pod = LabelledPod();
  pod["metadata"]["annotations"] = {{"leadership-broker/inject", "false"}};
  EXPECT_TRUE(BrokerOf(Made(pod)).is_null());
}

// Nothing can be put into what the kubelet started from a file.
TEST_F(InjectionTest, AMirrorOfAStaticPodIsUntouched) {
  Json pod = LabelledPod();
  pod["metadata"]["annotations"] = {{"kubernetes.io/config.mirror", "x"}};
  pod["spec"].erase("serviceAccountName");
  pod["spec"]["nodeName"] = "node";
  EXPECT_TRUE(BrokerOf(Made(pod)).is_null());
}

TEST_F(InjectionTest, APodThatHasTheBrokerGetsNoSecond) {
  Json pod = LabelledPod();
  pod["spec"] = Made(pod)["spec"];
  const Json again = Made(pod)["spec"];
  EXPECT_EQ(CountNamed(again["initContainers"], kBroker), 1);
  EXPECT_EQ(CountNamed(again["volumes"], "leadership-broker-token"), 1);

  Json plain = LabelledPod();
  plain["spec"]["containers"].push_back(InitContainer(kBroker));
  EXPECT_FALSE(Made(plain)["spec"].contains("initContainers"));
}

// A change by another policy has the API server ask all of them again.
TEST_F(InjectionTest, APodThatAnotherPolicyChangesAfterwardsGetsItOnce) {
  const std::string api = "/apis/admissionregistration.k8s.io/v1/mutatingadmissionpolic";
  const Json metadata = {{"name", "zz-another"}};
  const Json change = {{"patchType", "ApplyConfiguration"},
                       {"applyConfiguration",
                        {{"expression", "Object{metadata: Object.metadata{annotations: {'another': 'was-here'}}}"}}}};
  const Json pods = {{"apiGroups", {""}}, {"apiVersions", {"v1"}}, {"resources", {"pods"}}, {"operations", {"CREATE"}}};
  const Json policy = {{"metadata", metadata},
                       {"spec",
                        {{"reinvocationPolicy", "IfNeeded"},
                         {"failurePolicy", "Fail"},
                         {"matchConstraints", {{"resourceRules", Json::array({pods})}}},
                         {"mutations", Json::array({change})}}}};
  const Json binding = {{"metadata", metadata}, {"spec", {{"policyName", "zz-another"}}}};
  ASSERT_EQ(cluster_.Admin().Post(api + "ies", policy).status, 201);
  ASSERT_EQ(cluster_.Admin().Post(api + "ybindings", binding).status, 201);
  Json made;
  EXPECT_TRUE(Eventually([&] {
    made = Made(LabelledPod());
    return made["metadata"].contains("annotations");
  }));
  EXPECT_EQ(CountNamed(made["spec"]["initContainers"], kBroker), 1);
  EXPECT_EQ(CountNamed(made["spec"]["volumes"], "leadership-broker-token"), 1);
  EXPECT_EQ(cluster_.Admin().Delete(api + "ybindings/zz-another").status, 200);
  EXPECT_EQ(cluster_.Admin().Delete(api + "ies/zz-another").status, 200);
}

TEST_F(InjectionTest, TheTokenIsTheBrokersAloneWhereTheAppMountsNone) {
  Json pod = LabelledPod();
  pod["spec"]["automountServiceAccountToken"] = false;
  const Json made = Made(pod);
  EXPECT_THAT(MountsOfToken(BrokerOf(made)), ::testing::ElementsAre("leadership-broker-token"));
  EXPECT_TRUE(MountsOfToken(made["spec"]["containers"][0]).empty());
  EXPECT_EQ(CountNamed(made["spec"]["volumes"], "leadership-broker-token"), 1);
}

TEST_F(InjectionTest, TheBrokerHasOneTokenWhereTheAppMountsItsOwn) {
  const Json made = Made(LabelledPod());
  EXPECT_THAT(MountsOfToken(BrokerOf(made)), ::testing::ElementsAre("leadership-broker-token"));
  EXPECT_EQ(MountsOfToken(made["spec"]["containers"][0]).size(), 1u);
}

TEST_F(InjectionTest, SeveralLocksComeFromTheAnnotation) {
  Json pod = LabelledPod();
  pod["metadata"]["annotations"] = {{"leadership-broker/locks", "another-lock,the-lock"}};
  EXPECT_EQ(LockVariable(Made(pod))["valueFrom"]["fieldRef"]["fieldPath"],
            "metadata.annotations['leadership-broker/locks']");
}

TEST_F(InjectionTest, ImageResourcesAndFlagsComeFromTheSettings) {
  const Json data = {{"image", "images.example/broker:2"},
                     {"flags", "--log-format=json\n  --orphan-grace=1s \n\n"},
                     {"cpu-request", "20m"},
                     {"memory-request", "40Mi"},
                     {"memory-limit", "64Mi"}};
  ASSERT_EQ(cluster_.Admin().Patch(kSettings, {{"data", data}}).status, 200);
  Json broker;
  EXPECT_TRUE(Eventually([&] {
    broker = BrokerOf(Made(LabelledPod()));
    return broker["image"] == "images.example/broker:2";
  }));
  EXPECT_EQ(broker["args"], Json({"--log-format=json", "--orphan-grace=1s"}));
  EXPECT_EQ(broker["resources"],
            Json({{"requests", {{"cpu", "20m"}, {"memory", "40Mi"}}}, {"limits", {{"memory", "64Mi"}}}}));

  Json pod = LabelledPod();
  pod["metadata"]["annotations"] = {{"leadership-broker/flags", "--campaign=on-request"}};
  EXPECT_EQ(BrokerOf(Made(pod))["args"], Json::array({"--campaign=on-request"}));

  // With the image alone the rest is as it is shipped.
  ASSERT_EQ(cluster_.Admin()
                .Send("PATCH", kSettings, R"([{"op":"replace","path":"/data","value":{"image":"b"}}])",
                      "application/json-patch+json")
                .status,
            200);
  EXPECT_TRUE(Eventually([&] {
    broker = BrokerOf(Made(LabelledPod()));
    return broker["image"] == "b";
  }));
  EXPECT_EQ(broker["resources"],
            Json({{"requests", {{"cpu", "10m"}, {"memory", "32Mi"}}}, {"limits", {{"memory", "128Mi"}}}}));
  cluster_.ApplyFolder("deploy/injection");
  EXPECT_TRUE(Eventually([&] { return BrokerOf(Made(LabelledPod()))["image"] == kBroker; }));
}

TEST_F(InjectionTest, ADeploymentsPodsAreInjected) {
  const ScratchDir scratch;
  ChildProcess controllers(
      {cluster_.Binaries() + "/kube-controller-manager", "--kubeconfig=" + cluster_.Kubeconfig(),
       "--leader-elect=false", "--secure-port=0", "--controllers=deployment-controller,replicaset-controller"},
      Environment(), scratch.File("log"));
  cluster_.ApplyFolder("deploy/injection/example");
  Json pods;
  EXPECT_TRUE(Eventually([&] {
    pods = cluster_.Admin()
               .Get("/api/v1/namespaces/default/pods?labelSelector=app.kubernetes.io/name%3Dexample-app")
               .body["items"];
    return pods.size() == 3;
  })) << pods
      << ReadTextFile(scratch.File("log"));
  for (const Json& pod : pods) {
    EXPECT_FALSE(BrokerOf(pod).is_null());
    EXPECT_EQ(pod["metadata"]["ownerReferences"][0]["kind"], "ReplicaSet");
    // Nor has the app a token in this example.
    EXPECT_TRUE(MountsOfToken(pod["spec"]["containers"][0]).empty());
  }
}

}  // namespace
}  // namespace leadership_broker::testing
