#include "tests/control_plane/injection/injected_pods.h"

#include <algorithm>
#include <utility>

#include "tests/harness/eventually.h"
#include "tests/harness/require.h"

namespace leadership_broker::testing {

using Json = nlohmann::json;

InjectionTest::InjectionTest() {
  static bool applied = false;
  if (!std::exchange(applied, true)) cluster_.ApplyFolder("deploy/injection");
  const Json labels = {{"pod-security.kubernetes.io/enforce", "restricted"}};
  const HttpAnswer labelled =
      cluster_.Admin().Patch("/api/v1/namespaces/" + namespace_, {{"metadata", {{"labels", labels}}}});
  Require(labelled.status == 200, "label namespace " + namespace_ + ": " + labelled.text);

  // The API server learns of the policies, their settings and the namespace's label by watches of its own.
  Json unnamed = LabelledPod();
  unnamed["metadata"]["labels"]["leadership-broker/lock"] = "";
  Json privileged = LabelledPod();
  privileged["spec"]["containers"][0]["securityContext"]["allowPrivilegeEscalation"] = true;
  const bool in_force = Eventually([&] {
    const HttpAnswer injected = Make(LabelledPod());
    return injected.status == 201 && !BrokerOf(injected.body).is_null() && Make(unnamed).status == 422 &&
           Make(privileged).status == 403;
  });
  Require(in_force, "the policies of deploy/injection did not come into force: " + Make(LabelledPod()).text);
}

Json InjectionTest::LabelledPod() {
  const Json app = {{"name", "app"},
                    {"image", "app"},
                    {"securityContext", {{"allowPrivilegeEscalation", false}, {"capabilities", {{"drop", {"ALL"}}}}}}};
  return {{"apiVersion", "v1"},
          {"kind", "Pod"},
          {"metadata", {{"name", "pod"}, {"labels", {{"leadership-broker/lock", kLock}}}}},
          {"spec",
           {{"serviceAccountName", "candidate"},
            {"securityContext", {{"runAsNonRoot", true}, {"seccompProfile", {{"type", "RuntimeDefault"}}}}},
            {"containers", Json::array({app})}}}};
}

HttpAnswer InjectionTest::Make(const Json& pod) {
  return cluster_.Admin().Post("/api/v1/namespaces/" + namespace_ + "/pods?dryRun=All", pod);
}

Json InjectionTest::Made(const Json& pod) {
  HttpAnswer answer = Make(pod);
  EXPECT_EQ(answer.status, 201) << answer.text;
  return std::move(answer.body);
}

Json Named(const Json& list, const std::string& name) {
  const auto found = std::find_if(list.begin(), list.end(), [&](const Json& item) { return item["name"] == name; });
  return found == list.end() ? Json() : *found;
}

int CountNamed(const Json& list, const std::string& name) {
  return static_cast<int>(
      std::count_if(list.begin(), list.end(), [&](const Json& item) { return item["name"] == name; }));
}

Json BrokerOf(const Json& pod) { return Named(pod["spec"].value("initContainers", Json::array()), kBroker); }

}  // namespace leadership_broker::testing
