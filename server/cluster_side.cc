#include "server/cluster_side.h"

#include <utility>

#include "server/config/logging.h"
#include "server/config/version.h"
#include "server/kubeconfig/connect.h"

namespace leadership_broker {
namespace {

void Warn(const std::string& message) { config::Log(config::LogLevel::kWarning, message); }

absl::StatusOr<kube::CurlTransport::Options> InClusterOptions(const config::Config& config,
                                                              const config::Identity& identity,
                                                              std::unique_ptr<kube::Credentials>* service_account) {
  auto credentials = kube::Credentials::FromDirectory(config.service_account_dir, &Warn);
  if (!credentials.ok()) return credentials.status();
  *service_account = *std::move(credentials);
  kube::CurlTransport::Options options;
  options.url = identity.api_server_url;
  options.ca_file = (*service_account)->ca_file();
  return options;
}

}  // namespace

absl::StatusOr<std::unique_ptr<ClusterSide>> ClusterSide::Create(const config::Config& config,
                                                                 const config::Identity& identity,
                                                                 const status::NamedHubs& hubs,
                                                                 const std::vector<status::Observer*>& observers,
                                                                 kube::CallObserver* call_observer,
                                                                 std::function<void(const kube::Pod&)> on_own_pod) {
  std::unique_ptr<kube::Credentials> service_account;
  auto transport_options = identity.access == nullptr ? InClusterOptions(config, identity, &service_account)
                                                      : kubeconfig::TransportOptions(*identity.access);
  if (!transport_options.ok()) return transport_options.status();
  auto transport = kube::CurlTransport::Create(*std::move(transport_options));
  if (!transport.ok()) return transport.status();

  std::unique_ptr<ClusterSide> side(new ClusterSide(*std::move(transport)));
  if (absl::Status status = side->MakeApi(identity, std::move(service_account), call_observer); !status.ok()) {
    return status;
  }
  std::vector<status::Observer*> all_observers = observers;
  for (status::Observer* observer : side->MakeObservers(config, identity)) all_observers.push_back(observer);
  std::vector<election::Candidacy::Stand> stands;
  for (const auto& [lock, hub] : hubs) {
    side->announcers_.push_back(std::make_unique<Announcer>(lock, hub, all_observers, side->events_.get()));
    election::Options options;
    options.namespace_name = identity.namespace_name;
    options.lock_name = lock;
    options.self = {identity.pod_name, identity.pod_uid, identity.node_name};
    options.on_request = config.campaign == config::Campaign::kOnRequest;
    options.orphan_grace = config.orphan_grace;
    options.create_spread = config.create_spread;
    options.unverified_limit = config.unverified_limit;
    options.take_over_after = config.take_over_after;
    options.version = config::Version();
    stands.push_back({std::move(options), side->announcers_.back().get()});
  }
  if (side->leader_label_ != nullptr) {
    on_own_pod = [label = side->leader_label_.get(), next = std::move(on_own_pod)](const kube::Pod& pod) {
      label->OwnPodSeen(pod);
      next(pod);
    };
  }
  side->candidacy_ = std::make_unique<election::Candidacy>(side->api_.get(), &side->loop_, std::move(stands),
                                                           std::move(on_own_pod), config.step_down_after);
  return side;
}

std::vector<status::Observer*> ClusterSide::MakeObservers(const config::Config& config,
                                                          const config::Identity& identity) {
  std::vector<status::Observer*> observers;
  if (config.leader_label.has_value()) {
    leader_label_ = std::make_unique<announce::LeaderLabel>(
        api_.get(), &loop_,
        announce::LeaderLabel::Options{identity.namespace_name, identity.pod_name, config.locks.front(),
                                       config.leader_label->key, config.leader_label->value},
        &Warn);
    observers.push_back(leader_label_.get());
  }
  if (config.events) {
    events_ = std::make_unique<announce::EventAnnouncer>(api_.get(), &loop_, identity.pod_name, &Warn);
    observers.push_back(events_.get());
  }
  return observers;
}

ClusterSide::ClusterSide(std::unique_ptr<kube::CurlTransport> transport)
    : transport_(std::move(transport)), loop_(transport_.get()) {}

absl::Status ClusterSide::MakeApi(const config::Identity& identity, std::unique_ptr<kube::Credentials> service_account,
                                  kube::CallObserver* call_observer) {
  authenticator_ = std::move(service_account);
  if (identity.access != nullptr) {
    auto made = kubeconfig::MakeAuthenticator(*identity.access, &loop_,
                                              [this](std::function<void()> task) { loop_.Post(std::move(task)); });
    if (!made.ok()) return made.status();
    authenticator_ = *std::move(made);
    config::Log(config::LogLevel::kInfo, "standing in the cluster of a kubeconfig",
                {{"context", identity.access->context},
                 {"server", identity.api_server_url},
                 {"namespace", identity.namespace_name}});
  }
  api_ = std::make_unique<kube::RestApi>(transport_.get(), authenticator_.get(), &loop_, call_observer);
  return absl::OkStatus();
}

ClusterSide::~ClusterSide() { Stop(); }

void ClusterSide::Start() {
  loop_.Post([this] { candidacy_->Start(); });
  thread_ = std::thread([this] {
    loop_.Run();
    // Its requests and timers go on the thread that they lived on.
    candidacy_.reset();
    leader_label_.reset();
    events_.reset();
  });
}

void ClusterSide::Stop() {
  loop_.Stop();
  if (thread_.joinable()) thread_.join();
}

void ClusterSide::CountWaiter(const std::string& lock_name, int change) {
  loop_.Post([this, lock_name, change] { candidacy_->CountWaiter(lock_name, change); });
}

void ClusterSide::StepDown(const std::string& lock_name, Answer answer) {
  loop_.Post([this, lock_name, answer = std::move(answer)] { candidacy_->AskToStepDown(lock_name, answer); });
}

}  // namespace leadership_broker
