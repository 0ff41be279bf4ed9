// Hands TCP connections on to a port of this machine and counts the bytes that go through, in both directions.
//
// Any thread. The bytes of TLS are counted as they are, the headers of TCP and IP are not.
#ifndef LEADERSHIP_BROKER_BENCH_COUNTING_PROXY_H_
#define LEADERSHIP_BROKER_BENCH_COUNTING_PROXY_H_

#include <atomic>
#include <cstdint>
#include <map>
#include <thread>
#include <vector>

namespace leadership_broker::bench {

class CountingProxy {
 public:
  // Listens on 127.0.0.1 at once; the target is 127.0.0.1 too. Ends the process when it cannot.
  explicit CountingProxy(int target_port);
  // Cuts the connections.
  ~CountingProxy();
  CountingProxy(const CountingProxy&) = delete;
  CountingProxy& operator=(const CountingProxy&) = delete;

  int port() const { return port_; }
  uint64_t bytes() const { return bytes_; }

 private:
  void Run();
  void Accept();
  // From one end to the other; false when either is gone.
  bool Forward(int from, int to);
  void Close(int end);

  const int target_port_;
  int port_ = 0;
  int listener_ = -1;
  std::atomic<bool> stopped_{false};
  std::atomic<uint64_t> bytes_{0};
  // Each end's other; of the thread alone.
  std::map<int, int> peers_;
  std::thread thread_;
};

}  // namespace leadership_broker::bench

#endif  // LEADERSHIP_BROKER_BENCH_COUNTING_PROXY_H_
