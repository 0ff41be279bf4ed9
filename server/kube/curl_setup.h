// How a request is made: what is trusted, what is shown of ourselves, and how long silence is borne.
#ifndef LEADERSHIP_BROKER_KUBE_CURL_SETUP_H_
#define LEADERSHIP_BROKER_KUBE_CURL_SETUP_H_

#include <curl/curl.h>

#include <string>

#include "server/kube/curl_transport.h"
#include "server/kube/transport.h"

namespace leadership_broker::kube {

// Sets every option of `easy` but those of its callbacks and of its route. `url` takes the place of the options' own.
// `options`, `request` and `headers` must outlive the transfer.
void SetUpRequest(CURL* easy, const CurlTransport::Options& options, const std::string& url, const HttpRequest& request,
                  curl_slist* headers);

// Who has to vouch for the server's certificate, for messages: "the CA file /etc/ca.crt".
std::string Trusted(const CurlTransport::Options& options);

}  // namespace leadership_broker::kube

#endif  // LEADERSHIP_BROKER_KUBE_CURL_SETUP_H_
