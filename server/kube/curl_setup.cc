#include "server/kube/curl_setup.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"

namespace leadership_broker::kube {
namespace {

// A peer that acknowledges nothing is given up between 30 s and 35 s after it fell silent: probes go out after 15 s of
// silence, and the user time-out bounds the wait for any acknowledgement, of probes and of data.
constexpr long kKeepaliveIdleSeconds = 15;
constexpr long kKeepaliveIntervalSeconds = 5;
constexpr unsigned kUserTimeoutMilliseconds = 30000;

int SetUserTimeout(void*, curl_socket_t socket, curlsocktype) {
  setsockopt(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, &kUserTimeoutMilliseconds, sizeof(kUserTimeoutMilliseconds));
  return CURL_SOCKOPT_OK;
}

long Milliseconds(absl::Duration duration) { return static_cast<long>(absl::ToInt64Milliseconds(duration)); }

// Not copied: `text` must outlive the transfer.
void SetBlob(CURL* easy, CURLoption option, const std::string& text) {
  curl_blob blob{const_cast<char*>(text.data()), text.size(), CURL_BLOB_NOCOPY};
  curl_easy_setopt(easy, option, &blob);
}

void SetUpTls(CURL* easy, const CurlTransport::Options& options) {
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "https");
  curl_easy_setopt(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, options.insecure ? 0L : 1L);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, options.insecure ? 0L : 2L);
  if (!options.ca_data.empty()) {
    SetBlob(easy, CURLOPT_CAINFO_BLOB, options.ca_data);
  } else if (!options.ca_file.empty()) {
    curl_easy_setopt(easy, CURLOPT_CAINFO, options.ca_file.c_str());
  }
  // Else the system's authorities would be trusted beside the cluster's own.
  if (!options.ca_data.empty() || !options.ca_file.empty()) curl_easy_setopt(easy, CURLOPT_CAPATH, nullptr);
  // Else a CA file once read is used for 24 h.
  curl_easy_setopt(easy, CURLOPT_CA_CACHE_TIMEOUT, 0L);
}

// By their text, so that a connection, or a session, of an earlier certificate is not used for a later one.
void ShowCertificate(CURL* easy, const ClientCertificate& certificate) {
  SetBlob(easy, CURLOPT_SSLCERT_BLOB, certificate.certificate);
  SetBlob(easy, CURLOPT_SSLKEY_BLOB, certificate.key);
  // Else OpenSSL would ask whoever sits there for the one of a key that has one.
  curl_easy_setopt(easy, CURLOPT_KEYPASSWD, "");
}

void SetUpProxy(CURL* easy, const std::string& proxy_url) {
  if (proxy_url.empty()) return;
  // The proxy looks up the name, as with other Kubernetes clients; libcurl has a scheme of its own for that.
  absl::string_view rest = proxy_url;
  const std::string proxy = absl::ConsumePrefix(&rest, "socks5://") ? absl::StrCat("socks5h://", rest) : proxy_url;
  curl_easy_setopt(easy, CURLOPT_PROXY, proxy.c_str());
  // Whatever the environment's no_proxy says.
  curl_easy_setopt(easy, CURLOPT_NOPROXY, "");
}

void SetUpTimeouts(CURL* easy, const CurlTransport::Options& options, bool streaming) {
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPIDLE, kKeepaliveIdleSeconds);
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPINTVL, kKeepaliveIntervalSeconds);
  curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, &SetUserTimeout);
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, Milliseconds(options.connect_timeout));
  if (streaming) {
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME,
                     static_cast<long>(absl::ToInt64Seconds(options.stream_silence_limit)));
  } else {
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, Milliseconds(options.request_timeout));
  }
}

}  // namespace

void SetUpRequest(CURL* easy, const CurlTransport::Options& options, const std::string& url, const HttpRequest& request,
                  curl_slist* headers) {
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  SetUpTls(easy, options);
  if (request.certificate != nullptr) ShowCertificate(easy, *request.certificate);
  SetUpProxy(easy, options.proxy_url);
  SetUpTimeouts(easy, options, request.streaming);
  curl_easy_setopt(easy, CURLOPT_URL, absl::StrCat(url, request.target).c_str());
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
  if (!request.body.empty()) {
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.body.data());
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
  }
  curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
}

std::string Trusted(const CurlTransport::Options& options) {
  if (!options.ca_data.empty()) return "the kubeconfig's certificate-authority-data";
  if (!options.ca_file.empty()) return absl::StrCat("the CA file ", options.ca_file);
  return "the authorities that this machine trusts";
}

}  // namespace leadership_broker::kube
