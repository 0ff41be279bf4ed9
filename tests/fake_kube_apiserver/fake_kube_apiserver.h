// An embedded stand-in for a cluster's kube-apiserver and garbage collector, over HTTPS, for the demo and for component
// tests. It answers what a real one answers, as far as the conformance suite asks, and errs on request (Faults). Never
// for production: it keeps nothing on disk and knows a handful of kinds.
#ifndef LEADERSHIP_BROKER_TESTS_FAKE_KUBE_APISERVER_FAKE_KUBE_APISERVER_H_
#define LEADERSHIP_BROKER_TESTS_FAKE_KUBE_APISERVER_FAKE_KUBE_APISERVER_H_

#include <chrono>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "tests/fake_kube_apiserver/api_handler.h"
#include "tests/fake_kube_apiserver/certificates.h"
#include "tests/fake_kube_apiserver/collector.h"
#include "tests/fake_kube_apiserver/faults.h"
#include "tests/fake_kube_apiserver/http_server.h"
#include "tests/fake_kube_apiserver/store.h"
#include "tests/fake_kube_apiserver/timers.h"
#include "tests/fake_kube_apiserver/tokens.h"
#include "tests/fake_kube_apiserver/watch_stream.h"

namespace leadership_broker::testing::fake {

struct Settings {
  // With a numeric host; port 0: any.
  std::string listen = "127.0.0.1:0";
  // How long after its owner's end an object is collected. On a real cluster 15 to 30 ms.
  std::chrono::milliseconds collector_delay{20};
  std::chrono::milliseconds bookmark_interval{60'000};
  // How long a token that was accepted stays good after its Pod is gone. On a real server up to 10 s.
  std::chrono::milliseconds token_memory{0};
  // How many changes a late watch may ask for.
  size_t history_length = 10'000;
};

class FakeKubeApiServer {
 public:
  // Serving, and collecting, when it returns.
  static absl::StatusOr<std::unique_ptr<FakeKubeApiServer>> Start(const Settings& settings);

  // "https://127.0.0.1:PORT".
  std::string Url() const { return "https://" + server_.address(); }
  const std::string& ca_pem() const { return certificates_.ca; }
  const std::string& admin_token() const { return tokens_.admin_token(); }
  // Writes ca.crt, admin.token, kubeconfig and, last, url into a directory that there is.
  absl::Status WriteAccessFiles(const std::string& directory) const;

  Store& store() { return store_; }
  Collector& collector() { return collector_; }
  Faults& faults() { return faults_; }
  WatchStreams& streams() { return streams_; }

  // As if the process were killed, and started again on the same address with the same store. One thread calls both.
  void StopServing() { server_.Stop(); }
  absl::Status StartServing() { return server_.Start(); }

 private:
  FakeKubeApiServer(const Settings& settings, Certificates certificates);

  const Certificates certificates_;
  Store store_;
  Collector collector_;
  Faults faults_;
  WatchStreams streams_;
  Tokens tokens_;
  Timers timers_;
  ApiHandler handler_;
  HttpServer server_;
};

}  // namespace leadership_broker::testing::fake

#endif  // LEADERSHIP_BROKER_TESTS_FAKE_KUBE_APISERVER_FAKE_KUBE_APISERVER_H_
