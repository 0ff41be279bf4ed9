#include "server/kube/outcome.h"

#include <algorithm>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "server/config/plain_text.h"
#include "server/kube/json.h"

namespace leadership_broker::kube {
namespace {

// What is shown of a body that is no Status, e.g. a proxy's page.
constexpr size_t kMaxQuote = 200;
// Room for what an admission policy has to say.
constexpr size_t kMaxWhy = 1000;

// How the server refuses a patch whose metadata.uid, sent as a precondition, is another object's.
bool IsAboutUid(const Status& status) {
  const auto& causes = status.details().causes();
  return std::any_of(causes.begin(), causes.end(), [](const StatusCause& c) { return c.field() == "metadata.uid"; });
}

absl::StatusCode CodeOf(int http_status, const Status& status) {
  // A resource version that the server has no more, or not yet (its cache lags behind etcd, or the store went back in
  // time). In both cases only a new list helps.
  if (status.reason() == "Expired" || status.reason() == "Gone" ||
      absl::StrContains(status.message(), "Too large resource version")) {
    return absl::StatusCode::kOutOfRange;
  }
  switch (http_status) {
    case 400:
      return absl::StatusCode::kInvalidArgument;
    case 401:
      return absl::StatusCode::kUnauthenticated;
    case 403:
      return absl::StatusCode::kPermissionDenied;
    case 404:
      return absl::StatusCode::kNotFound;
    case 409:
      return status.reason() == "AlreadyExists" ? absl::StatusCode::kAlreadyExists : absl::StatusCode::kAborted;
    case 410:
      return absl::StatusCode::kOutOfRange;
    case 422:
      return IsAboutUid(status) ? absl::StatusCode::kAborted : absl::StatusCode::kInvalidArgument;
    case 429:
      return absl::StatusCode::kResourceExhausted;
    default:
      return http_status >= 500 && http_status < 600 ? absl::StatusCode::kInternal : absl::StatusCode::kUnknown;
  }
}

Outcome FromHead(const HttpHead& head) {
  Outcome outcome;
  outcome.http_status = head.status;
  // A date that has passed gives less than nothing.
  outcome.retry_after = std::max(head.retry_after, absl::ZeroDuration());
  outcome.server_time = head.date;
  return outcome;
}

// `why` may hold anything that a server, a proxy or a certificate says of itself. It goes into the log and to every
// subscriber.
absl::Status Failure(absl::StatusCode code, absl::string_view what, absl::string_view why) {
  return absl::Status(code, absl::StrCat("cannot ", what, ": ", config::ToPlainText(config::Shortened(why, kMaxWhy))));
}

Outcome FromStatus(absl::string_view what, const HttpHead& head, const Status& status) {
  Outcome outcome = FromHead(head);
  std::string why = absl::StrCat(head.status);
  if (!status.reason().empty()) absl::StrAppend(&why, " ", status.reason());
  if (!status.message().empty()) absl::StrAppend(&why, ": ", status.message());
  outcome.status = Failure(CodeOf(head.status, status), what, why);
  if (outcome.retry_after == absl::ZeroDuration() && status.details().retry_after_seconds() > 0) {
    outcome.retry_after = absl::Seconds(status.details().retry_after_seconds());
  }
  return outcome;
}

// The body as a Status; where it is none, one whose message quotes it.
Status StatusOfBody(absl::string_view body) {
  absl::StatusOr<Status> status = FromJson<Status>(body);
  if (status.ok() && status->kind() == "Status") return *std::move(status);
  Status quote;
  quote.set_message(absl::CHexEscape(absl::StripAsciiWhitespace(body).substr(0, kMaxQuote)));
  return quote;
}

}  // namespace

Outcome OutcomeOfAnswer(absl::string_view what, const HttpHead& head, absl::string_view body) {
  if (head.status >= 200 && head.status < 300) return FromHead(head);
  return FromStatus(what, head, StatusOfBody(body));
}

Outcome OutcomeOfBreak(absl::string_view what, const HttpHead& head, const absl::Status& error) {
  if (head.status >= 300) {
    Status status;
    status.set_message(std::string(error.message()));
    return FromStatus(what, head, status);
  }
  Outcome outcome = FromHead(head);
  outcome.status = Failure(absl::StatusCode::kUnavailable, what, error.message());
  return outcome;
}

Outcome OutcomeOfUnreadable(absl::string_view what, const HttpHead& head, absl::string_view why) {
  Outcome outcome = FromHead(head);
  outcome.status = Failure(absl::StatusCode::kDataLoss, what,
                           absl::StrCat(head.status, " with an answer that cannot be read: ", why));
  return outcome;
}

Outcome OutcomeOfErrorEvent(absl::string_view what, const HttpHead& head, const Status& status) {
  HttpHead error_head = head;
  error_head.status = status.code();
  return FromStatus(what, error_head, status);
}

}  // namespace leadership_broker::kube
