// What an answer, an ERROR event or a broken transfer is taken for: never a success that it is not, and always with a
// message that can be shown.
//
// Input: a line "STATUS RETRY_AFTER DATE CURLCODE" of numbers, then the body.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

#include "server/election/troubles.h"
#include "server/kube/curl_error.h"
#include "server/kube/json.h"
#include "server/kube/outcome.h"
#include "tests/fuzz/check.h"
#include "tests/fuzz/pieces.h"

namespace leadership_broker::fuzz {
namespace {

constexpr absl::string_view kWhat = R"(watch configmaps "lock" in namespace "apps")";
// Enough for an admission policy's words. It goes to every subscriber.
constexpr size_t kLongestMessage = 4096;

std::array<int64_t, 4> Numbers(absl::string_view line) {
  std::array<int64_t, 4> numbers = {};
  size_t i = 0;
  for (absl::string_view text : absl::StrSplit(line, ' ', absl::SkipEmpty())) {
    if (i == numbers.size()) break;
    if (!absl::SimpleAtoi(text, &numbers[i])) numbers[i] = 0;
    ++i;
  }
  return numbers;
}

void CheckFailure(const kube::Outcome& outcome) {
  const std::string message(outcome.status.message());
  Check(!outcome.ok(), "it is no success");
  Check(!message.empty(), "a failure says what failed");
  Check(IsPrintable(message), "a failure's message can be shown", message);
  Check(message.size() <= kLongestMessage, "a failure's message has an end", absl::StrCat(message.size()));
  Check(outcome.retry_after >= absl::ZeroDuration(), "nobody is asked to wait for less than nothing");
  Check(!outcome.token_is_good, "R9: only a 401 of an exchange says that a token is good");
  Check(election::ReasonOf(outcome) != leadership::v1::Leadership::REASON_UNSPECIFIED, "a trouble has a reason");
  // It becomes part of what is told.
  Check(IsUtf8(message), "a failure's message is UTF-8", message);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const FirstLine input = SplitFirstLine({reinterpret_cast<const char*>(data), size});
  const auto [status, retry_after, date, curl_code] = Numbers(input.line);
  kube::HttpHead head;
  head.status = static_cast<int>(status);
  head.retry_after = absl::Seconds(retry_after);
  head.date = absl::FromUnixSeconds(date);

  const kube::Outcome answer = kube::OutcomeOfAnswer(kWhat, head, input.rest);
  Check(answer.http_status == head.status, "an outcome has the answer's status");
  Check(answer.server_time == head.date, "an outcome has the server's time");
  if (head.status >= 200 && head.status < 300) {
    Check(answer.ok(), "a 2xx is a success");
  } else {
    CheckFailure(answer);
  }

  if (const auto event = kube::FromJson<kube::Status>(input.rest); event.ok()) {
    CheckFailure(kube::OutcomeOfErrorEvent(kWhat, head, *event));
  }
  // curl writes its details into a buffer of so many bytes, without a zero in them.
  const std::string detail(input.rest.substr(0, std::min(input.rest.find('\0'), size_t{CURL_ERROR_SIZE - 1})));
  const auto code = static_cast<CURLcode>(std::abs(curl_code % CURL_LAST));
  if (code != CURLE_OK) {
    CheckFailure(kube::OutcomeOfBreak(kWhat, head, kube::CurlError(code, detail, "10.0.0.1:443", "ca.crt")));
  }
  CheckFailure(kube::OutcomeOfUnreadable(kWhat, head, detail.empty() ? "no JSON" : "JSON of something else"));
  return 0;
}

}  // namespace leadership_broker::fuzz
