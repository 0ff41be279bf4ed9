#include "server/kube/curl_url.h"

#include <curl/curl.h>

#include <memory>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace leadership_broker::kube {
namespace {

// Empty when the URL has no such part.
std::string Part(CURLU* url, CURLUPart part, unsigned flags = 0) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, flags) != CURLUE_OK) return "";
  std::string result = text;
  curl_free(text);
  return result;
}

}  // namespace

absl::StatusOr<std::string> HttpsPeer(const std::string& url) {
  const std::unique_ptr<CURLU, void (*)(CURLU*)> parsed(curl_url(), &curl_url_cleanup);
  const CURLUcode code = curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0);
  if (code != CURLUE_OK) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", url, "\" is no URL of an API server: ", curl_url_strerror(code)));
  }
  if (Part(parsed.get(), CURLUPART_SCHEME) != "https") {
    return absl::InvalidArgumentError(absl::StrCat(
        "\"", url, "\" is refused: the API server is spoken to by https only, since every request carries a token"));
  }
  return absl::StrCat(Part(parsed.get(), CURLUPART_HOST), ":", Part(parsed.get(), CURLUPART_PORT, CURLU_DEFAULT_PORT));
}

std::string WithHost(const std::string& url, const std::string& host) {
  const std::unique_ptr<CURLU, void (*)(CURLU*)> parsed(curl_url(), &curl_url_cleanup);
  const std::string bracketed = absl::StrContains(host, ':') ? absl::StrCat("[", host, "]") : host;
  if (curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK ||
      curl_url_set(parsed.get(), CURLUPART_HOST, bracketed.c_str(), 0) != CURLUE_OK) {
    return "";
  }
  std::string result = Part(parsed.get(), CURLUPART_URL);
  while (absl::EndsWith(result, "/")) result.pop_back();
  return result;
}

std::string UrlEscape(absl::string_view text) {
  if (text.empty()) return "";
  char* const escaped = curl_easy_escape(nullptr, text.data(), static_cast<int>(text.size()));
  std::string result = escaped;
  curl_free(escaped);
  return result;
}

}  // namespace leadership_broker::kube
