// URLs, by libcurl's own reading of them.
#ifndef LEADERSHIP_BROKER_KUBE_CURL_URL_H_
#define LEADERSHIP_BROKER_KUBE_CURL_URL_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace leadership_broker::kube {

// "host:port" of an https URL, an IPv6 address in brackets. INVALID_ARGUMENT for any other URL: tokens are not sent in
// the clear.
absl::StatusOr<std::string> HttpsPeer(const std::string& url);

// `url` with another host: a name, or an address without brackets. Empty when the two do not make a URL.
std::string WithHost(const std::string& url, const std::string& host);

// Percent-encodes all but the unreserved characters of RFC 3986.
std::string UrlEscape(absl::string_view text);

}  // namespace leadership_broker::kube

#endif  // LEADERSHIP_BROKER_KUBE_CURL_URL_H_
