// What the brokers may do with the rights that deploy/ gives them: all that they need, and nothing else.
#include <cctype>
#include <optional>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/control_plane/deploy/manifests.h"
#include "tests/harness/broker_process.h"
#include "tests/harness/eventually.h"
#include "tests/harness/test_pod.h"

namespace leadership_broker::testing {
namespace {

using Json = nlohmann::json;
using leadership::v1::Leadership;

Json ConfigMapNamed(const std::string& name) { return {{"metadata", {{"name", name}}}}; }

// Where objects of this kind, which RBAC is made of, are made.
std::string CollectionOf(const Json& object, const std::string& namespace_name) {
  const std::string kind = object["kind"];
  std::string resource = kind + "s";
  for (char& c : resource) c = static_cast<char>(std::tolower(c));
  const std::string scope = kind.rfind("Cluster", 0) == 0 ? "" : "namespaces/" + namespace_name + "/";
  return "/apis/rbac.authorization.k8s.io/v1/" + scope + resource;
}

// The app's ServiceAccount with what the variant gives it; nothing else is made.
class RightsTest : public ::testing::TestWithParam<Variant> {
 protected:
  RightsTest() {
    for (Json object : Rendered(Tool::kKustomize, GetParam(), namespace_)) {
      if (object["apiVersion"] != "rbac.authorization.k8s.io/v1") continue;
      object["metadata"] = {{"name", object["metadata"]["name"]}};
      const HttpAnswer made = cluster_.Admin().Post(CollectionOf(object, namespace_), object);
      EXPECT_EQ(made.status, 201) << made.body;
    }
    EXPECT_EQ(cluster_.Admin().Post(pods_, Pod("pod")).status, 201);
  }

  std::string NewToken() {
    const HttpAnswer token = cluster_.Admin().Post(
        "/api/v1/namespaces/" + namespace_ + "/serviceaccounts/" + kAccount + "/token", {{"spec", Json::object()}});
    EXPECT_EQ(token.status, 201) << token.body;
    return token.body["status"]["token"];
  }

  static Json Pod(const std::string& name) {
    const Json template_spec = PlainWorkload("Deployment", name, nullptr)["spec"]["template"]["spec"];
    return {{"metadata", {{"name", name}}}, {"spec", template_spec}};
  }

  Json Event() const {
    return {{"metadata", {{"name", "event"}}},
            {"eventTime", "2026-01-02T03:04:05.000000Z"},
            {"reportingController", "leadership-broker"},
            {"reportingInstance", "pod"},
            {"action", "Act"},
            {"reason", "Reason"},
            {"type", "Normal"},
            {"regarding", {{"kind", "Pod"}, {"name", "pod"}, {"namespace", namespace_}}}};
  }

  // What the least Role gives, and what the variant says that it adds.
  static Grants Expected() {
    Grants grants = {{"configmaps", "create", ""},
                     {"configmaps", "get", kLock},
                     {"configmaps", "list", kLock},
                     {"configmaps", "watch", kLock},
                     {"configmaps", "delete", kLock},
                     {"pods", "get", ""},
                     {"pods", "list", ""},
                     {"pods", "watch", ""},
                     {"events.events.k8s.io", "create", ""},
                     {"events.events.k8s.io", "patch", ""}};
    grants.insert(GetParam().more.begin(), GetParam().more.end());
    return grants;
  }

  bool Adds(const char* resource, const char* verb, const char* name = "") const {
    return GetParam().more.count({resource, verb, name}) > 0;
  }

