#include "server/kube/rest_api.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

#include "server/kube/credentials.h"
#include "tests/harness/scratch_dir.h"
#include "tests/unit/kube/fake_transport.h"
#include "tests/unit/kube/manual_scheduler.h"
#include "tests/unit/kube/pod_token.h"

namespace leadership_broker::kube {
namespace {

using ::nlohmann::json;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

const char kUnauthorized[] =
    R"({"kind":"Status","status":"Failure","message":"Unauthorized","reason":"Unauthorized","code":401})";
const char kLock[] =
    R"({"kind":"ConfigMap","metadata":{"name":"lock","namespace":"apps","uid":"u1","resourceVersion":"10"}})";

// Keeps what a watch tells, as one short line each.
template <typename Object>
class RecordingObserver : public WatchObserver<Object> {
 public:
  void OnOpen() override { Note("open"); }
  void OnEvent(WatchEventKind, Object object) override { Note("event " + object.metadata().resource_version()); }
  void OnBookmark(const std::string& resource_version) override { Note("bookmark " + resource_version); }
  void OnEnd(Outcome outcome) override {
    end = outcome;
    Note("end");
  }

  std::vector<std::string> notes;
  Outcome end;
  // Called after each note with it.
  std::function<void(const std::string&)> on_note;

 private:
  void Note(std::string note) {
    notes.push_back(note);
    if (on_note) on_note(note);
  }
};

class RestApiTest : public ::testing::Test {
 protected:
  RestApiTest() {
    files_.Write("ca.crt", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n");
    files_.Write("token", token_);
    auto credentials = Credentials::FromDirectory(files_.path(), [](const std::string&) {});
    EXPECT_TRUE(credentials.ok()) << credentials.status();
    credentials_ = *std::move(credentials);
    api_.emplace(&transport_, credentials_.get(), &scheduler_);
  }

  double InAnHour() const { return absl::ToDoubleSeconds(scheduler_.now.wall + absl::Hours(1) - absl::UnixEpoch()); }

  loop::Handle StartList() {
    return api_->List(Selector{"apps", "lock", ""},
                      [this](Listing<ConfigMap> listing) { listing_ = std::move(listing); });
  }
  loop::Handle StartWatch() { return api_->Watch(Selector{"apps", "lock", ""}, "9", absl::Minutes(5), &observer_); }
  loop::Handle StartCreate() {
    ConfigMap lock;
    lock.mutable_metadata()->set_name("lock");
    lock.mutable_metadata()->set_namespace_("apps");
    (*lock.mutable_metadata()->mutable_labels())["app.kubernetes.io/managed-by"] = "leadership-broker";
    OwnerReference* owner = lock.mutable_metadata()->add_owner_references();
    owner->set_api_version("v1");
    owner->set_kind("Pod");
    owner->set_name("app-0");
    owner->set_uid("pod-uid");
    return api_->Create(lock, Keep());
  }
  WriteCallback Keep() {
    return [this](WriteAnswer answer) { written_ = std::move(answer); };
  }

  static std::string ErrorOf(const Outcome& outcome) { return std::string(outcome.status.message()); }

  testing::ManualScheduler scheduler_;
  testing::FakeTransport transport_;
  testing::ScratchDir files_;
  std::string token_ = testing::PodToken(InAnHour());
  std::unique_ptr<Credentials> credentials_;
  std::optional<RestApi> api_;

  std::optional<Listing<ConfigMap>> listing_;
  std::optional<WriteAnswer> written_;
  RecordingObserver<ConfigMap> observer_;
};

// What is sent.

TEST_F(RestApiTest, AListByNameIsConsistentAndCarriesTokenAndUserAgent) {
  const loop::Handle call = StartList();
  const auto& sent = *transport_.sent.back();
  EXPECT_EQ(sent.request.method, "GET");
  EXPECT_EQ(sent.request.target, "/api/v1/namespaces/apps/configmaps?fieldSelector=metadata.name%3Dlock");
  EXPECT_TRUE(sent.HasHeader("Authorization: Bearer " + token_));
  EXPECT_THAT(sent.request.headers,
              ::testing::Contains(::testing::MatchesRegex(
                  R"(User-Agent: leadership-broker/[0-9]+\.[0-9]+\.[0-9]+ \(linux/[a-z0-9_]+\))")));
  EXPECT_FALSE(sent.request.streaming);
  EXPECT_EQ(sent.request.body, "");
}

TEST_F(RestApiTest, AListByLabelEscapesTheSelector) {
  const loop::Handle call = api_->List(Selector{"apps", "", "leadership-broker/lock in (a,b)"}, [](Listing<Pod>) {});
  EXPECT_EQ(transport_.sent.back()->request.target,
            "/api/v1/namespaces/apps/pods?labelSelector=leadership-broker%2Flock%20in%20%28a%2Cb%29");
}

TEST_F(RestApiTest, AWatchAsksForBookmarksAndATimeOut) {
  RecordingObserver<Pod> observer;
  const loop::Handle call = api_->Watch(Selector{"apps", "app-0", ""}, "123", absl::Milliseconds(400500), &observer);
  const auto& sent = *transport_.sent.back();
  EXPECT_EQ(sent.request.target,
            "/api/v1/namespaces/apps/pods?watch=1&allowWatchBookmarks=true&fieldSelector=metadata.name%3Dapp-0"
            "&resourceVersion=123&timeoutSeconds=401");
  EXPECT_TRUE(sent.request.streaming);
}

TEST_F(RestApiTest, NodesAreInNoNamespace) {
  Listing<Node> listing;
  const loop::Handle list =
      api_->List(Selector{"", "node-1", ""}, [&listing](Listing<Node> answer) { listing = std::move(answer); });
  EXPECT_EQ(transport_.sent.back()->request.target, "/api/v1/nodes?fieldSelector=metadata.name%3Dnode-1");
  transport_.Answer(200, R"({"kind":"NodeList","metadata":{"resourceVersion":"7"},"items":[{"metadata":{
      "name":"node-1","uid":"n1","resourceVersion":"6"},
      "spec":{"podCIDR":"10.0.0.0/24","taints":[{"key":"node.kubernetes.io/unreachable","effect":"NoExecute"}]},
      "status":{"conditions":[{"type":"Ready","status":"Unknown","lastHeartbeatTime":"2026-01-01T00:00:00Z",
                               "lastTransitionTime":"2026-01-01T00:00:40Z"}]}}]})");
  ASSERT_THAT(listing.items, SizeIs(1)) << listing.outcome.status;
  EXPECT_EQ(listing.items[0].spec().taints(0).key(), "node.kubernetes.io/unreachable");
  EXPECT_EQ(listing.items[0].status().conditions(0).status(), "Unknown");
  EXPECT_EQ(listing.items[0].status().conditions(0).last_transition_time().seconds(), 1767225640);

  RecordingObserver<Node> observer;
  const loop::Handle watch = api_->Watch(Selector{"", "node-1", ""}, "7", absl::Minutes(5), &observer);
  EXPECT_THAT(transport_.sent.back()->request.target, StartsWith("/api/v1/nodes?watch=1&"));
  transport_.Answer(403, "{}");
  EXPECT_THAT(ErrorOf(observer.end), StartsWith("cannot watch nodes \"node-1\" at the cluster scope"));
}

