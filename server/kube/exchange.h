// One call to the API server, from its start to its Outcome: puts on it what says who we are, for which it may have to
// wait, and after a 401 tries once more when there is something newer. That is the only retry; it is safe because a
// call answered 401 has done nothing.
#ifndef LEADERSHIP_BROKER_KUBE_EXCHANGE_H_
#define LEADERSHIP_BROKER_KUBE_EXCHANGE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

#include "server/kube/api.h"
#include "server/kube/authenticator.h"
#include "server/kube/call_observer.h"
#include "server/kube/requests.h"
#include "server/kube/transport.h"
#include "server/loop/scheduler.h"

namespace leadership_broker::kube {

// What every exchange needs; all outlive it. The observer may be null.
struct Connection {
  Transport* transport;
  Authenticator* authenticator;
  loop::Scheduler* scheduler;
  CallObserver* observer;
};

class Exchange : public loop::Pending, private HttpHandler {
 public:
  // A stream has to be accepted or refused within this time, as a server that is well does at once.
  static constexpr absl::Duration kStreamAnswerLimit = absl::Seconds(15);

 protected:
  Exchange(const Connection& connection, ApiRequest request);

  // What a 2xx brings. Each of these may destroy the exchange or end it.
  virtual void OnAccepted() = 0;
  virtual void OnChunk(absl::string_view chunk) = 0;
  // How the call ended: by itself, or by End(). The last call.
  virtual void OnEnded(Outcome outcome) = 0;

  void End(Outcome outcome);
  // Ends with DATA_LOSS.
  void EndUnreadable(absl::string_view why);

  absl::Duration Now() const { return connection_.scheduler->Now().boot; }
  // Tell the observer of a watch's event, and of its end.
  void ReportEvent(absl::string_view type, absl::string_view name, absl::Duration decoding);
  void ReportWatchEnd(const Outcome& outcome);

  const std::string& what() const { return request_.what; }
  const HttpHead& head() const { return head_; }

 private:
  void Send();
  void Transfer(const Proof& proof);
  bool Accepted() const { return head_.status >= 200 && head_.status < 300; }
  void OnUnauthorized(Outcome outcome);
  // Tells the observer of an answer, or with 0 of none.
  void ReportAnswer(int http_status);

  void OnHeaders(const HttpHead& head) final;
  void OnBody(absl::string_view chunk) final;
  void OnDone(const absl::Status& status) final;

  const Connection connection_;
  const ApiRequest request_;
  Proof sent_;
  absl::Duration sent_at_;  // by the boot clock
  bool tried_twice_ = false;
  HttpHead head_;
  // The body of an answer that is no 2xx.
  std::string error_body_;
  loop::Handle transfer_;
  // Ends a stream that is not answered; or, at once, a request that cannot be sent.
  loop::Handle timer_;
  // For something to send.
  loop::Handle wait_;
};

}  // namespace leadership_broker::kube

#endif  // LEADERSHIP_BROKER_KUBE_EXCHANGE_H_
