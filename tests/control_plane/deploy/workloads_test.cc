// The app's workloads with the broker in them, as the API server takes them.
#include <string>
#include <tuple>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/control_plane/deploy/manifests.h"
#include "tests/harness/scratch_dir.h"

namespace leadership_broker::testing {
namespace {

using Json = nlohmann::json;
using ::testing::HasSubstr;

constexpr char kTokenDir[] = "/var/run/secrets/kubernetes.io/serviceaccount";

// The pod that the workload's controller would make.
HttpAnswer MakePod(const Json& pod_template) {
  Json pod = {
      {"apiVersion", "v1"}, {"kind", "Pod"}, {"metadata", pod_template["metadata"]}, {"spec", pod_template["spec"]}};
  pod["metadata"]["name"] = "pod";
  return DeployCluster().Admin().Post("/api/v1/namespaces/" + SharedNamespace() + "/pods?dryRun=All", pod);
}

std::vector<std::string> MountsAt(const Json& container, const std::string& path) {
  std::vector<std::string> volumes;
  for (const Json& mount : container.value("volumeMounts", Json::array())) {
    if (mount["mountPath"] == path) volumes.push_back(mount["name"]);
  }
  return volumes;
}

// Takes out of a list what has this name.
void Drop(Json* list, const std::string& name) {
  for (auto item = list->begin(); item != list->end();) item = (*item)["name"] == name ? list->erase(item) : item + 1;
}

// Less the labels by which the API server joins this one Job to its pods.
Json TemplateOf(const Json& workload) {
  Json pod_template = workload["spec"]["template"];
  for (const char* label : {"controller-uid", "batch.kubernetes.io/controller-uid"}) {
    pod_template["metadata"]["labels"].erase(label);
  }
  return pod_template;
}

// What is left of the template when all that the broker brings is taken out.
Json WithoutBroker(Json pod_template) {
  pod_template["metadata"]["labels"].erase("leadership-broker/lock");
  Json& spec = pod_template["spec"];
  for (const char* field : {"serviceAccountName", "serviceAccount"}) spec.erase(field);
  spec["securityContext"].erase("supplementalGroups");
  for (const char* list : {"initContainers", "containers"}) Drop(&spec[list], kBroker);
  Json& app = spec["containers"][0];
  for (const char* name : {"POD_UID", "LEADERSHIP_BROKER_ADDRESS"}) Drop(&app["env"], name);
  Drop(&app["volumeMounts"], "leadership-broker-socket");
  for (const char* name : {"leadership-broker-token", "leadership-broker-socket"}) Drop(&spec["volumes"], name);
  return pod_template;
}

// The user's own, before the broker is added, as the API server has it.
const Json& PlainApp() {
  static const Json app = [] {
    Json list = {{"apiVersion", "v1"}, {"kind", "List"}, {"items", Json::array()}};
    for (const auto& [kind, name] : Variants().front().Workloads()) {
      list["items"].push_back(PlainWorkload(kind, name, nullptr));
    }
    const ScratchDir scratch;
    WriteTextFile(scratch.File("plain.yaml"), list.dump());
    const Finished plain = DryRun({"--filename=" + scratch.File("plain.yaml"), "--namespace=" + SharedNamespace()});
    EXPECT_EQ(plain.exit_code, 0) << plain.output;
    return Json::parse(plain.output)["items"];
  }();
  return app;
}

class WorkloadsTest : public ::testing::TestWithParam<std::tuple<Tool, Variant>> {
 protected:
  const Variant& variant() const { return std::get<Variant>(GetParam()); }

