// The life of a Pod as an object.
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "gmock/gmock.h"

#include "tests/conformance/conformance.h"

namespace leadership_broker::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class PodsTest : public ConformanceTest {
 protected:
  static absl::Time TimeOf(const Json& object, const char* field) {
    absl::Time time;
    std::string error;
    const std::string text = object.at("metadata").at(field);
    EXPECT_TRUE(absl::ParseTime(absl::RFC3339_sec, text, &time, &error)) << text << ": " << error;
    return time;
  }
};

TEST_F(PodsTest, ANewPodIsPending) {
  const Json pod = MakePod("p");
  EXPECT_EQ(pod["status"]["phase"], "Pending");
  EXPECT_EQ(pod["metadata"]["generation"], 1);
  EXPECT_EQ(pod["spec"]["serviceAccountName"], "candidate");
  Json spec = PodSpec("");
  spec.erase("terminationGracePeriodSeconds");
  const HttpAnswer answer = admin_.Post(Pods(), {{"metadata", {{"name", "q"}}}, {"spec", spec}});
  EXPECT_EQ(answer.body["spec"]["terminationGracePeriodSeconds"], 30);
}

TEST_F(PodsTest, APodNeedsAContainerAndAServiceAccount) {
  ExpectStatus(admin_.Post(Pods(), {{"metadata", {{"name", "p"}}}, {"spec", {{"serviceAccountName", "candidate"}}}}),
               422, "Invalid");
  Json spec = PodSpec("");
  spec["serviceAccountName"] = "nobody";
  const HttpAnswer answer = admin_.Post(Pods(), {{"metadata", {{"name", "p"}}}, {"spec", spec}});
  ExpectStatus(answer, 403, "Forbidden");
  EXPECT_THAT(answer.body["message"], HasSubstr("serviceaccount \"nobody\" not found"));
}

TEST_F(PodsTest, TheStatusIsWrittenApartFromTheRest) {
  MakePod("p");
  const std::string path = Pods() + "/p";
  const HttpAnswer failed = admin_.Patch(path + "/status", {{"status", {{"phase", "Failed"}, {"reason", "Evicted"}}},
                                                            {"spec", {{"nodeName", "elsewhere"}}}});
  EXPECT_EQ(failed.status, 200) << failed.text;
  EXPECT_EQ(failed.body["status"]["phase"], "Failed");
  EXPECT_EQ(failed.body["status"]["reason"], "Evicted");
  EXPECT_EQ(failed.body["metadata"]["generation"], 1);
  EXPECT_FALSE(failed.body["spec"].contains("nodeName"));
  const HttpAnswer labelled =
      admin_.Patch(path, {{"metadata", {{"labels", {{"k", "v"}}}}}, {"status", {{"phase", "Running"}}}});
  EXPECT_EQ(labelled.status, 200) << labelled.text;
  EXPECT_EQ(labelled.body["metadata"]["labels"]["k"], "v");
  EXPECT_EQ(labelled.body["status"]["phase"], "Failed");
  Json whole = labelled.body;
  whole["status"]["phase"] = "Succeeded";
  EXPECT_EQ(admin_.Put(path + "/status", whole).body["status"]["phase"], "Succeeded");
  ExpectStatus(admin_.Put(path + "/status", whole), 409, "Conflict");
}

TEST_F(PodsTest, ASpecStaysAsItIs) {
  MakePod("p");
  ExpectStatus(admin_.Patch(Pods() + "/p", {{"spec", {{"nodeName", "elsewhere"}}}}), 422, "Invalid");
  ExpectStatus(admin_.Patch(Pods() + "/p", {{"metadata", {{"uid", "another"}}}}), 422, "Invalid");
}

TEST_F(PodsTest, AnUnboundPodGoesAtOnceInTwoSteps) {
  const std::string from = ListVersion(Pods());
  MakePod("p");
  const HttpAnswer answer = admin_.Delete(Pods() + "/p");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body["kind"], "Pod");
  EXPECT_EQ(answer.body["metadata"]["deletionGracePeriodSeconds"], 0);
  EXPECT_EQ(answer.body["metadata"]["generation"], 2);
  EXPECT_FALSE(Exists(Pods() + "/p"));
  const std::vector<Json> events = WatchEvents(Pods(), "resourceVersion=" + from);
  ASSERT_THAT(Summaries(events), ElementsAre("ADDED p", "MODIFIED p", "DELETED p"));
  EXPECT_TRUE(events[1]["object"]["metadata"].contains("deletionTimestamp"));
  EXPECT_GT(VersionOf(events[2]["object"]), VersionOf(events[1]["object"]));
  EXPECT_EQ(VersionOf(events[2]["object"]), VersionOf(answer.body));
}

// R5, R16: its deletion began at deletionTimestamp less the grace period.
TEST_F(PodsTest, ABoundPodKeepsItsGracePeriod) {
  const Json made = MakePod("p", MakeNode());
  const HttpAnswer answer = admin_.Delete(Pods() + "/p");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body["metadata"]["deletionGracePeriodSeconds"], 20);
  EXPECT_EQ(answer.body["metadata"]["generation"], 2);
  EXPECT_GE(TimeOf(answer.body, "deletionTimestamp") - absl::Seconds(20), TimeOf(made, "creationTimestamp"));
  const HttpAnswer now = admin_.Get(Pods() + "/p");
  EXPECT_EQ(now.status, 200);
  EXPECT_EQ(now.body, answer.body);
}

