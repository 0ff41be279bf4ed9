// ServiceAccount tokens as the API server makes them, but for the signature.
#ifndef LEADERSHIP_BROKER_TESTS_UNIT_KUBE_POD_TOKEN_H_
#define LEADERSHIP_BROKER_TESTS_UNIT_KUBE_POD_TOKEN_H_

#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"

namespace leadership_broker::testing {

inline std::string TokenOf(absl::string_view payload) {
  return absl::StrCat(absl::WebSafeBase64Escape(R"({"alg":"RS256","kid":"k1"})"), ".",
                      absl::WebSafeBase64Escape(payload), ".c2lnbmF0dXJl");
}

// Bound to pod "app-0" with UID "pod-uid" in namespace "apps". `serial` makes one differ from another.
inline std::string PodToken(double expires, absl::string_view serial = "1") {
  return TokenOf(absl::StrCat(
      R"({"aud":["https://kubernetes.default.svc"],"exp":)", absl::StrFormat("%.1f", expires), R"(,"iat":1700000000,)",
      R"("iss":"https://kubernetes.default.svc","jti":")", serial, R"(",)",
      R"("kubernetes.io":{"namespace":"apps","node":{"name":"node-1","uid":"node-uid"},)",
      R"("pod":{"name":"app-0","uid":"pod-uid"},"serviceaccount":{"name":"candidate","uid":"sa-uid"},"warnafter":1700003607},)",
      R"("nbf":1700000000,"sub":"system:serviceaccount:apps:candidate"})"));
}

}  // namespace leadership_broker::testing

#endif  // LEADERSHIP_BROKER_TESTS_UNIT_KUBE_POD_TOKEN_H_