  // Refused, with warnings as errors, where a template breaks `restricted`.
  const Json& objects_ = Rendered(std::get<Tool>(GetParam()), variant());
};

TEST_P(WorkloadsTest, ThePodsAreLetInWhereRestrictedIsEnforced) {
  for (const auto& [kind, name] : variant().Workloads()) {
    SCOPED_TRACE(kind);
    const Json workload = Find(objects_, kind, name);
    ASSERT_FALSE(workload.is_null());
    const HttpAnswer made = MakePod(workload["spec"]["template"]);
    ASSERT_EQ(made.status, 201) << made.body;

    const Json& spec = made.body["spec"];
    EXPECT_EQ(spec["serviceAccountName"], kAccount);
    EXPECT_EQ(made.body["metadata"]["labels"]["leadership-broker/lock"], kLock);
    // The token is the broker's alone.
    EXPECT_EQ(MountsAt(BrokerOf(workload), kTokenDir).size(), 1u);
    for (const char* container : {"app", "log-shipper"}) {
      EXPECT_TRUE(MountsAt(Named(spec["containers"], container), kTokenDir).empty());
    }
  }
}

TEST_P(WorkloadsTest, TheBrokerIsTheFirstSidecarOrOneOfTheContainers) {
  for (const auto& [kind, name] : variant().Workloads()) {
    SCOPED_TRACE(kind);
    const Json spec = Find(objects_, kind, name)["spec"]["template"]["spec"];
    if (variant().plain_container()) {
      EXPECT_EQ(spec["initContainers"].size(), 1u);
      EXPECT_FALSE(Named(spec["containers"], kBroker).contains("restartPolicy"));
      // kubectl exec and logs take the first.
      EXPECT_EQ(spec["containers"][0]["name"], "app");
    } else {
      EXPECT_EQ(spec["initContainers"].size(), 2u);
      EXPECT_EQ(spec["initContainers"][0]["name"], kBroker);
      EXPECT_EQ(spec["initContainers"][0]["restartPolicy"], "Always");
    }
  }
}

INSTANTIATE_TEST_SUITE_P(AllVariants, WorkloadsTest,
                         ::testing::Combine(::testing::Values(Tool::kKustomize, Tool::kHelm),
                                            ::testing::ValuesIn(Variants())),
                         [](const auto& info) {
                           return ::testing::PrintToString(std::get<0>(info.param)) + "_" +
                                  std::get<1>(info.param).name;
                         });

class VariantTest : public ::testing::TestWithParam<Variant> {};

// One is not to be mended without the other.
TEST_P(VariantTest, HelmMakesOfTheAppWhatKustomizeMakesOfIt) {
  const Json& kustomized = Rendered(Tool::kKustomize, GetParam());
  const Json& helmed = Rendered(Tool::kHelm, GetParam());
  for (const auto& [kind, name] : GetParam().Workloads()) {
    const Json expected = Find(kustomized, kind, name);
    const Json found = Find(helmed, kind, name);
    ASSERT_FALSE(expected.is_null() || found.is_null()) << kind;
    EXPECT_EQ(Json::diff(InOrder(TemplateOf(expected)), InOrder(TemplateOf(found))), Json::array()) << kind;
  }
  for (const char* kind : {"Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"}) {
    for (const Json& expected : kustomized) {
      if (expected["kind"] != kind) continue;
      const Json found = Find(helmed, kind, expected["metadata"]["name"]);
      ASSERT_FALSE(found.is_null()) << expected;
      for (const char* field : {"rules", "roleRef", "subjects"}) {
        EXPECT_EQ(found.value(field, Json()), expected.value(field, Json())) << expected["metadata"]["name"];
      }
    }
  }
}

TEST_P(VariantTest, WhatTheUserWroteStaysAsItWas) {
  const Json& objects = Rendered(Tool::kKustomize, GetParam());
  for (const auto& [kind, name] : GetParam().Workloads()) {
    const Json before = TemplateOf(Find(PlainApp(), kind, name));
    const Json after = WithoutBroker(TemplateOf(Find(objects, kind, name)));
    EXPECT_EQ(Json::diff(before, after), Json::array()) << kind;
  }
  const Json unlabelled = Find(objects, "Deployment", "front");
  ASSERT_FALSE(unlabelled.is_null());
  EXPECT_TRUE(BrokerOf(unlabelled).is_null());
}

INSTANTIATE_TEST_SUITE_P(All, VariantTest, ::testing::ValuesIn(Variants()),
                         [](const auto& info) { return info.param.name; });

// That the namespace of these tests does refuse what it should.
TEST(PodSecurityTest, APodWhoseBrokerBreaksRestrictedIsRefused) {
  Json pod_template = Find(Rendered(Tool::kKustomize, Variants().front()), "Deployment", "worker")["spec"]["template"];
  ASSERT_EQ(MakePod(pod_template).status, 201);
  pod_template["spec"]["initContainers"][0]["securityContext"]["allowPrivilegeEscalation"] = true;
  const HttpAnswer answer = MakePod(pod_template);
  EXPECT_EQ(answer.status, 403);
  EXPECT_THAT(answer.body.dump(), HasSubstr("violates PodSecurity"));
}

}  // namespace
}  // namespace leadership_broker::testing
