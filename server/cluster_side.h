// The broker's half that faces the API server: one thread that talks to it and owns the election.
#ifndef LEADERSHIP_BROKER_CLUSTER_SIDE_H_
#define LEADERSHIP_BROKER_CLUSTER_SIDE_H_

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"

#include "server/announce/event_announcer.h"
#include "server/announce/leader_label.h"
#include "server/announcer.h"
#include "server/config/config.h"
#include "server/config/identity.h"
#include "server/election/candidacy.h"
#include "server/kube/authenticator.h"
#include "server/kube/call_observer.h"
#include "server/kube/credentials.h"
#include "server/kube/curl_transport.h"
#include "server/kube/rest_api.h"
#include "server/loop/event_loop.h"
#include "server/rpc/campaign_requests.h"
#include "server/rpc/step_down_requests.h"
#include "server/status/named_hub.h"

namespace leadership_broker {

class ClusterSide : public rpc::CampaignRequests, public rpc::StepDownRequests {
 public:
  // Reads the credentials and publishes the initial states; sends nothing yet. `hubs` has every lock; the
  // observers are shown what is told of any, and `call_observer` each call to the API server. All must outlive it.
  // `on_own_pod` is called on the loop's thread with this pod's object, each time it is seen. The error is one line for
  // people. Made before there are other threads (libcurl).
  static absl::StatusOr<std::unique_ptr<ClusterSide>> Create(const config::Config& config,
                                                             const config::Identity& identity,
                                                             const status::NamedHubs& hubs,
                                                             const std::vector<status::Observer*>& observers,
                                                             kube::CallObserver* call_observer,
                                                             std::function<void(const kube::Pod&)> on_own_pod);
  ~ClusterSide() override;

  // Begins to stand.
  void Start();
  // Stops standing; the locks are kept (R12). Once is enough, more does nothing.
  void Stop();

  // How long ago the event loop last turned. Any thread.
  absl::Duration SinceLastTurn() const { return loop::SystemNow().boot - loop_.LastTurn(); }

  // Any thread.
  void WaiterCame(const std::string& lock_name) override { CountWaiter(lock_name, +1); }
  void WaiterLeft(const std::string& lock_name) override { CountWaiter(lock_name, -1); }
  void StepDown(const std::string& lock_name, Answer answer) override;

 private:
  explicit ClusterSide(std::unique_ptr<kube::CurlTransport> transport);

  // Says who we are by the kubeconfig, if there is one, else by `service_account`.
  absl::Status MakeApi(const config::Identity& identity, std::unique_ptr<kube::Credentials> service_account,
                       kube::CallObserver* call_observer);
  // What tells of leadership beside the hubs, as the settings have it.
  std::vector<status::Observer*> MakeObservers(const config::Config& config, const config::Identity& identity);
  void CountWaiter(const std::string& lock_name, int change);

  // Each uses those before it.
  const std::unique_ptr<kube::CurlTransport> transport_;
  loop::EventLoop loop_;
  std::unique_ptr<kube::Authenticator> authenticator_;
  std::unique_ptr<kube::RestApi> api_;
  std::unique_ptr<announce::EventAnnouncer> events_;
  std::unique_ptr<announce::LeaderLabel> leader_label_;
  std::vector<std::unique_ptr<Announcer>> announcers_;
  std::unique_ptr<election::Candidacy> candidacy_;
  std::thread thread_;
};

}  // namespace leadership_broker

#endif  // LEADERSHIP_BROKER_CLUSTER_SIDE_H_