TEST_F(PodsTest, AGracePeriodCanOnlyBeShortened) {
  MakePod("p", MakeNode());
  const std::string path = Pods() + "/p";
  admin_.Delete(path);
  const Json shorter = admin_.Delete(path, {{"gracePeriodSeconds", 5}}).body;
  EXPECT_EQ(shorter["metadata"]["deletionGracePeriodSeconds"], 5);
  EXPECT_EQ(shorter["metadata"]["generation"], 2);
  EXPECT_EQ(admin_.Delete(path, {{"gracePeriodSeconds", 50}}).body, shorter);
  EXPECT_EQ(admin_.Delete(path).body, shorter);
  EXPECT_TRUE(Exists(path));
  // As a kubelet confirms, and as --force does.
  EXPECT_EQ(admin_.Delete(path, {{"gracePeriodSeconds", 0}}).status, 200);
  EXPECT_FALSE(Exists(path));
}

TEST_F(PodsTest, AForcedDeletionRemovesABoundPodAtOnce) {
  MakePod("p", MakeNode());
  EXPECT_EQ(admin_.Delete(Pods() + "/p", {{"gracePeriodSeconds", 0}}).status, 200);
  EXPECT_FALSE(Exists(Pods() + "/p"));
}

TEST_F(PodsTest, AnEndedPodGoesAtOnce) {
  const std::string node = MakeNode();
  for (const std::string phase : {"Failed", "Succeeded"}) {
    MakePod("p", node);
    admin_.Patch(Pods() + "/p/status", {{"status", {{"phase", phase}}}});
    EXPECT_EQ(admin_.Delete(Pods() + "/p").body["metadata"]["deletionGracePeriodSeconds"], 0);
    EXPECT_FALSE(Exists(Pods() + "/p")) << phase;
  }
}

// R6, R8: as a broker asks for it.
TEST_F(PodsTest, ADeletionOfAPodByUidIsGracefulAndMayBeAskedForAgain) {
  const std::string uid = UidOf(MakePod("p", MakeNode()));
  const std::string path = Pods() + "/p";
  const auto options = [](const std::string& wanted) {
    return Json{{"apiVersion", "v1"},
                {"kind", "DeleteOptions"},
                {"propagationPolicy", "Background"},
                {"preconditions", {{"uid", wanted}}}};
  };
  ExpectStatus(admin_.Delete(path, options("another")), 409, "Conflict");
  EXPECT_FALSE(admin_.Get(path).body["metadata"].contains("deletionTimestamp"));
  const HttpAnswer answer = admin_.Delete(path, options(uid));
  EXPECT_EQ(answer.status, 200) << answer.text;
  EXPECT_EQ(answer.body["kind"], "Pod");
  EXPECT_EQ(answer.body["metadata"]["deletionGracePeriodSeconds"], 20);
  EXPECT_FALSE(answer.body["metadata"].contains("finalizers"));
  EXPECT_EQ(admin_.Delete(path, options(uid)).body, answer.body);
  ExpectStatus(admin_.Delete(path, options("another")), 409, "Conflict");
  EXPECT_EQ(admin_.Get(path).body, answer.body);
  ExpectStatus(admin_.Delete(Pods() + "/absent", options(uid)), 404, "NotFound");
}

TEST_F(PodsTest, AFinalizerHoldsAPodBeyondItsGrace) {
  const std::string node = MakeNode();
  for (const std::string& where : {std::string(), node}) {
    MakePod("p", where, {{"finalizers", {"example.com/hold"}}});
    const std::string path = Pods() + "/p";
    EXPECT_EQ(admin_.Delete(path, {{"gracePeriodSeconds", 0}}).status, 200);
    EXPECT_EQ(admin_.Get(path).body["metadata"]["deletionGracePeriodSeconds"], 0);
    EXPECT_EQ(admin_.Patch(path, {{"metadata", {{"finalizers", nullptr}}}}).status, 200);
    EXPECT_FALSE(Exists(path));
  }
}

// R1, R6.
TEST_F(PodsTest, APodMadeAgainIsAnotherAndADeletionOfTheOldOneSparesIt) {
  const Json first = MakePod("p");
  admin_.Delete(Pods() + "/p");
  const Json second = MakePod("p");
  EXPECT_NE(UidOf(first), UidOf(second));
  const HttpAnswer answer = admin_.Delete(Pods() + "/p", {{"preconditions", {{"uid", UidOf(first)}}}});
  ExpectStatus(answer, 409, "Conflict");
  EXPECT_THAT(answer.body["message"], HasSubstr(UidOf(first)));
  EXPECT_THAT(answer.body["message"], HasSubstr(UidOf(second)));
  EXPECT_TRUE(Exists(Pods() + "/p"));
}

}  // namespace
}  // namespace leadership_broker::testing
