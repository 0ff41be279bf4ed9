// Events of the group events.k8s.io: what one has to have, and that nothing of it may be changed but its series.
#include <string>

#include "gmock/gmock.h"

#include "tests/conformance/conformance.h"

namespace leadership_broker::testing {
namespace {

using ::testing::HasSubstr;

class EventsTest : public ConformanceTest {
 protected:
  static Json Reference(const char* kind, const char* name) {
    return {{"apiVersion", "v1"}, {"kind", kind}, {"name", name}, {"uid", std::string(name) + "-uid"}};
  }
  Json Event() const {
    Json event = {{"metadata", {{"name", "lock.1"}}},
                  {"eventTime", "2026-01-02T03:04:05.000000Z"},
                  {"reportingController", "leadership-broker"},
                  {"reportingInstance", "pod"},
                  {"action", "AcquireLock"},
                  {"reason", "LeaderElected"},
                  {"type", "Normal"},
                  {"note", "Pod pod leads"},
                  {"regarding", Reference("ConfigMap", "lock")},
                  {"related", Reference("Pod", "pod")}};
    event["regarding"]["namespace"] = namespace_;
    event["related"]["namespace"] = namespace_;
    return event;
  }
  std::string Events() const { return "/apis/events.k8s.io/v1/namespaces/" + namespace_ + "/events"; }
  HttpAnswer PatchSeries(int count, const std::string& at) {
    return admin_.Patch(Events() + "/lock.1", {{"series", {{"count", count}, {"lastObservedTime", at}}}});
  }
};

TEST_F(EventsTest, OneIsMadeAsItWasSentAndOnce) {
  const HttpAnswer made = admin_.Post(Events(), Event());
  ASSERT_EQ(made.status, 201) << made.text << made.body;
  EXPECT_EQ(made.body["apiVersion"], "events.k8s.io/v1");
  EXPECT_EQ(made.body["eventTime"], "2026-01-02T03:04:05.000000Z");
  EXPECT_EQ(made.body["regarding"]["uid"], "lock-uid");
  ExpectStatus(admin_.Post(Events(), Event()), 409, "AlreadyExists");
}

TEST_F(EventsTest, WhatIsMissingIsNamed) {
  for (const char* field : {"eventTime", "reportingController", "reportingInstance", "action", "reason"}) {
    Json event = Event();
    event.erase(field);
    const HttpAnswer answer = admin_.Post(Events(), event);
    ExpectStatus(answer, 422, "Invalid");
    EXPECT_EQ(answer.body["details"]["causes"][0]["field"], field);
  }
}

TEST_F(EventsTest, LengthsTypesAndTimesAreChecked) {
  Json event = Event();
  event["note"] = std::string(1024, 'x');
  event["reportingInstance"] = std::string(128, 'x');
  EXPECT_EQ(admin_.Post(Events(), event).status, 201);
  event = Event();
  event["note"] = std::string(1025, 'x');
  ExpectStatus(admin_.Post(Events(), event), 422, "Invalid");
  event = Event();
  event["reportingInstance"] = std::string(129, 'x');
  ExpectStatus(admin_.Post(Events(), event), 422, "Invalid");
  event = Event();
  event["type"] = "Error";
  ExpectStatus(admin_.Post(Events(), event), 422, "Invalid");
  event = Event();
  event["eventTime"] = "2026-01-02T03:04:05Z";
  ExpectStatus(admin_.Post(Events(), event), 400, "BadRequest");
}

TEST_F(EventsTest, AFurtherOneIsCountedByAPatchOfItsSeries) {
  ASSERT_EQ(admin_.Post(Events(), Event()).status, 201);
  ExpectStatus(PatchSeries(1, "2026-01-02T03:05:05.000000Z"), 422, "Invalid");
  for (const int count : {2, 3}) {
    const HttpAnswer patched = PatchSeries(count, "2026-01-02T03:05:05.500000Z");
    EXPECT_EQ(patched.status, 200) << patched.text;
    EXPECT_EQ(patched.body["series"]["count"], count);
    EXPECT_EQ(patched.body["series"]["lastObservedTime"], "2026-01-02T03:05:05.500000Z");
  }
}

TEST_F(EventsTest, NothingElseOfOneMayBeChanged) {
  ASSERT_EQ(admin_.Post(Events(), Event()).status, 201);
  for (const char* field : {"reason", "note", "action", "type", "reportingInstance"}) {
    const HttpAnswer answer = admin_.Patch(Events() + "/lock.1", {{field, "Warning"}});
    ExpectStatus(answer, 422, "Invalid");
    EXPECT_THAT(answer.text, HasSubstr("immutable")) << field;
  }
}

TEST_F(EventsTest, OneThatHasExpiredIsNotFound) {
  const HttpAnswer answer = PatchSeries(2, "2026-01-02T03:05:05.000000Z");
  ExpectStatus(answer, 404, "NotFound");
  EXPECT_EQ(answer.body["details"]["name"], "lock.1");
}

// As a broker writes its label, and as it takes it off a pod that may be another by now (R6).
TEST_F(EventsTest, ALabelOfAPodIsSetAndRemovedByItsUid) {
  const Json pod = MakePod("pod");
  const auto patch = [&](const std::string& uid, const Json& value) {
    return admin_.Patch(Pods() + "/pod", {{"metadata", {{"uid", uid}, {"labels", {{"example.com/role", value}}}}}});
  };
  EXPECT_EQ(patch(UidOf(pod), "leader").body["metadata"]["labels"]["example.com/role"], "leader");
  const HttpAnswer other = patch("another", nullptr);
  ExpectStatus(other, 422, "Invalid");
  EXPECT_EQ(other.body["details"]["causes"][0]["field"], "metadata.uid");
  const HttpAnswer listed = admin_.Get(Pods() + "?labelSelector=example.com/role%3Dleader");
  EXPECT_EQ(listed.body["items"].size(), 1u);
  const HttpAnswer removed = patch(UidOf(pod), nullptr);
  EXPECT_EQ(removed.status, 200) << removed.text;
  EXPECT_FALSE(removed.body["metadata"].value("labels", Json::object()).contains("example.com/role"));
}

}  // namespace
}  // namespace leadership_broker::testing
