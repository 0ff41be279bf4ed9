#include "server/kube/outcome.h"

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace leadership_broker::kube {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr absl::string_view kWhat = R"(watch configmaps "lock" in namespace "apps")";

HttpHead Head(int status) {
  HttpHead head;
  head.status = status;
  return head;
}

std::string StatusBody(const std::string& reason, const std::string& message, int code) {
  return R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":")" + message +
         R"(","reason":")" + reason + R"(","code":)" + std::to_string(code) + "}";
}

struct Mapping {
  int http_status;
  std::string reason;
  std::string message;
  absl::StatusCode code;
};

class OutcomeMappingTest : public ::testing::TestWithParam<Mapping> {};

TEST_P(OutcomeMappingTest, IsAsTheContractSays) {
  const Mapping& mapping = GetParam();
  const Outcome outcome = OutcomeOfAnswer(kWhat, Head(mapping.http_status),
                                          StatusBody(mapping.reason, mapping.message, mapping.http_status));
  EXPECT_EQ(outcome.status.code(), mapping.code) << outcome.status;
  EXPECT_EQ(outcome.http_status, mapping.http_status);
  EXPECT_FALSE(outcome.token_is_good);
  EXPECT_EQ(outcome.status.message(), std::string("cannot ") + std::string(kWhat) + ": " +
                                          std::to_string(mapping.http_status) + " " + mapping.reason + ": " +
                                          mapping.message);
}

INSTANTIATE_TEST_SUITE_P(
    All, OutcomeMappingTest,
    ::testing::Values(Mapping{400, "BadRequest", "bad", absl::StatusCode::kInvalidArgument},
                      Mapping{401, "Unauthorized", "Unauthorized", absl::StatusCode::kUnauthenticated},
                      Mapping{403, "Forbidden", "cannot watch resource", absl::StatusCode::kPermissionDenied},
                      Mapping{404, "NotFound", "not found", absl::StatusCode::kNotFound},
                      Mapping{405, "MethodNotAllowed", "no", absl::StatusCode::kUnknown},
                      Mapping{409, "AlreadyExists", "exists", absl::StatusCode::kAlreadyExists},
                      Mapping{409, "Conflict", "Precondition failed", absl::StatusCode::kAborted},
                      Mapping{410, "Expired", "too old", absl::StatusCode::kOutOfRange},
                      Mapping{410, "Gone", "gone", absl::StatusCode::kOutOfRange},
                      Mapping{422, "Invalid", "invalid", absl::StatusCode::kInvalidArgument},
                      Mapping{429, "TooManyRequests", "slow down", absl::StatusCode::kResourceExhausted},
                      Mapping{500, "InternalError", "oops", absl::StatusCode::kInternal},
                      Mapping{503, "ServiceUnavailable", "starting", absl::StatusCode::kInternal},
                      Mapping{504, "Timeout", "request timed out", absl::StatusCode::kInternal},
                      Mapping{504, "Timeout", "Too large resource version: 9, current: 5",
                              absl::StatusCode::kOutOfRange},
                      Mapping{500, "Expired", "continue token expired", absl::StatusCode::kOutOfRange}));

TEST(OutcomeTest, AConflictThatGivesNoReasonIsNotTakenForAnExistingObject) {
  EXPECT_EQ(OutcomeOfAnswer(kWhat, Head(409), "").status.code(), absl::StatusCode::kAborted);
}

TEST(OutcomeTest, APatchRefusedForItsUidIsAborted) {
  // As kube-apiserver 1.36 answers it when no resourceVersion was sent.
  const std::string body =
      R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"ConfigMap \"lock\" is invalid",)"
      R"("reason":"Invalid","details":{"name":"lock","kind":"ConfigMap","causes":[{"reason":"FieldValueInvalid",)"
      R"("message":"Invalid value: \"u1\": field is immutable","field":"metadata.uid"}]},"code":422})";
  EXPECT_EQ(OutcomeOfAnswer(kWhat, Head(422), body).status.code(), absl::StatusCode::kAborted);
}

TEST(OutcomeTest, ARedirectIsNotFollowedAndIsUnknown) {
  EXPECT_EQ(OutcomeOfAnswer(kWhat, Head(302), "").status.code(), absl::StatusCode::kUnknown);
}

TEST(OutcomeTest, A2xxIsOkAndKeepsTheServersTime) {
  HttpHead head = Head(201);
  head.date = absl::FromUnixSeconds(1800000000);
  const Outcome outcome = OutcomeOfAnswer(kWhat, head, "");
  EXPECT_TRUE(outcome.ok());
  EXPECT_EQ(outcome.http_status, 201);
  EXPECT_EQ(outcome.server_time, absl::FromUnixSeconds(1800000000));
}

