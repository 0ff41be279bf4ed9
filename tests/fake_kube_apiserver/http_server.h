// An HTTPS server (HTTP/1.1) on libmicrohttpd: one thread for all connections, however many watches are open.
#ifndef LEADERSHIP_BROKER_TESTS_FAKE_KUBE_APISERVER_HTTP_SERVER_H_
#define LEADERSHIP_BROKER_TESTS_FAKE_KUBE_APISERVER_HTTP_SERVER_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"

#include "tests/fake_kube_apiserver/certificates.h"
#include "tests/fake_kube_apiserver/http_message.h"
#include "tests/fake_kube_apiserver/timers.h"

struct MHD_Daemon;

namespace leadership_broker::testing::fake {

class HttpServer {
 public:
  using Handler = std::function<Reply(const HttpRequest&)>;

  // `handler` is called on the server's thread and must not block. `timers` must outlive this.
  HttpServer(Certificates certificates, Timers& timers, Handler handler);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // Takes the address ("127.0.0.1:0", "[::1]:6443"; port 0: any) and keeps it from others until this is destroyed.
  // Once, first.
  absl::Status Bind(const std::string& address);
  // The address taken, with its true port.
  const std::string& address() const { return address_; }

  // Stop closes the listener and every connection, whatever is under way on it; Start serves the same address (again).
  // One thread calls both.
  absl::Status Start();
  void Stop();

 private:
  struct Gate;
  struct Exchange;
  struct Callbacks;

  const Certificates certificates_;
  Timers& timers_;
  const Handler handler_;
  std::string address_;
  // Bound but never listening: nobody else gets the port while the server is stopped.
  int reservation_ = -1;
  std::shared_ptr<Gate> gate_;
  MHD_Daemon* daemon_ = nullptr;
};

}  // namespace leadership_broker::testing::fake

#endif  // LEADERSHIP_BROKER_TESTS_FAKE_KUBE_APISERVER_HTTP_SERVER_H_
