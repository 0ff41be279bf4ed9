#include "server/call_log.h"

#include <string>

#include "absl/strings/str_cat.h"

#include "server/config/logging.h"

namespace leadership_broker {

void CallLog::OnSent(absl::string_view what) {
  config::Log(config::LogLevel::kDebug, absl::StrCat("sent: ", what));
  next_->OnSent(what);
}

void CallLog::OnEvent(absl::string_view type, absl::string_view resource, absl::string_view name,
                      absl::Duration decoding) {
  config::Log(config::LogLevel::kDebug, absl::StrCat("watch of ", resource, ": ", type),
              {{"name", name}, {"decoding_microseconds", absl::StrCat(absl::ToInt64Microseconds(decoding))}});
  next_->OnEvent(type, resource, name, decoding);
}

void CallLog::OnAnswer(absl::string_view verb, absl::string_view what, int http_status, absl::Duration took) {
  config::Log(config::LogLevel::kDebug, what,
              {{"http_status", http_status == 0 ? "none" : absl::StrCat(http_status)},
               {"milliseconds", absl::StrCat(absl::ToInt64Milliseconds(took))}});
  next_->OnAnswer(verb, what, http_status, took);
}

void CallLog::OnWatchEnd(absl::string_view resource, const kube::Outcome& outcome) {
  const std::string why = outcome.ok() ? "by the API server, in good order" : std::string(outcome.status.message());
  config::Log(config::LogLevel::kDebug, absl::StrCat("a watch of ", resource, " has ended"), {{"why", why}});
  next_->OnWatchEnd(resource, outcome);
}

}  // namespace leadership_broker
