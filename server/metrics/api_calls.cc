#include "server/metrics/api_calls.h"

#include <string>

#include "absl/strings/str_cat.h"

namespace leadership_broker::metrics {
namespace {

// A request is given up after 15 s.
const prometheus::Histogram::BucketBoundaries kRequestSeconds = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 2.5, 15};

// As client-go has it in rest_client_requests_total.
std::string Code(int http_status) { return http_status == 0 ? "<error>" : absl::StrCat(http_status); }

std::string Reason(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kOk:
      return "ended";
    case absl::StatusCode::kOutOfRange:
      return "expired";
    case absl::StatusCode::kUnavailable:
      return "disconnected";
    case absl::StatusCode::kResourceExhausted:
      return "throttled";
    case absl::StatusCode::kPermissionDenied:
      return "forbidden";
    case absl::StatusCode::kUnauthenticated:
      return "unauthorized";
    case absl::StatusCode::kDataLoss:
      return "unreadable";
    default:
      return "error";
  }
}

}  // namespace

ApiCalls::ApiCalls(prometheus::Registry* registry)
    : requests_(prometheus::BuildCounter()
                    .Name("leadership_broker_api_requests_total")
                    .Help("Requests to the API server, by RBAC's verb and HTTP status; <error>: no complete answer.")
                    .Register(*registry)),
      durations_(prometheus::BuildHistogram()
                     .Name("leadership_broker_api_request_duration_seconds")
                     .Help("How long the API server took to answer; for a watch, to accept it.")
                     .Register(*registry)),
      watch_restarts_(prometheus::BuildCounter()
                          .Name("leadership_broker_watch_restarts_total")
                          .Help("Watches that ended or were not accepted, each of which is followed by another, by "
                                "why; ended: by the server, as it does every few minutes.")
                          .Register(*registry)) {
  // There from the start at 0, since Prometheus takes no note of a counter's first value.
  for (const char* resource : {"configmaps", "pods"}) {
    for (const absl::StatusCode code :
         {absl::StatusCode::kOk, absl::StatusCode::kOutOfRange, absl::StatusCode::kUnavailable,
          absl::StatusCode::kResourceExhausted, absl::StatusCode::kPermissionDenied, absl::StatusCode::kUnauthenticated,
          absl::StatusCode::kDataLoss, absl::StatusCode::kUnknown}) {
      watch_restarts_.Add({{"resource", resource}, {"reason", Reason(code)}});
    }
  }
}

void ApiCalls::OnAnswer(absl::string_view verb, absl::string_view, int http_status, absl::Duration took) {
  requests_.Add({{"verb", std::string(verb)}, {"code", Code(http_status)}}).Increment();
  durations_.Add({{"verb", std::string(verb)}}, kRequestSeconds).Observe(absl::ToDoubleSeconds(took));
}

void ApiCalls::OnWatchEnd(absl::string_view resource, const kube::Outcome& outcome) {
  watch_restarts_.Add({{"resource", std::string(resource)}, {"reason", Reason(outcome.status.code())}}).Increment();
}

}  // namespace leadership_broker::metrics
