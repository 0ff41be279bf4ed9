// How a request is made: what is trusted, and how long silence is borne.
#ifndef LEADERSHIP_BROKER_KUBE_CURL_SETUP_H_
#define LEADERSHIP_BROKER_KUBE_CURL_SETUP_H_

#include <curl/curl.h>

#include "server/kube/curl_transport.h"
#include "server/kube/transport.h"

namespace leadership_broker::kube {

// Sets every option of `easy` but those of its callbacks. `request` and `headers` must outlive the transfer.
void SetUpRequest(CURL* easy, const CurlTransport::Options& options, const HttpRequest& request, curl_slist* headers);

}  // namespace leadership_broker::kube

#endif  // LEADERSHIP_BROKER_KUBE_CURL_SETUP_H_