TEST_F(RestApiTest, ACreateSendsTheObjectUnderKubernetesOwnNames) {
  const loop::Handle call = StartCreate();
  const auto& sent = *transport_.sent.back();
  EXPECT_EQ(sent.request.method, "POST");
  EXPECT_EQ(sent.request.target, "/api/v1/namespaces/apps/configmaps");
  EXPECT_TRUE(sent.HasHeader("Content-Type: application/json"));
  EXPECT_EQ(json::parse(sent.request.body), json::parse(R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{
      "name":"lock","namespace":"apps","labels":{"app.kubernetes.io/managed-by":"leadership-broker"},
      "ownerReferences":[{"apiVersion":"v1","kind":"Pod","name":"app-0","uid":"pod-uid"}]}})"));
}

TEST_F(RestApiTest, R6ADeleteCarriesPreconditionsAndBackgroundPropagation) {
  const loop::Handle call = api_->DeleteConfigMap("apps", "lock", Precondition{"u1", "10"}, Keep());
  const auto& sent = *transport_.sent.back();
  EXPECT_EQ(sent.request.method, "DELETE");
  EXPECT_EQ(sent.request.target, "/api/v1/namespaces/apps/configmaps/lock");
  EXPECT_TRUE(sent.HasHeader("Content-Type: application/json"));
  EXPECT_EQ(json::parse(sent.request.body), json::parse(R"({"apiVersion":"v1","kind":"DeleteOptions",
      "propagationPolicy":"Background","preconditions":{"uid":"u1","resourceVersion":"10"}})"));
}

TEST_F(RestApiTest, R6ADeleteWithoutAResourceVersionStillCarriesTheUid) {
  const loop::Handle call = api_->DeleteConfigMap("apps", "lock", Precondition{"u1", ""}, Keep());
  EXPECT_EQ(json::parse(transport_.sent.back()->request.body)["preconditions"], json::parse(R"({"uid":"u1"})"));
}