TEST(OutcomeTest, R11RetryAfterIsTakenFromTheHeaderAndElseFromTheBody) {
  const std::string body =
      R"({"kind":"Status","reason":"TooManyRequests","details":{"retryAfterSeconds":7},"code":429})";
  HttpHead head = Head(429);
  EXPECT_EQ(OutcomeOfAnswer(kWhat, head, body).retry_after, absl::Seconds(7));
  head.retry_after = absl::Seconds(3);
  EXPECT_EQ(OutcomeOfAnswer(kWhat, head, body).retry_after, absl::Seconds(3));
}

TEST(OutcomeTest, ABodyThatIsNoStatusIsQuotedShortAndPrintable) {
  const Outcome outcome = OutcomeOfAnswer(kWhat, Head(502), "<html>\n\xff bad gateway" + std::string(10000, 'x'));
  EXPECT_EQ(outcome.status.code(), absl::StatusCode::kInternal);
  EXPECT_THAT(std::string(outcome.status.message()), HasSubstr("502: <html>\\n\\xff bad gateway"));
  EXPECT_LT(outcome.status.message().size(), 500u);
}

TEST(OutcomeTest, WhatTheServerSaysIsShownOnOneLineWithAnEnd) {
  const Outcome odd = OutcomeOfAnswer(kWhat, Head(403), StatusBody("Forbidden", R"(no\n\u001b[31m\u00e9)", 403));
  EXPECT_THAT(std::string(odd.status.message()), HasSubstr("403 Forbidden: no\\n\\x1b[31m\xc3\xa9"));
  const Outcome lasting = OutcomeOfAnswer(kWhat, Head(403), StatusBody("Forbidden", std::string(50000, 'x'), 403));
  EXPECT_LT(lasting.status.message().size(), 1200u);
  const Outcome broken = OutcomeOfBreak(kWhat, HttpHead(), absl::UnavailableError("CN=\xff\r\n"));
  EXPECT_THAT(std::string(broken.status.message()), HasSubstr("CN=\\xff\\r\\n"));
}

TEST(OutcomeTest, ARetryAfterThatHasPassedIsNone) {
  HttpHead head = Head(503);
  head.retry_after = absl::Seconds(-86400);
  EXPECT_EQ(OutcomeOfAnswer(kWhat, head, "").retry_after, absl::ZeroDuration());
}

TEST(OutcomeTest, NoAnswerIsUnavailableWithoutHttpStatus) {
  const Outcome outcome = OutcomeOfBreak(kWhat, HttpHead(), absl::UnavailableError("10.0.0.1:443 refused"));
  EXPECT_EQ(outcome.status.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(outcome.status.message(), R"(cannot watch configmaps "lock" in namespace "apps": 10.0.0.1:443 refused)");
  EXPECT_EQ(outcome.http_status, 0);
}

TEST(OutcomeTest, AnAnswerThatBreaksOffIsUnavailableUnlessItsStatusSaysMore) {
  EXPECT_EQ(OutcomeOfBreak(kWhat, Head(201), absl::UnavailableError("broke")).status.code(),
            absl::StatusCode::kUnavailable);
  const Outcome refused = OutcomeOfBreak(kWhat, Head(403), absl::UnavailableError("broke"));
  EXPECT_EQ(refused.status.code(), absl::StatusCode::kPermissionDenied);
  EXPECT_THAT(std::string(refused.status.message()), HasSubstr("403: broke"));
}

TEST(OutcomeTest, AnErrorEventCountsByItsOwnCode) {
  Status status;
  status.set_code(410);
  status.set_reason("Expired");
  status.set_message("too old resource version: 1 (5)");
  const Outcome outcome = OutcomeOfErrorEvent(kWhat, Head(200), status);
  EXPECT_EQ(outcome.status.code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(outcome.http_status, 410);
  EXPECT_THAT(std::string(outcome.status.message()),
              StartsWith(R"(cannot watch configmaps "lock" in namespace "apps": 410 Expired)"));
}

TEST(OutcomeTest, AnErrorEventThatSaysNothingIsNoSuccess) {
  EXPECT_FALSE(OutcomeOfErrorEvent(kWhat, Head(200), Status()).ok());
}

TEST(OutcomeTest, UnreadableIsDataLoss) {
  const Outcome outcome = OutcomeOfUnreadable(kWhat, Head(201), "no JSON");
  EXPECT_EQ(outcome.status.code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(outcome.http_status, 201);
}

}  // namespace
}  // namespace leadership_broker::kube
