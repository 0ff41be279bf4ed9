// libcurl's failures in plain words.
#ifndef LEADERSHIP_BROKER_KUBE_CURL_ERROR_H_
#define LEADERSHIP_BROKER_KUBE_CURL_ERROR_H_

#include <curl/curl.h>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace leadership_broker::kube {

// OK for CURLE_OK, else UNAVAILABLE, e.g. `no complete answer from 10.0.0.1:443: cannot connect (Connection refused…)`.
// `detail` is what curl put into its error buffer, `trusted` who has to vouch for the server ("the CA file
// /etc/ca.crt").
absl::Status CurlError(CURLcode code, absl::string_view detail, absl::string_view peer, absl::string_view trusted);

}  // namespace leadership_broker::kube

#endif  // LEADERSHIP_BROKER_KUBE_CURL_ERROR_H_
