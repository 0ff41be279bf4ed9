// What deploy/injection/ gives a ServiceAccount: the ClusterRole, and the example's Role for the lock.
#include <set>
#include <tuple>

#include "tests/control_plane/injection/injected_pods.h"
#include "tests/harness/broker_process.h"
#include "tests/harness/subscriber.h"
#include "tests/harness/test_pod.h"

namespace leadership_broker::testing {
namespace {

using Json = nlohmann::json;
using leadership::v1::Leadership;

constexpr char kRbac[] = "/apis/rbac.authorization.k8s.io/v1";

// Resource, verb, name.
using Rights = std::multiset<std::tuple<std::string, std::string, std::string>>;

void Add(const Json& rules, Rights* rights) {
  for (const Json& rule : rules) {
    for (const std::string verb : rule["verbs"]) {
      for (const std::string name : rule.value("resourceNames", Json::array({""}))) {
        rights->emplace(rule["resources"][0], verb, name);
      }
    }
  }
}

class InjectionRightsTest : public InjectionTest {
 protected:
  InjectionRightsTest() { cluster_.ApplyFolder("deploy/injection/example"); }

  Json Rules(const std::string& role) { return cluster_.Admin().Get(kRbac + role).body["rules"]; }
  Json SharedRules() { return Rules("/clusterroles/leadership-broker"); }
  Json LockRules() { return Rules("/namespaces/default/roles/example-app-leader"); }
};

TEST_F(InjectionRightsTest, TheyAreThoseOfTheLeastRoleAndEachGivenOnce) {
  Rights least;
  for (const RoleRule& rule : ShippedRole(cluster_, "example-app-leader")) {
    Json rules = {{{"resources", {rule.Plural()}}, {"verbs", rule.verbs}}};
    if (!rule.names.empty()) rules[0]["resourceNames"] = rule.names;
    Add(rules, &least);
  }
  Rights rights;
  Add(SharedRules(), &rights);
  Add(LockRules(), &rights);
  EXPECT_EQ(rights, least);
}

TEST_F(InjectionRightsTest, ABrokerLeadsWithThem) {
  const std::string place = cluster_.NewNamespace();
  const std::string rbac = kRbac + ("/namespaces/" + place);
  Json rules = LockRules();
  rules[0]["resourceNames"] = {kLock};
  ASSERT_EQ(cluster_.Admin().Post(rbac + "/roles", {{"metadata", {{"name", kLock}}}, {"rules", rules}}).status, 201);
  for (const auto& [kind, name] : {std::pair("ClusterRole", kBroker), std::pair("Role", kLock)}) {
    const Json binding = {
        {"metadata", {{"name", name}}},
        {"roleRef", {{"apiGroup", "rbac.authorization.k8s.io"}, {"kind", kind}, {"name", name}}},
        {"subjects", Json::array({{{"kind", "ServiceAccount"}, {"name", "candidate"}, {"namespace", place}}})}};
    ASSERT_EQ(cluster_.Admin().Post(rbac + "/rolebindings", binding).status, 201);
  }
  TestPodOptions options;
  options.lock = kLock;
  const TestPod pod(&cluster_, place, "pod", options);
  EXPECT_FALSE(BrokerOf(pod.Object()).is_null());
  const BrokerProcess broker(pod, kLock);
  Subscriber app(broker.NewChannel());
  EXPECT_EQ(app.WaitForState(Leadership::STATE_LEADER).leadership.leader().uid(), pod.uid());
}

}  // namespace
}  // namespace leadership_broker::testing