  RealCluster& cluster_ = DeployCluster();
  const std::string namespace_ = NewRestrictedNamespace();
  const std::string config_maps_ = "/api/v1/namespaces/" + namespace_ + "/configmaps";
  const std::string pods_ = "/api/v1/namespaces/" + namespace_ + "/pods";
  const std::string events_ = "/apis/events.k8s.io/v1/namespaces/" + namespace_ + "/events";
  AdminClient broker_{cluster_.Url(), cluster_.CaFile(), NewToken()};
};

TEST_P(RightsTest, AreExactlyThese) {
  std::optional<Grants> grants;
  ASSERT_TRUE(Eventually([&] { return (grants = GrantsInForce(broker_, namespace_)) == Expected(); }))
      << ::testing::PrintToString(grants);

  // The same by trying, since a review is not what a request meets.
  const auto allowed = [](const HttpAnswer& answer) { return answer.status / 100 == 2; };
  const auto denied = [](const HttpAnswer& answer) { return answer.status == 403; };
  const std::string lock = config_maps_ + "/" + kLock;

  EXPECT_TRUE(allowed(broker_.Post(config_maps_, ConfigMapNamed(kLock))));
  EXPECT_TRUE(allowed(broker_.Post(config_maps_, ConfigMapNamed("other"))));
  EXPECT_TRUE(allowed(broker_.Get(lock)));
  EXPECT_TRUE(allowed(broker_.Get(config_maps_ + "?fieldSelector=metadata.name%3D" + kLock)));
  EXPECT_TRUE(allowed(broker_.Get(config_maps_ + "?watch=1&timeoutSeconds=1&fieldSelector=metadata.name%3D" + kLock)));
  EXPECT_TRUE(allowed(broker_.Get(pods_ + "/pod")));
  EXPECT_TRUE(allowed(broker_.Get(pods_ + "?labelSelector=leadership-broker/lock")));
  EXPECT_TRUE(allowed(broker_.Get(pods_ + "?watch=1&timeoutSeconds=1&fieldSelector=metadata.name%3Dpod")));

  EXPECT_TRUE(denied(broker_.Get(config_maps_)));
  EXPECT_TRUE(denied(broker_.Get(config_maps_ + "/other")));
  EXPECT_TRUE(denied(broker_.Delete(config_maps_ + "/other")));
  EXPECT_TRUE(denied(broker_.Patch(config_maps_ + "/other", {{"data", {{"a", "b"}}}})));
  EXPECT_TRUE(denied(broker_.Put(lock, ConfigMapNamed(kLock))));
  EXPECT_TRUE(denied(broker_.Post(pods_, Pod("made"))));
  EXPECT_TRUE(denied(broker_.Get("/api/v1/namespaces/" + namespace_ + "/secrets")));
  EXPECT_TRUE(denied(broker_.Get("/api/v1/namespaces/default/pods")));
  EXPECT_TRUE(denied(broker_.Post("/api/v1/nodes", ConfigMapNamed("node"))));

  EXPECT_EQ(allowed(broker_.Patch(lock, {{"metadata", {{"annotations", {{"a", "b"}}}}}})),
            Adds("configmaps", "patch", kLock));
  EXPECT_TRUE(allowed(broker_.Post(events_, Event())));
  const Json series = {{"count", 2}, {"lastObservedTime", "2026-01-02T03:04:06.000000Z"}};
  EXPECT_TRUE(allowed(broker_.Patch(events_ + "/event", {{"series", series}})));
  EXPECT_TRUE(denied(broker_.Get(events_)));
  EXPECT_TRUE(denied(broker_.Delete(events_ + "/event")));
  EXPECT_TRUE(denied(broker_.Get("/api/v1/namespaces/" + namespace_ + "/events")));

  EXPECT_EQ(allowed(broker_.Patch(pods_ + "/pod", {{"metadata", {{"labels", {{"a", "b"}}}}}})), Adds("pods", "patch"));
  EXPECT_EQ(allowed(broker_.Get("/api/v1/nodes")), Adds("nodes", "list"));
  EXPECT_EQ(allowed(broker_.Delete(pods_ + "/pod")), Adds("pods", "delete"));
  EXPECT_TRUE(allowed(broker_.Delete(lock)));
}

INSTANTIATE_TEST_SUITE_P(All, RightsTest, ::testing::ValuesIn(Variants()),
                         [](const auto& info) { return info.param.name; });

// OpenShift lets nobody make an object that another one owns and is held up by, without the right to finalize that one.
class OwnerReferencesPermissionTest : public ::testing::Test {
 protected:
  OwnerReferencesPermissionTest() { ApplyDeployRole(cluster_, namespace_, kLock); }

  RealCluster& cluster_ = DeployCluster();
  const std::string namespace_ = cluster_.NewNamespace();
  TestPod first_{&cluster_, namespace_, "first", {kLock}};
  TestPod second_{&cluster_, namespace_, "second", {kLock}};
};

// That the plug-in is on.
TEST_F(OwnerReferencesPermissionTest, AnOwnerThatIsHeldUpIsRefused) {
  AdminClient broker(cluster_.Url(), cluster_.CaFile(), ReadTextFile(first_.service_account_dir() + "/token"));
  Json lock = ConfigMapNamed(kLock);
  Json owner = {{"apiVersion", "v1"}, {"kind", "Pod"}, {"name", first_.name()}, {"uid", first_.uid()}};
  owner["blockOwnerDeletion"] = true;
  lock["metadata"]["ownerReferences"] = {owner};
  EXPECT_EQ(broker.Post("/api/v1/namespaces/" + namespace_ + "/configmaps", lock).status, 403);
}

TEST_F(OwnerReferencesPermissionTest, ABrokerWinsAdoptsAndClearsAnEndedLeaderWithTheLeastRole) {
  BrokerProcess first(BrokerCommand::InPod(first_, kLock));
  const auto leads = [](const BrokerProcess& broker) { return broker.Get().state() == Leadership::STATE_LEADER; };
  ASSERT_TRUE(Eventually([&] { return leads(first); }));
  const Leadership won = first.Get();
  EXPECT_EQ(won.reason(), Leadership::REASON_WON);

  first.Kill();
  first.Start();
  ASSERT_TRUE(Eventually([&] { return leads(first); }));
  const Leadership adopted = first.Get();
  EXPECT_EQ(adopted.reason(), Leadership::REASON_ADOPTED);
  EXPECT_EQ(adopted.lock().uid(), won.lock().uid());

  BrokerProcess second(BrokerCommand::InPod(second_, kLock));
  ASSERT_TRUE(Eventually([&] { return second.Get().reason() == Leadership::REASON_ANOTHER_LEADS; }));
  first_.SetEnded("Succeeded");
  EXPECT_TRUE(Eventually([&] { return leads(second); }));
  EXPECT_GT(second.Get().fencing_token(), adopted.fencing_token());
}

}  // namespace
}  // namespace leadership_broker::testing
