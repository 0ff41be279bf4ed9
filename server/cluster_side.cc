#include "server/cluster_side.h"

#include <utility>

#include "server/config/logging.h"
#include "server/config/version.h"

namespace leadership_broker {
namespace {

void Warn(const std::string& message) { config::Log(config::LogLevel::kWarning, message); }

}  // namespace

absl::StatusOr<std::unique_ptr<ClusterSide>> ClusterSide::Create(const config::Config& config,
                                                                 const config::Identity& identity,
                                                                 const std::vector<status::Hub*>& hubs,
                                                                 const std::vector<status::Observer*>& observers,
                                                                 kube::CallObserver* call_observer,
                                                                 std::function<void(const kube::Pod&)> on_own_pod) {
  auto credentials = kube::Credentials::FromDirectory(config.service_account_dir, &Warn);
  if (!credentials.ok()) return credentials.status();
  kube::CurlTransport::Options transport_options;
  transport_options.url = identity.api_server_url;
  transport_options.ca_file = (*credentials)->ca_file();
  auto transport = kube::CurlTransport::Create(std::move(transport_options));
  if (!transport.ok()) return transport.status();

  std::unique_ptr<ClusterSide> side(new ClusterSide(*std::move(transport), *std::move(credentials), call_observer));
  std::vector<status::Observer*> all_observers = observers;
  for (status::Observer* observer : side->MakeObservers(config, identity)) all_observers.push_back(observer);
  std::vector<election::Candidacy::Stand> stands;
  for (size_t i = 0; i < config.locks.size(); ++i) {
    side->announcers_.push_back(
        std::make_unique<Announcer>(config.locks[i], hubs[i], all_observers, side->events_.get()));
    election::Options options;
    options.namespace_name = identity.namespace_name;
    options.lock_name = config.locks[i];
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
  side->candidacy_ = std::make_unique<election::Candidacy>(&side->api_, &side->loop_, std::move(stands),
                                                           std::move(on_own_pod), config.step_down_after);
  return side;
}

std::vector<status::Observer*> ClusterSide::MakeObservers(const config::Config& config,
                                                          const config::Identity& identity) {
  std::vector<status::Observer*> observers;
  if (config.leader_label.has_value()) {
    leader_label_ = std::make_unique<announce::LeaderLabel>(
        &api_, &loop_,
        announce::LeaderLabel::Options{identity.namespace_name, identity.pod_name, config.locks.front(),
                                       config.leader_label->key, config.leader_label->value},
        &Warn);
    observers.push_back(leader_label_.get());
  }
  if (config.events) {
    events_ = std::make_unique<announce::EventAnnouncer>(&api_, &loop_, identity.pod_name, &Warn);
    observers.push_back(events_.get());
  }
  return observers;
}

ClusterSide::ClusterSide(std::unique_ptr<kube::CurlTransport> transport, std::unique_ptr<kube::Credentials> credentials,
                         kube::CallObserver* call_observer)
    : transport_(std::move(transport)),
      credentials_(std::move(credentials)),
      loop_(transport_.get()),
      api_(transport_.get(), credentials_.get(), &loop_, call_observer) {}

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
