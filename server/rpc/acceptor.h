// Takes connections in for a server, on a thread of its own, and turns away those for which there is no room.
//
// gRPC's own way of accepting (1.51) stops for ever the first time it finds no descriptor free (grpc/grpc#20418), and
// until then takes what the connection to the API server and the token's file need.
#ifndef LEADERSHIP_BROKER_RPC_ACCEPTOR_H_
#define LEADERSHIP_BROKER_RPC_ACCEPTOR_H_

#include <cstdint>
#include <functional>
#include <thread>
#include <vector>

#include "absl/time/time.h"

#include "server/rpc/listening_socket.h"

namespace leadership_broker::rpc {

class Acceptor {
 public:
  struct Door {
    ListeningSocket socket;
    // Takes over the descriptor of a connection, which is non-blocking. On the acceptor's thread; must not block.
    std::function<void(int)> let_in;
    // So many of the descriptors that clients may have are not for those who come in here.
    int left_to_others = 0;
  };

  // Connections whose descriptor would be `first_refused` or greater, or at a door that leaves some to others so much
  // less, are closed at once. The kernel gives the least that is free; so whatever number strangers come in, those from
  // there on are left to the rest of the process.
  Acceptor(std::vector<Door> doors, int first_refused);
  // Closes the doors; nobody is let in after it.
  ~Acceptor();
  Acceptor(const Acceptor&) = delete;
  Acceptor& operator=(const Acceptor&) = delete;

 private:
  void Run();
  // Everybody who waits at this door. False when that has to wait itself.
  bool LetIn(const Door& door);
  void CountRefused();

  const std::vector<Door> doors_;
  const int first_refused_;
  // Becomes readable when the thread is to end.
  const int stop_;
  // The thread's own.
  int64_t refused_ = 0;
  absl::Time last_said_ = absl::InfinitePast();
  std::thread thread_;
};

}  // namespace leadership_broker::rpc

#endif  // LEADERSHIP_BROKER_RPC_ACCEPTOR_H_