TEST_F(RestApiTest, R6ADeletionOfAPodNamesItsUidAloneAndLeavesItsGracePeriod) {
  const loop::Handle call = api_->DeletePod("apps", "app-0", Precondition{"u1", "10"}, Keep());
  const auto& sent = *transport_.sent.back();
  EXPECT_EQ(sent.request.method, "DELETE");
  EXPECT_EQ(sent.request.target, "/api/v1/namespaces/apps/pods/app-0");
  EXPECT_TRUE(sent.HasHeader("Content-Type: application/json"));
  EXPECT_EQ(json::parse(sent.request.body), json::parse(R"({"apiVersion":"v1","kind":"DeleteOptions",
      "propagationPolicy":"Background","preconditions":{"uid":"u1"}})"));
}

TEST_F(RestApiTest, ADeletionOfAPodThatIsForbiddenNamesVerbAndResource) {
  const loop::Handle call = api_->DeletePod("apps", "app-0", Precondition{"u1", ""}, Keep());
  transport_.Answer(403,
                    R"({"kind":"Status","message":"pods \"app-0\" is forbidden","reason":"Forbidden","code":403})");
  EXPECT_EQ(written_->outcome.status.code(), absl::StatusCode::kPermissionDenied);
  EXPECT_THAT(ErrorOf(written_->outcome),
              AllOf(HasSubstr(R"(delete pods "app-0" in namespace "apps")"), HasSubstr("is forbidden")));
}

TEST_F(RestApiTest, AnAnnotationIsAMergePatchWithPreconditions) {
  const loop::Handle call =
      api_->AnnotateConfigMap("apps", "lock", Precondition{"u1", "10"}, "leadership-broker/released", "p\"1", Keep());
  const auto& sent = *transport_.sent.back();
  EXPECT_EQ(sent.request.method, "PATCH");
  EXPECT_EQ(sent.request.target, "/api/v1/namespaces/apps/configmaps/lock");
  EXPECT_TRUE(sent.HasHeader("Content-Type: application/merge-patch+json"));
  EXPECT_EQ(json::parse(sent.request.body), json::parse(R"({"metadata":{"uid":"u1","resourceVersion":"10",
      "annotations":{"leadership-broker/released":"p\"1"}}})"));
}

TEST_F(RestApiTest, AnEventIsMadeInItsOwnGroup) {
  Event event;
  event.mutable_metadata()->set_namespace_("apps");
  event.mutable_metadata()->set_name("lock.1");
  event.set_event_time("2026-01-02T03:04:05.000000Z");
  event.set_reporting_controller("leadership-broker");
  event.set_reporting_instance("pod");
  event.mutable_regarding()->set_kind("ConfigMap");
  const loop::Handle call = api_->CreateEvent(event, [](const Outcome&) {});
  const auto& sent = *transport_.sent.back();
  EXPECT_EQ(sent.request.method, "POST");
  EXPECT_EQ(sent.request.target, "/apis/events.k8s.io/v1/namespaces/apps/events");
  EXPECT_EQ(json::parse(sent.request.body), json::parse(R"({"apiVersion":"events.k8s.io/v1","kind":"Event",
      "metadata":{"namespace":"apps","name":"lock.1"},"eventTime":"2026-01-02T03:04:05.000000Z",
      "reportingController":"leadership-broker","reportingInstance":"pod","regarding":{"kind":"ConfigMap"}})"));
}

TEST_F(RestApiTest, OfAnEventTheSeriesIsPatchedAlone) {
  EventSeries series;
  series.set_count(2);
  series.set_last_observed_time("2026-01-02T03:04:05.000000Z");
  std::optional<Outcome> outcome;
  const loop::Handle call =
      api_->PatchEventSeries("apps", "lock.1", series, [&](Outcome o) { outcome = std::move(o); });
  const auto& sent = *transport_.sent.back();
  EXPECT_EQ(sent.request.method, "PATCH");
  EXPECT_EQ(sent.request.target, "/apis/events.k8s.io/v1/namespaces/apps/events/lock.1");
  EXPECT_TRUE(sent.HasHeader("Content-Type: application/merge-patch+json"));
  EXPECT_EQ(json::parse(sent.request.body),
            json::parse(R"({"series":{"count":2,"lastObservedTime":"2026-01-02T03:04:05.000000Z"}})"));
  transport_.Answer(403, R"({"kind":"Status","message":"no","reason":"Forbidden","code":403})");
  ASSERT_TRUE(outcome.has_value());
  EXPECT_THAT(std::string(outcome->status.message()),
              HasSubstr(R"(cannot patch events.events.k8s.io "lock.1" in namespace "apps")"));
}

