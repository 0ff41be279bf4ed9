// An HTTP proxy on loopback that leads every CONNECT to one port, whatever host it names, and keeps what was asked of
// it.
#ifndef LEADERSHIP_BROKER_TESTS_UNIT_KUBE_CONNECT_PROXY_H_
#define LEADERSHIP_BROKER_TESTS_UNIT_KUBE_CONNECT_PROXY_H_

#include <string>
#include <thread>
#include <vector>

#include "server/loop/mutex.h"

namespace leadership_broker::testing {

class ConnectProxy {
 public:
  explicit ConnectProxy(int target_port);
  // Connections through it have been closed.
  ~ConnectProxy();

  int port() const { return port_; }
  // The heads of the requests so far.
  std::vector<std::string> asked() const EXCLUDES(mutex_) {
    loop::MutexLock lock(mutex_);
    return asked_;
  }

 private:
  void Serve() EXCLUDES(mutex_);
  void ServeOne(int client) EXCLUDES(mutex_);

  const int target_port_;
  int port_ = 0;
  const int listener_;
  mutable loop::Mutex mutex_;
  std::vector<std::string> asked_ GUARDED_BY(mutex_);
  // Of connections; the serving thread's own until it has ended.
  std::vector<std::thread> connections_;
  std::thread thread_;
};

}  // namespace leadership_broker::testing

#endif  // LEADERSHIP_BROKER_TESTS_UNIT_KUBE_CONNECT_PROXY_H_
