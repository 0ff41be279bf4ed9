// ServiceAccount tokens: whole ones, and payloads put into one, so that base64 need not be found by chance.
//
// Input: the token, or a payload.
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/match.h"

#include "server/kube/json.h"
#include "server/kube/token_claims.h"
#include "tests/fuzz/check.h"
#include "tests/unit/kube/pod_token.h"

namespace leadership_broker::fuzz {
namespace {

void CheckClaims(const absl::StatusOr<kube::TokenClaims>& claims) {
  if (!claims.ok()) {
    const absl::string_view message = claims.status().message();
    Check(absl::IsInvalidArgument(claims.status()), "what is no token is INVALID_ARGUMENT");
    // It is of one of a few sentences, and so cannot quote the token.
    Check(absl::StartsWith(message, "the token is no JWT") && message.size() < 100, "an error quotes no token",
          message);
    return;
  }
  for (const absl::Time now : {absl::UnixEpoch(), absl::FromUnixSeconds(1'800'000'000), absl::InfiniteFuture()}) {
    if (!kube::IsLivePodToken(*claims, now)) continue;
    Check(!claims->kubernetes().pod().uid().empty(), "R9: a live pod token is bound to a pod");
    Check(now < absl::UnixEpoch() + absl::Seconds(claims->exp()), "R9: a live token has not expired");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view input(reinterpret_cast<const char*>(data), size);
  CheckClaims(kube::ParseTokenClaims(input));

  const absl::StatusOr<kube::TokenClaims> wrapped = kube::ParseTokenClaims(testing::TokenOf(input));
  CheckClaims(wrapped);
  const absl::StatusOr<kube::TokenClaims> payload = kube::FromJson<kube::TokenClaims>(input);
  Check(wrapped.ok() == payload.ok(), "a token says what its payload says");
  if (wrapped.ok()) Check(Bytes(*wrapped) == Bytes(*payload), "a token says what its payload says");
  return 0;
}

}  // namespace leadership_broker::fuzz
