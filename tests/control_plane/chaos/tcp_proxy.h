// The network between one broker and the API server, for tests that break it. TLS passes through untouched.
#ifndef LEADERSHIP_BROKER_TESTS_CONTROL_PLANE_CHAOS_TCP_PROXY_H_
#define LEADERSHIP_BROKER_TESTS_CONTROL_PLANE_CHAOS_TCP_PROXY_H_

#include <poll.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "absl/time/time.h"

namespace leadership_broker::chaos {

// What befalls the bytes. The defaults are a network that works.
struct Network {
  // No bytes pass in this direction, and connections stay open: half-open. What was sent meanwhile passes afterwards.
  bool hold_requests = false;
  bool hold_answers = false;
  // New connections are reset.
  bool refuse = false;
  // Each chunk arrives so much later, and no more than so many bytes a second pass in each direction of a connection.
  absl::Duration latency = absl::ZeroDuration();
  size_t bytes_per_second = 0;  // 0: as many as come
};

// Listens on a port of 127.0.0.1 and forwards each connection to another port there, on a thread of its own. All
// methods may be called by any thread.
class TcpProxy {
 public:
  // Ends the process with a message when it cannot listen.
  explicit TcpProxy(int target_port);
  // Resets all connections.
  ~TcpProxy();
  TcpProxy(const TcpProxy&) = delete;
  TcpProxy& operator=(const TcpProxy&) = delete;

  int port() const { return port_; }
  void Set(const Network& network);
  // Resets every connection that is open (RST), to both sides; bytes on their way are lost.
  void Cut();
  // How many connections are open.
  int connections() const { return connections_; }
  // How many bytes have come so far, of all connections in both directions. Those of TLS as they are; the headers of
  // TCP and IP are not counted.
  uint64_t bytes() const { return bytes_; }

 private:
  class Connection;

  void Run();
  // What was asked for since; false when it is to stop.
  bool TakeOrders(Network* network);
  void Wait(const Network& network, std::vector<pollfd>* polled) const;
  void Accept(const Network& network);
  void Wake();

  const int target_port_;
  int listener_ = -1;
  int port_ = 0;
  int wake_read_ = -1;
  int wake_write_ = -1;
  std::atomic<int> connections_{0};
  std::atomic<uint64_t> bytes_{0};

  std::mutex mutex_;
  // Guarded by mutex_.
  Network network_;
  bool cut_ = false;
  bool stop_ = false;

  // Of the thread.
  std::vector<std::unique_ptr<Connection>> open_;
  std::thread thread_;
};

}  // namespace leadership_broker::chaos

#endif  // LEADERSHIP_BROKER_TESTS_CONTROL_PLANE_CHAOS_TCP_PROXY_H_
