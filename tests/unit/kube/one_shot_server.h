// An HTTPS server on loopback that keeps what it was shown of a client: for what is settled before HTTP begins.
#ifndef LEADERSHIP_BROKER_TESTS_UNIT_KUBE_ONE_SHOT_SERVER_H_
#define LEADERSHIP_BROKER_TESTS_UNIT_KUBE_ONE_SHOT_SERVER_H_

#include <openssl/ssl.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "server/loop/mutex.h"
#include "tests/harness/certificate_authority.h"

namespace leadership_broker::testing {

struct Shown {
  // The name that it was asked for in the handshake; empty without.
  std::string server_name;
  // The common name in the client's certificate; empty without.
  std::string client_name;
  // The request's head.
  std::string head;
};

// One request a connection, one connection after the other; each is answered 200 "ok". Asks clients for certificates
// and takes any.
class OneShotServer {
 public:
  explicit OneShotServer(const IssuedCertificate& certificate);
  ~OneShotServer();

  int port() const { return port_; }
  std::vector<Shown> shown() const EXCLUDES(mutex_) {
    loop::MutexLock lock(mutex_);
    return shown_;
  }

 private:
  void Serve() EXCLUDES(mutex_);
  void ServeOne(int socket) EXCLUDES(mutex_);

  const std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context_;
  int port_ = 0;
  const int listener_;
  mutable loop::Mutex mutex_;
  std::vector<Shown> shown_ GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace leadership_broker::testing

#endif  // LEADERSHIP_BROKER_TESTS_UNIT_KUBE_ONE_SHOT_SERVER_H_
