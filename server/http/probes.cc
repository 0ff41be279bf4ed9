#include "server/http/probes.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace leadership_broker::http {
namespace {

Answer Verdict(bool good, std::string why_not) {
  Answer answer;
  answer.status = good ? 200 : 503;
  answer.body = good ? "ok\n" : std::move(why_not);
  return answer;
}

}  // namespace

Handlers ProbeHandlers(std::function<absl::Duration()> last_turn_age, std::function<bool()> answers_calls) {
  return {
      {"/livez",
       [last_turn_age = std::move(last_turn_age)](const Request&) {
         const absl::Duration age = last_turn_age();
         return Verdict(age <= kLongestTurn,
                        absl::StrCat("the event loop has not turned for ", absl::FormatDuration(age), "\n"));
       }},
      {"/readyz",
       [answers_calls = std::move(answers_calls)](const Request&) {
         return Verdict(answers_calls(), "calls are not answered: the broker is starting or shutting down\n");
       }},
  };
}

}  // namespace leadership_broker::http
