// What a ServiceAccount token says of itself: the pod it is bound to and when it expires (RFC 7519; KEP-1205,
// KEP-4193).
//
// The signature is not checked: the token comes from our own pod's files, and whether it is genuine is for the API
// server alone to judge, to which every request carries it.
#ifndef LEADERSHIP_BROKER_KUBE_TOKEN_CLAIMS_H_
#define LEADERSHIP_BROKER_KUBE_TOKEN_CLAIMS_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

#include "server/kube/kube.pb.h"

namespace leadership_broker::kube {

// Whether this can be sent as a token, of whatever kind: visible characters alone, since it becomes part of an HTTP
// header, and at least one.
bool IsToken(absl::string_view text);

// Claims that the token does not make are left empty. INVALID_ARGUMENT, which never quotes the token, when it is no
// JWT.
absl::StatusOr<TokenClaims> ParseTokenClaims(absl::string_view token);

// Bound to a pod, and not expired at `now`.
bool IsLivePodToken(const TokenClaims& claims, absl::Time now);

}  // namespace leadership_broker::kube

#endif  // LEADERSHIP_BROKER_KUBE_TOKEN_CLAIMS_H_
