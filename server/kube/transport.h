// HTTP as the API client sees it: the seam at which its tests put their own answers.
//
// One origin per transport. Everything is on the loop's thread.
#ifndef LEADERSHIP_BROKER_KUBE_TRANSPORT_H_
#define LEADERSHIP_BROKER_KUBE_TRANSPORT_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

#include "server/loop/scheduler.h"

namespace leadership_broker::kube {

// What a client shows of itself in the TLS handshake. PEM; the certificate may bring its chain.
struct ClientCertificate {
  std::string certificate;
  std::string key;
};

struct HttpRequest {
  // "GET", "POST"…
  std::string method;
  // Path and query, escaped.
  std::string target;
  // "Name: value"
  std::vector<std::string> headers;
  // None is sent when empty.
  std::string body;
  // The answer may last for ever; without it, the whole of it has to come within the transport's time for a request.
  bool streaming = false;
  // Shown to a server that asks for one; null: none.
  std::shared_ptr<const ClientCertificate> certificate;
};

// An answer's status line and what the client needs of its headers.
struct HttpHead {
  int status = 0;
  // Retry-After, given in seconds or as a date; zero without it.
  absl::Duration retry_after = absl::ZeroDuration();
  // Date, in whole seconds; InfinitePast without it.
  absl::Time date = absl::InfinitePast();
};

// Takes one answer: OnHeaders, OnBody any number of times, OnDone; or OnDone with an error from any point on. Each of
// them may destroy the request's handle, and nothing is called after that.
class HttpHandler {
 public:
  virtual ~HttpHandler() = default;
  // The final answer's; interim ones (1xx) are not shown.
  virtual void OnHeaders(const HttpHead& head) = 0;
  virtual void OnBody(absl::string_view chunk) = 0;
  // The last call. OK: the answer is complete, whatever its HTTP status. Otherwise UNAVAILABLE, with what failed
  // against which host in plain words.
  virtual void OnDone(const absl::Status& status) = 0;
};

class Transport {
 public:
  virtual ~Transport() = default;

  // The handler, which must outlive the handle, is never called inside this call. Destroying the handle abandons the
  // request, which may have reached the server all the same.
  [[nodiscard]] virtual loop::Handle Start(HttpRequest request, HttpHandler* handler) = 0;

  // "host:port", for messages.
  virtual const std::string& Peer() const = 0;
};

}  // namespace leadership_broker::kube

#endif  // LEADERSHIP_BROKER_KUBE_TRANSPORT_H_
