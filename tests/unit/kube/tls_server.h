// A small HTTPS server on loopback whose answers the test gives.
#ifndef LEADERSHIP_BROKER_TESTS_UNIT_KUBE_TLS_SERVER_H_
#define LEADERSHIP_BROKER_TESTS_UNIT_KUBE_TLS_SERVER_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

#include "server/loop/mutex.h"
#include "tests/unit/kube/certificate.h"

struct MHD_Daemon;

namespace leadership_broker::testing {

// A body that is sent as the test writes it. Any thread.
class BodyStream {
 public:
  void Write(absl::string_view bytes) EXCLUDES(mutex_);
  // Nothing more is coming.
  void Finish() EXCLUDES(mutex_);
  // Closes the connection in the middle of the answer.
  void Cut() EXCLUDES(mutex_);

  // Blocks until there is something. 0: the end; -1: cut. For the server.
  int Read(char* buffer, size_t size) EXCLUDES(mutex_);

 private:
  loop::Mutex mutex_;
  loop::CondVar changed_;
  std::string pending_ GUARDED_BY(mutex_);
  bool finished_ GUARDED_BY(mutex_) = false;
  bool cut_ GUARDED_BY(mutex_) = false;
};

struct ServerRequest {
  std::string method;
  // With the query.
  std::string target;
  std::map<std::string, std::string> headers;
  std::string body;
};

struct ServerAnswer {
  int status = 200;
  std::map<std::string, std::string> headers;
  std::string body;
  // Takes the place of `body`.
  std::shared_ptr<BodyStream> stream;
};

class TlsServer {
 public:
  // Called by the connections' threads, one for each.
  using Handler = std::function<ServerAnswer(const ServerRequest&)>;

  // A port of 0 takes a free one.
  TlsServer(const ServerCertificate& certificate, Handler handler, uint16_t port = 0);
  // Closes the connections. Streams must have been finished or cut.
  ~TlsServer();

  uint16_t port() const { return port_; }
  // TCP connections accepted so far.
  int connections() const { return connections_; }
  // Answers written to the end so far.
  int answers() const { return answers_; }

 private:
  friend struct MhdCallbacks;

  const Handler handler_;
  std::atomic<int> connections_{0};
  std::atomic<int> answers_{0};
  MHD_Daemon* daemon_ = nullptr;
  uint16_t port_ = 0;
};

}  // namespace leadership_broker::testing

#endif  // LEADERSHIP_BROKER_TESTS_UNIT_KUBE_TLS_SERVER_H_