// R6.
TEST_F(RestApiTest, ALabelIsSetAndRemovedByAMergePatchWithTheUid) {
  for (const std::optional<std::string>& value : {std::optional<std::string>("leader"), std::optional<std::string>()}) {
    const loop::Handle call = api_->LabelPod({"apps", "pod-0", "u1"}, "example.com/role", value, [](const Outcome&) {});
    const auto& sent = *transport_.sent.back();
    EXPECT_EQ(sent.request.method, "PATCH");
    EXPECT_EQ(sent.request.target, "/api/v1/namespaces/apps/pods/pod-0");
    EXPECT_TRUE(sent.HasHeader("Content-Type: application/merge-patch+json"));
    const json label = value.has_value() ? json(*value) : json(nullptr);
    EXPECT_EQ(json::parse(sent.request.body),
              (json{{"metadata", {{"uid", "u1"}, {"labels", {{"example.com/role", label}}}}}}));
  }
}

TEST_F(RestApiTest, AnObjectThatJsonCannotSayIsNotSentAndEndsLater) {
  ConfigMap lock;
  lock.mutable_metadata()->set_name("lock");
  lock.mutable_metadata()->mutable_creation_timestamp()->set_seconds(-1'000'000'000'000);
  const loop::Handle call = api_->Create(lock, Keep());
  EXPECT_FALSE(written_.has_value());
  scheduler_.Advance(absl::ZeroDuration());
  ASSERT_TRUE(written_.has_value());
  EXPECT_EQ(written_->outcome.status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(transport_.sent, IsEmpty());
}

// What is made of answers.

TEST_F(RestApiTest, AListGivesItemsAndResourceVersion) {
  const loop::Handle call = StartList();
  transport_.Answer(
      200, absl::StrCat(R"({"kind":"ConfigMapList","metadata":{"resourceVersion":"42"},"items":[)", kLock, "]}"));
  ASSERT_TRUE(listing_.has_value());
  EXPECT_TRUE(listing_->outcome.ok()) << listing_->outcome.status;
  EXPECT_EQ(listing_->resource_version, "42");
  ASSERT_THAT(listing_->items, SizeIs(1));
  EXPECT_EQ(listing_->items[0].metadata().uid(), "u1");
}

class UnreadableListTest : public RestApiTest, public ::testing::WithParamInterface<const char*> {};

TEST_P(UnreadableListTest, R4IsDataLossAndNeverAnEmptyList) {
  const loop::Handle call = StartList();
  transport_.Answer(200, GetParam());
  ASSERT_TRUE(listing_.has_value());
  EXPECT_EQ(listing_->outcome.status.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(listing_->items, IsEmpty());
  EXPECT_THAT(ErrorOf(listing_->outcome), StartsWith(R"(cannot list configmaps "lock" in namespace "apps": 200)"));
}

INSTANTIATE_TEST_SUITE_P(All, UnreadableListTest,
                         ::testing::Values("", "{}", "<html>welcome</html>", R"({"items":[]})",
                                           R"({"kind":"Status","metadata":{},"status":"Success"})",
                                           R"({"metadata":{"resourceVersion":"42"},"items":[{}]})",
                                           R"({"metadata":{"resourceVersion":"42"},"items":[{"metadata":{)"));

TEST_F(RestApiTest, ACreateAnswersWithTheObject) {
  const loop::Handle call = StartCreate();
  transport_.Answer(201, kLock);
  ASSERT_TRUE(written_.has_value());
  EXPECT_TRUE(written_->outcome.ok());
  EXPECT_EQ(written_->outcome.http_status, 201);
  EXPECT_EQ(written_->object.metadata().uid(), "u1");
}

TEST_F(RestApiTest, R3A201ThatCannotBeReadIsAmbiguous) {
  for (const char* body : {"", "{", "{}", "garbage"}) {
    written_.reset();
    const loop::Handle call = StartCreate();
    transport_.Answer(201, body);
    ASSERT_TRUE(written_.has_value());
    EXPECT_EQ(written_->outcome.status.code(), absl::StatusCode::kDataLoss) << body;
    EXPECT_EQ(written_->outcome.http_status, 201);
    EXPECT_FALSE(written_->object.has_metadata());
  }
}

TEST_F(RestApiTest, AForbiddenCallNamesVerbResourceAndTheServersWords) {
  const loop::Handle call = StartCreate();
  transport_.Answer(
      403, R"({"kind":"Status","message":"User \"x\" cannot create resource","reason":"Forbidden","code":403})");
  ASSERT_TRUE(written_.has_value());
  EXPECT_EQ(written_->outcome.status.code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(ErrorOf(written_->outcome),
            R"(cannot create configmaps "lock" in namespace "apps": 403 Forbidden: User "x" cannot create resource)");
}

TEST_F(RestApiTest, DeletionsAnswerWithAStatusOrTheObjectAndNeedNeither) {
  for (const char* body : {R"({"kind":"Status","metadata":{},"status":"Success","details":{"uid":"u1"}})", kLock}) {
    written_.reset();
    const loop::Handle call = api_->DeleteConfigMap("apps", "lock", Precondition{"u1", "10"}, Keep());
    transport_.Answer(200, body);
    ASSERT_TRUE(written_.has_value());
    EXPECT_TRUE(written_->outcome.ok()) << written_->outcome.status;
    EXPECT_FALSE(written_->object.has_metadata());
  }
}

TEST_F(RestApiTest, R6ARefusedPreconditionIsAborted) {
  const loop::Handle call = api_->DeleteConfigMap("apps", "lock", Precondition{"u1", "10"}, Keep());
  transport_.Answer(409, R"({"kind":"Status","message":"Precondition failed: UID","reason":"Conflict","code":409})");
  EXPECT_EQ(written_->outcome.status.code(), absl::StatusCode::kAborted);
}

TEST_F(RestApiTest, NoAnswerIsUnavailableAndSaysOfWhat) {
  const loop::Handle call = StartCreate();
  transport_.Done(absl::UnavailableError("no complete answer from 10.0.0.1:443: cannot connect"));
  EXPECT_EQ(written_->outcome.status.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(written_->outcome.http_status, 0);
  EXPECT_EQ(
      ErrorOf(written_->outcome),
      R"(cannot create configmaps "lock" in namespace "apps": no complete answer from 10.0.0.1:443: cannot connect)");
}

// Watches.

std::string Line(const std::string& type, const std::string& resource_version) {
  return absl::StrCat(R"({"type":")", type, R"(","object":{"metadata":{"name":"lock","uid":"u1","resourceVersion":")",
                      resource_version, "\"}}}\n");
}

TEST_F(RestApiTest, AWatchTellsOpenEventsBookmarksAndTheServersEnd) {
  const loop::Handle call = StartWatch();
  transport_.Headers(HttpHead{200});
  transport_.Body(Line("ADDED", "10") + Line("BOOKMARK", "11"));
  transport_.Body(Line("DELETED", "12"));
  transport_.Done();
  EXPECT_THAT(observer_.notes, ElementsAre("open", "event 10", "bookmark 11", "event 12", "end"));
  EXPECT_TRUE(observer_.end.ok()) << observer_.end.status;
}

TEST_F(RestApiTest, ARefusedWatchDoesNotOpen) {
  const loop::Handle call = StartWatch();
  transport_.Answer(410, R"({"kind":"Status","reason":"Expired","message":"too old","code":410})");
  EXPECT_THAT(observer_.notes, ElementsAre("end"));
  EXPECT_EQ(observer_.end.status.code(), absl::StatusCode::kOutOfRange);
}

TEST_F(RestApiTest, AnErrorEventEndsTheWatchAndTheRequest) {
  const loop::Handle call = StartWatch();
  transport_.Headers(HttpHead{200});
  transport_.Body(
      R"({"type":"ERROR","object":{"kind":"Status","message":"Too large resource version: 9, current: 5","reason":"Timeout",)"
      R"("details":{"retryAfterSeconds":1},"code":504}})"
      "\n" +
      Line("ADDED", "10"));
  EXPECT_THAT(observer_.notes, ElementsAre("open", "end"));
  EXPECT_EQ(observer_.end.status.code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(observer_.end.retry_after, absl::Seconds(1));
  EXPECT_TRUE(transport_.sent.back()->abandoned);
}

TEST_F(RestApiTest, GarbageInAWatchIsDataLossAndEndsTheRequest) {
  const loop::Handle call = StartWatch();
  transport_.Headers(HttpHead{200});
  transport_.Body(Line("ADDED", "10") + "garbage\n");
  EXPECT_THAT(observer_.notes, ElementsAre("open", "event 10", "end"));
  EXPECT_EQ(observer_.end.status.code(), absl::StatusCode::kDataLoss);
  EXPECT_TRUE(transport_.sent.back()->abandoned);
}

TEST_F(RestApiTest, AWatchThatEndsInTheMiddleOfAnEventIsDataLoss) {
  const loop::Handle call = StartWatch();
  transport_.Headers(HttpHead{200});
  transport_.Body(Line("ADDED", "10").substr(0, 30));
  transport_.Done();
  EXPECT_EQ(observer_.end.status.code(), absl::StatusCode::kDataLoss);
}

TEST_F(RestApiTest, AWatchThatBreaksIsUnavailable) {
  const loop::Handle call = StartWatch();
  transport_.Headers(HttpHead{200});
  transport_.Done(absl::UnavailableError("reset"));
  EXPECT_THAT(observer_.notes, ElementsAre("open", "end"));
  EXPECT_EQ(observer_.end.status.code(), absl::StatusCode::kUnavailable);
}

TEST_F(RestApiTest, AWatchThatIsNeitherAcceptedNorRefusedIsGivenUp) {
  const loop::Handle call = StartWatch();
  scheduler_.Advance(Exchange::kStreamAnswerLimit - absl::Milliseconds(1));
  EXPECT_THAT(observer_.notes, IsEmpty());
  scheduler_.Advance(absl::Milliseconds(1));
  EXPECT_THAT(observer_.notes, ElementsAre("end"));
  EXPECT_EQ(observer_.end.status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(ErrorOf(observer_.end), AllOf(HasSubstr("10.0.0.1:443"), HasSubstr("15s")));
  EXPECT_TRUE(transport_.sent.back()->abandoned);
}

TEST_F(RestApiTest, AnAcceptedWatchMayBeQuietForAnyTime) {
  const loop::Handle call = StartWatch();
  transport_.Headers(HttpHead{200});
  scheduler_.Advance(absl::Hours(1));
  EXPECT_THAT(observer_.notes, ElementsAre("open"));
}

// 401 (R9).

TEST_F(RestApiTest, R9ARefusedTokenThatTheFileHasReplacedIsReplacedAndTheCallSentOnceMore) {
  const loop::Handle call = StartCreate();
  const std::string newer = testing::PodToken(InAnHour(), "2");
  files_.Write("token", newer);
  transport_.Answer(401, kUnauthorized);
  EXPECT_FALSE(written_.has_value());
  ASSERT_THAT(transport_.sent, SizeIs(2));
  EXPECT_TRUE(transport_.sent[0]->abandoned);
  EXPECT_TRUE(transport_.sent[1]->HasHeader("Authorization: Bearer " + newer));
  EXPECT_EQ(transport_.sent[1]->request.method, "POST");
  EXPECT_EQ(transport_.sent[1]->request.target, transport_.sent[0]->request.target);
  EXPECT_EQ(transport_.sent[1]->request.body, transport_.sent[0]->request.body);
  transport_.Answer(201, kLock);
  ASSERT_TRUE(written_.has_value());
  EXPECT_TRUE(written_->outcome.ok());
  EXPECT_EQ(written_->object.metadata().uid(), "u1");
}

TEST_F(RestApiTest, R9AWatchIsAlsoSentOnceMoreAndOpensOnce) {
  const loop::Handle call = StartWatch();
  files_.Write("token", testing::PodToken(InAnHour(), "2"));
  transport_.Answer(401, kUnauthorized);
  ASSERT_THAT(transport_.sent, SizeIs(2));
  EXPECT_TRUE(transport_.sent[1]->request.streaming);
  transport_.Headers(HttpHead{200});
  transport_.Body(Line("ADDED", "10"));
  EXPECT_THAT(observer_.notes, ElementsAre("open", "event 10"));
}

TEST_F(RestApiTest, R9ASecond401IsReportedEvenWhenTheFileHasChangedAgain) {
  const loop::Handle call = StartCreate();
  files_.Write("token", testing::PodToken(InAnHour(), "2"));
  transport_.Answer(401, kUnauthorized);
  files_.Write("token", testing::PodToken(InAnHour(), "3"));
  transport_.Answer(401, kUnauthorized);
  EXPECT_THAT(transport_.sent, SizeIs(2));
  ASSERT_TRUE(written_.has_value());
  EXPECT_EQ(written_->outcome.status.code(), absl::StatusCode::kUnauthenticated);
  // The token that was refused is not the one in the file any more.
  EXPECT_FALSE(written_->outcome.token_is_good);
}

TEST_F(RestApiTest, R9AnUnexpiredPodTokenThatIsStillInItsFileIsGood) {
  const loop::Handle call = StartCreate();
  transport_.Answer(401, kUnauthorized);
  EXPECT_THAT(transport_.sent, SizeIs(1));
  ASSERT_TRUE(written_.has_value());
  EXPECT_EQ(written_->outcome.status.code(), absl::StatusCode::kUnauthenticated);
  EXPECT_TRUE(written_->outcome.token_is_good);
}

TEST_F(RestApiTest, R9TheNewerTokenIsGoodWhenItIsRefusedToo) {
  const loop::Handle call = StartCreate();
  files_.Write("token", testing::PodToken(InAnHour(), "2"));
  transport_.Answer(401, kUnauthorized);
  transport_.Answer(401, kUnauthorized);
  ASSERT_TRUE(written_.has_value());
  EXPECT_TRUE(written_->outcome.token_is_good);
}

TEST_F(RestApiTest, R9ATokenThatCannotBeReadAgainIsNotGood) {
  const loop::Handle call = StartCreate();
  files_.Remove("token");
  transport_.Answer(401, kUnauthorized);
  ASSERT_TRUE(written_.has_value());
  EXPECT_FALSE(written_->outcome.token_is_good);
}

TEST_F(RestApiTest, R9ExpiryIsJudgedByTheServersClock) {
  HttpHead head{401};
  // The pod's clock is two hours behind: by it the token would be good.
  head.date = scheduler_.now.wall + absl::Hours(2);
  loop::Handle call = StartCreate();
  transport_.Answer(head, kUnauthorized);
  ASSERT_TRUE(written_.has_value());
  EXPECT_FALSE(written_->outcome.token_is_good);
  EXPECT_EQ(written_->outcome.server_time, head.date);

  // It is two hours ahead: by it the token would have expired.
  scheduler_.Advance(absl::Hours(2));
  head.date = scheduler_.now.wall - absl::Hours(2);
  call = StartCreate();
  transport_.Answer(head, kUnauthorized);
  EXPECT_TRUE(written_->outcome.token_is_good);
}

TEST_F(RestApiTest, R9WithoutTheServersClockTheWallClockJudges) {
  scheduler_.Advance(absl::Hours(2));
  const loop::Handle call = StartCreate();
  transport_.Answer(401, kUnauthorized);
  EXPECT_FALSE(written_->outcome.token_is_good);
}

TEST_F(RestApiTest, R9ATokenThatIsBoundToNoPodIsNotGood) {
  for (const std::string& token :
       {testing::TokenOf(R"({"exp":1.9e9,"kubernetes.io":{"namespace":"apps"}})"), std::string("opaque")}) {
    files_.Write("token", token);
    scheduler_.Advance(Credentials::kMaxAge);
    const loop::Handle call = StartCreate();
    ASSERT_TRUE(transport_.sent.back()->HasHeader("Authorization: Bearer " + token));
    transport_.Answer(401, kUnauthorized);
    EXPECT_FALSE(written_->outcome.token_is_good) << token;
  }
}

TEST_F(RestApiTest, ARotatedTokenIsUsedWithoutA401) {
  loop::Handle call = StartList();
  const std::string newer = testing::PodToken(InAnHour(), "2");
  files_.Write("token", newer);
  scheduler_.Advance(Credentials::kMaxAge);
  call = StartList();
  EXPECT_TRUE(transport_.sent.back()->HasHeader("Authorization: Bearer " + newer));
}

// Waiting for what says who we are.

class SlowAuthenticator : public Authenticator {
 public:
  const Proof* Current(const loop::Instant&) override { return proof.has_value() ? &*proof : nullptr; }
  loop::Handle Await(std::function<void(const absl::Status&)> callback) override {
    waiting = std::move(callback);
    return std::make_unique<Waiting>(this);
  }
  bool Renew(const loop::Instant&, const Proof& refused) override {
    refused_tokens.push_back(refused.token);
    return false;
  }

  std::optional<Proof> proof;
  std::function<void(const absl::Status&)> waiting;
  std::vector<std::string> refused_tokens;

 private:
  struct Waiting : loop::Pending {
    explicit Waiting(SlowAuthenticator* a) : owner(a) {}
    ~Waiting() override { owner->waiting = nullptr; }
    SlowAuthenticator* owner;
  };
};

class SlowAuthenticatorTest : public RestApiTest {
 protected:
  SlowAuthenticatorTest() { api_.emplace(&transport_, &authenticator_, &scheduler_); }
  void Tell(const absl::Status& status) {
    const auto waiting = authenticator_.waiting;
    ASSERT_TRUE(waiting);
    waiting(status);
  }

  SlowAuthenticator authenticator_;
};

TEST_F(SlowAuthenticatorTest, ACallIsSentOnceThereIsSomethingToSayWhoWeAre) {
  const loop::Handle call = StartCreate();
  EXPECT_THAT(transport_.sent, IsEmpty());
  const auto certificate = std::make_shared<const ClientCertificate>(ClientCertificate{"certificate", "key"});
  authenticator_.proof = Proof{"", {"Impersonate-User: a"}, certificate};
  Tell(absl::OkStatus());
  ASSERT_THAT(transport_.sent, SizeIs(1));
  EXPECT_TRUE(transport_.sent[0]->HasHeader("Impersonate-User: a"));
  EXPECT_EQ(transport_.sent[0]->request.certificate, certificate);
  for (const std::string& header : transport_.sent[0]->request.headers) {
    EXPECT_THAT(header, ::testing::Not(StartsWith("Authorization")));
  }
  transport_.Answer(201, kLock);
  EXPECT_TRUE(written_->outcome.ok());
}

TEST_F(SlowAuthenticatorTest, ACallEndsWithoutBeingSentWhenThereIsNothing) {
  const loop::Handle call = StartWatch();
  Tell(absl::UnavailableError("the plugin failed"));
  EXPECT_THAT(transport_.sent, IsEmpty());
  EXPECT_THAT(observer_.notes, ElementsAre("end"));
  EXPECT_EQ(observer_.end.status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(ErrorOf(observer_.end), AllOf(StartsWith("cannot watch configmaps"), HasSubstr("the plugin failed")));
}

TEST_F(SlowAuthenticatorTest, ACallThatIsGivenUpWaitsNoMore) {
  loop::Handle call = StartList();
  call.reset();
  EXPECT_EQ(authenticator_.waiting, nullptr);
}

TEST_F(SlowAuthenticatorTest, R9ARefusalOfWhatWasNotGotAgainSaysNothingOfThePod) {
  authenticator_.proof = Proof{token_, {}, nullptr};
  const loop::Handle call = StartCreate();
  transport_.Answer(401, kUnauthorized);
  EXPECT_THAT(authenticator_.refused_tokens, ElementsAre(token_));
  ASSERT_TRUE(written_.has_value());
  EXPECT_FALSE(written_->outcome.token_is_good);
}

// Handles.

TEST_F(RestApiTest, ADestroyedHandleAbandonsTheRequestAndSilencesTheCallback) {
  loop::Handle call = StartCreate();
  call.reset();
  EXPECT_TRUE(transport_.sent.back()->abandoned);
  transport_.Answer(201, kLock);
  EXPECT_FALSE(written_.has_value());
}

TEST_F(RestApiTest, AHandleMayBeDestroyedOrReplacedInItsOwnCallback) {
  loop::Handle call;
  int answers = 0;
  ListCallback<ConfigMap> callback = [&](Listing<ConfigMap>) {
    if (++answers == 1) {
      call = api_->List(Selector{"apps", "lock", ""}, callback);
    } else {
      call.reset();
    }
  };
  call = api_->List(Selector{"apps", "lock", ""}, callback);
  transport_.Answer(200, R"({"metadata":{"resourceVersion":"1"}})");
  EXPECT_EQ(answers, 1);
  ASSERT_THAT(transport_.sent, SizeIs(2));
  transport_.Answer(500, "");
  EXPECT_EQ(answers, 2);
}

class WatchDestroyedInCallbackTest : public RestApiTest, public ::testing::WithParamInterface<const char*> {};

TEST_P(WatchDestroyedInCallbackTest, TellsNothingAfterwards) {
  loop::Handle call = StartWatch();
  observer_.on_note = [&](const std::string& note) {
    if (note == GetParam()) call.reset();
  };
  transport_.Headers(HttpHead{200});
  transport_.Body(Line("ADDED", "10") + Line("BOOKMARK", "11") + Line("ADDED", "12"));
  transport_.Done();
  EXPECT_EQ(observer_.notes.back(), GetParam());
  EXPECT_TRUE(transport_.sent.back()->abandoned);
}

INSTANTIATE_TEST_SUITE_P(All, WatchDestroyedInCallbackTest,
                         ::testing::Values("open", "event 10", "bookmark 11", "end"));

TEST_F(RestApiTest, AWatchMayBeDestroyedWhenItIsGivenUp) {
  loop::Handle call = StartWatch();
  observer_.on_note = [&](const std::string&) { call.reset(); };
  scheduler_.Advance(Exchange::kStreamAnswerLimit);
  EXPECT_THAT(observer_.notes, ElementsAre("end"));
}

}  // namespace
}  // namespace leadership_broker::kube
