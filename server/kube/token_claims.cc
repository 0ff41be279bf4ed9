#include "server/kube/token_claims.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_split.h"

#include "server/kube/json.h"

namespace leadership_broker::kube {

bool IsToken(absl::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(),
                                      [](char c) { return absl::ascii_isgraph(static_cast<unsigned char>(c)); });
}

absl::StatusOr<TokenClaims> ParseTokenClaims(absl::string_view token) {
  const std::vector<absl::string_view> parts = absl::StrSplit(token, '.');
  if (parts.size() != 3) return absl::InvalidArgumentError("the token is no JWT: not three parts with dots between");
  std::string payload;
  if (!absl::WebSafeBase64Unescape(parts[1], &payload)) {
    return absl::InvalidArgumentError("the token is no JWT: its payload is no base64url");
  }
  TokenClaims claims;
  // The parser's own message would quote the payload.
  if (!ReadJson(payload, &claims).ok()) {
    return absl::InvalidArgumentError("the token is no JWT of Kubernetes: its claims cannot be read");
  }
  return claims;
}

bool IsLivePodToken(const TokenClaims& claims, absl::Time now) {
  return !claims.kubernetes().pod().uid().empty() && claims.exp() > absl::ToDoubleSeconds(now - absl::UnixEpoch());
}

}  // namespace leadership_broker::kube
