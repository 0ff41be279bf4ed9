// HTTPS over libcurl: one multi handle, driven by the event loop's thread, which sleeps in it.
//
// HTTP/1.1 without pipelining, so that every request under way has a connection of its own and a write never waits
// behind a watch on a dead one. Connections and TLS sessions are kept and used again. When a kept connection turns out
// to have been closed before the first byte of an answer, curl sends the request again on a new one: a write may so
// reach the server twice, which the preconditions (R6) and the settling of a refused create (R3) make harmless.
#ifndef LEADERSHIP_BROKER_KUBE_CURL_TRANSPORT_H_
#define LEADERSHIP_BROKER_KUBE_CURL_TRANSPORT_H_

#include <curl/curl.h>

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "server/kube/transport.h"
#include "server/loop/waiter.h"

namespace leadership_broker::kube {

class CurlTransport : public Transport, public loop::Waiter {
 public:
  struct Options {
    // "https://host:port", a path may follow.
    std::string url;
    // PEM; the only one that is trusted. Read for each new connection, so it may be replaced.
    std::string ca_file;
    // The same as text, in place of a file. With neither, what this machine trusts.
    std::string ca_data;
    // Whoever answers is trusted.
    bool insecure = false;
    // The name to find in the server's certificate, where that is not the URL's host; empty otherwise.
    std::string tls_server_name;
    // "http://", "https://" or "socks5://" and what follows. When empty the environment's proxy variables apply, as
    // with every libcurl program.
    std::string proxy_url;
    // TCP and TLS.
    absl::Duration connect_timeout = absl::Seconds(5);
    // For the whole of an answer that is no stream.
    absl::Duration request_timeout = absl::Seconds(15);
    // A stream with nothing on it for so long has failed. The API server sends a bookmark about every minute.
    absl::Duration stream_silence_limit = absl::Seconds(150);
  };

  // INVALID_ARGUMENT when the URL is not https. The first one in a process is made before there are other threads.
  static absl::StatusOr<std::unique_ptr<CurlTransport>> Create(Options options);
  // After every handle.
  ~CurlTransport() override;

  loop::Handle Start(HttpRequest request, HttpHandler* handler) override;
  const std::string& Peer() const override { return peer_; }

  void Wait(absl::Duration max) override;
  void Wake() override;

 private:
  class Transfer;

  CurlTransport(Options options, std::string url, std::string peer);

  // Easy handles are kept for the next request.
  CURL* TakeEasyHandle();
  void ReturnEasyHandle(CURL* easy);
  // Goes on with all transfers as far as can be without waiting.
  void Perform();
  void CollectEnded();
  // Calls the transfer's handler with what came for it; outside of curl, whose handles its callbacks may not touch.
  void Deliver(Transfer* transfer);

  const Options options_;
  // With the tls_server_name for its host, if there is one; `connect_to_` then leads to the true one. Else that is
  // null.
  const std::string url_;
  const std::string peer_;
  curl_slist* const connect_to_;
  CURLM* const multi_;
  // TLS sessions, for all easy handles.
  CURLSH* const share_;
  std::vector<CURL*> idle_;
  // Those with something to deliver; null where the transfer has been destroyed since.
  std::deque<Transfer*> ready_;
  // Whose handler is being called; null when that destroyed it.
  Transfer* delivering_ = nullptr;
};

}  // namespace leadership_broker::kube

#endif  // LEADERSHIP_BROKER_KUBE_CURL_TRANSPORT_H_
