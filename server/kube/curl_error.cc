#include "server/kube/curl_error.h"

#include <string>

#include "absl/strings/str_cat.h"

namespace leadership_broker::kube {
namespace {

std::string InPlainWords(CURLcode code, absl::string_view trusted) {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return "its name cannot be resolved";
    case CURLE_COULDNT_RESOLVE_PROXY:
      return "the proxy's name cannot be resolved";
    case CURLE_COULDNT_CONNECT:
      return "cannot connect";
    case CURLE_OPERATION_TIMEDOUT:
      return "timed out";
    case CURLE_PEER_FAILED_VERIFICATION:
      return absl::StrCat("its certificate is not vouched for by ", trusted, ", or is not for this host");
    case CURLE_SSL_CACERT_BADFILE:
      return absl::StrCat(trusted, " cannot be read");
    case CURLE_SSL_CONNECT_ERROR:
      // Also for a certificate whose authority has the right name and the wrong key.
      return absl::StrCat("the TLS handshake failed; is its certificate vouched for by ", trusted, "?");
    case CURLE_SSL_CERTPROBLEM:
      return "the client certificate or its key cannot be used";
    case CURLE_PROXY:
      return "the proxy does not let it through";
    case CURLE_GOT_NOTHING:
      return "it closed the connection without an answer";
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_PARTIAL_FILE:
      return "the connection broke";
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_WEIRD_SERVER_REPLY:
      return "what answers there does not speak HTTP";
    default:
      return "failed";
  }
}

}  // namespace

absl::Status CurlError(CURLcode code, absl::string_view detail, absl::string_view peer, absl::string_view trusted) {
  if (code == CURLE_OK) return absl::OkStatus();
  if (detail.empty()) detail = curl_easy_strerror(code);
  return absl::UnavailableError(
      absl::StrCat("no complete answer from ", peer, ": ", InPlainWords(code, trusted), " (", detail, ")"));
}

}  // namespace leadership_broker::kube
