// The gRPC server: the LeadershipBroker service with health, reflection and channelz, on loopback addresses and Unix
// sockets as it is, and on others by TLS.
#ifndef LEADERSHIP_BROKER_RPC_SERVER_H_
#define LEADERSHIP_BROKER_RPC_SERVER_H_

#include <atomic>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "grpcpp/server.h"

#include "server/config/address.h"
#include "server/rpc/acceptor.h"
#include "server/rpc/campaign_requests.h"
#include "server/rpc/certificate_files.h"
#include "server/rpc/listeners.h"
#include "server/rpc/lock_directory.h"
#include "server/rpc/service.h"
#include "server/rpc/step_down_requests.h"

namespace leadership_broker::rpc {

class Server {
 public:
  struct Options {
    std::vector<config::Address> listen;
    bool listen_is_default = false;
    // For addresses that can be reached from outside the pod, which are refused without it.
    std::shared_ptr<const CertificateFiles> certificates;
    int max_streams = 1024;
    // Connections whose descriptor would be this or greater are refused (Acceptor).
    int first_refused_descriptor = std::numeric_limits<int>::max();
    // Outlives the server, which closes it as it shuts down.
    LockDirectory* directory = nullptr;
    // The boot clock. Any thread.
    std::function<absl::Duration()> now;
    // Outlives the server. Null with --campaign=immediate.
    CampaignRequests* campaign_requests = nullptr;
    // Outlives the server. Null without --allow-step-down.
    StepDownRequests* step_down_requests = nullptr;
  };

  // Calls are answered when it returns. The error is one line for people; the process is then to end with
  // kConfigurationError. Changes the umask for a moment (ListeningSocket).
  static absl::StatusOr<std::unique_ptr<Server>> Start(Options options);

  // Shuts down.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Where it listens, with the ports that were chosen for port 0: "127.0.0.1:8642", "unix:/path".
  const std::vector<std::string>& addresses() const { return addresses_; }

  // Calls are answered. Any thread.
  bool serving() const { return serving_; }

  // How much of --max-streams is taken. Any thread; as long as the server.
  const StreamBudget& budget() const { return service_.budget(); }

  // Health says NOT_SERVING, calls and streams end with UNAVAILABLE; what has not ended after a second is cut off.
  // Returns when all is over. Once is enough, more does nothing.
  void Shutdown();

 private:
  Server(Options options, Listeners listeners);

  absl::Status Build();

  const Options options_;
  const Listeners listeners_;
  Service service_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<Acceptor> acceptor_;
  std::vector<std::string> addresses_;
  std::atomic<bool> serving_{false};
};

}  // namespace leadership_broker::rpc

#endif  // LEADERSHIP_BROKER_RPC_SERVER_H_
