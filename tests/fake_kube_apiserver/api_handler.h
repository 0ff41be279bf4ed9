// One request of the API from its authentication to its reply, with the faults that it meets on the way.
#ifndef LEADERSHIP_BROKER_TESTS_FAKE_KUBE_APISERVER_API_HANDLER_H_
#define LEADERSHIP_BROKER_TESTS_FAKE_KUBE_APISERVER_API_HANDLER_H_

#include <chrono>
#include <optional>
#include <string>

#include "tests/fake_kube_apiserver/api_request.h"
#include "tests/fake_kube_apiserver/api_result.h"
#include "tests/fake_kube_apiserver/faults.h"
#include "tests/fake_kube_apiserver/http_message.h"
#include "tests/fake_kube_apiserver/identity.h"
#include "tests/fake_kube_apiserver/store.h"
#include "tests/fake_kube_apiserver/timers.h"
#include "tests/fake_kube_apiserver/tokens.h"
#include "tests/fake_kube_apiserver/watch_stream.h"

namespace leadership_broker::testing::fake {

class ApiHandler {
 public:
  // All of them must outlive it and the replies it gives.
  ApiHandler(Store& store, Tokens& tokens, Faults& faults, WatchStreams& streams, Timers& timers,
             std::chrono::milliseconds bookmark_interval)
      : store_(store),
        tokens_(tokens),
        faults_(faults),
        streams_(streams),
        timers_(timers),
        bookmark_interval_(bookmark_interval) {}

  // The server's thread only.
  Reply Handle(const HttpRequest& request);

 private:
  // nullopt: the token is refused.
  using Sender = std::optional<Identity>;

  Reply Route(const HttpRequest& request);
  Reply WithFault(const Fault& fault, const std::function<Reply()>& serve);
  // An answer, or, for a watch, a stream.
  Reply Serve(const HttpRequest& request, const ApiRequest& api, const RequestFacts& facts, const Sender& sender);
  Reply StartWatch(const HttpRequest& request, const ApiRequest& api, const RequestFacts& facts, Selector selector);
  ApiResult Perform(const HttpRequest& request, const ApiRequest& api, const Selector& selector);
  ApiResult Write(const HttpRequest& request, const ApiRequest& api);
  ApiResult Delete(const HttpRequest& request, const ObjectKey& key);
  // A failure when the client wants a state that is not there yet, or names none.
  std::optional<ApiResult> CheckVersion(const HttpRequest& request) const;
  ApiResult OtherPath(const HttpRequest& request, const Sender& sender);

  Store& store_;
  Tokens& tokens_;
  Faults& faults_;
  WatchStreams& streams_;
  Timers& timers_;
  const std::chrono::milliseconds bookmark_interval_;
};

}  // namespace leadership_broker::testing::fake

#endif  // LEADERSHIP_BROKER_TESTS_FAKE_KUBE_APISERVER_API_HANDLER_H_
