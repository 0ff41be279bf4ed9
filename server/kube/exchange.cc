#include "server/kube/exchange.h"

#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"

#include "server/kube/kube.pb.h"
#include "server/kube/outcome.h"
#include "server/kube/token_claims.h"
#include "server/kube/user_agent.h"

namespace leadership_broker::kube {
namespace {

constexpr size_t kMaxErrorBody = 64 << 10;

}  // namespace

Exchange::Exchange(const Connection& connection, ApiRequest request)
    : connection_(connection), request_(std::move(request)) {
  if (request_.valid.ok()) {
    Send();
    return;
  }
  timer_ = connection_.scheduler->After(absl::ZeroDuration(), [this] {
    Outcome outcome;
    outcome.status =
        absl::Status(request_.valid.code(), absl::StrCat("cannot ", what(), ": ", request_.valid.message()));
    End(std::move(outcome));
  });
}

void Exchange::End(Outcome outcome) {
  transfer_.reset();
  timer_.reset();
  wait_.reset();
  OnEnded(std::move(outcome));
}

void Exchange::EndUnreadable(absl::string_view why) { End(OutcomeOfUnreadable(what(), head_, why)); }

void Exchange::ReportAnswer(int http_status) {
  if (connection_.observer == nullptr) return;
  connection_.observer->OnAnswer(request_.verb, what(), http_status, connection_.scheduler->Now().boot - sent_at_);
}

void Exchange::ReportEvent(absl::string_view type, absl::string_view name, absl::Duration decoding) {
  if (connection_.observer != nullptr) connection_.observer->OnEvent(type, request_.resource, name, decoding);
}

void Exchange::ReportWatchEnd(const Outcome& outcome) {
  if (connection_.observer != nullptr) connection_.observer->OnWatchEnd(request_.resource, outcome);
}

void Exchange::Send() {
  head_ = HttpHead();
  error_body_.clear();
  const Proof* const proof = connection_.authenticator->Current(connection_.scheduler->Now());
  if (proof != nullptr) return Transfer(*proof);
  wait_ = connection_.authenticator->Await([this](const absl::Status& status) {
    if (status.ok()) return Send();
    End(OutcomeOfBreak(what(), head_, status));
  });
}

void Exchange::Transfer(const Proof& proof) {
  sent_ = proof;
  sent_at_ = connection_.scheduler->Now().boot;
  HttpRequest http = request_.http;
  http.headers.push_back("Accept: application/json");
  http.headers.push_back(absl::StrCat("User-Agent: ", UserAgent()));
  if (!sent_.token.empty()) http.headers.push_back(absl::StrCat("Authorization: Bearer ", sent_.token));
  http.headers.insert(http.headers.end(), sent_.headers.begin(), sent_.headers.end());
  http.certificate = sent_.certificate;
  transfer_ = connection_.transport->Start(std::move(http), this);
  if (connection_.observer != nullptr) connection_.observer->OnSent(what());
  if (!request_.http.streaming) return;
  timer_ = connection_.scheduler->After(kStreamAnswerLimit, [this] {
    if (head_.status == 0) ReportAnswer(0);
    End(OutcomeOfBreak(
        what(), head_,
        absl::UnavailableError(absl::StrCat("no complete answer from ", connection_.transport->Peer(),
                                            ": nothing within ", absl::FormatDuration(kStreamAnswerLimit)))));
  });
}

void Exchange::OnHeaders(const HttpHead& head) {
  head_ = head;
  if (request_.http.streaming) ReportAnswer(head.status);
  if (!Accepted()) return;
  timer_.reset();
  OnAccepted();
}

void Exchange::OnBody(absl::string_view chunk) {
  if (Accepted()) {
    OnChunk(chunk);
  } else {
    absl::StrAppend(&error_body_, chunk.substr(0, kMaxErrorBody - error_body_.size()));
  }
}

void Exchange::OnDone(const absl::Status& status) {
  // The head of a stream's answer has been reported.
  if (!request_.http.streaming || head_.status == 0) ReportAnswer(status.ok() ? head_.status : 0);
  Outcome outcome = status.ok() ? OutcomeOfAnswer(what(), head_, error_body_) : OutcomeOfBreak(what(), head_, status);
  if (outcome.http_status == 401) {
    OnUnauthorized(std::move(outcome));
  } else {
    End(std::move(outcome));
  }
}

void Exchange::OnUnauthorized(Outcome outcome) {
  const loop::Instant now = connection_.scheduler->Now();
  if (connection_.authenticator->Renew(now, sent_)) {
    const Proof* const proof = connection_.authenticator->Current(now);
    if (proof == nullptr || proof->token != sent_.token || proof->certificate != sent_.certificate) {
      if (!std::exchange(tried_twice_, true)) return Send();
    } else if (const absl::StatusOr<TokenClaims> claims = ParseTokenClaims(sent_.token); claims.ok()) {
      // By the server's own clock, which is the one it judges by.
      const absl::Time server_time = outcome.server_time == absl::InfinitePast() ? now.wall : outcome.server_time;
      outcome.token_is_good = IsLivePodToken(*claims, server_time);
    }
  }
  End(std::move(outcome));
}

}  // namespace leadership_broker::kube
