// leadership-broker: settings, signals and wiring. What happens in between is in the rooms beside this file.
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "server/call_log.h"
#include "server/cluster_side.h"
#include "server/config/config.h"
#include "server/config/identity.h"
#include "server/config/logging.h"
#include "server/config/plain_text.h"
#include "server/config/version.h"
#include "server/http/elector.h"
#include "server/http/http_server.h"
#include "server/http/probes.h"
#include "server/http/status_page.h"
#include "server/metrics/metrics.h"
#include "server/outside_cluster.h"
#include "server/process/descriptors.h"
#include "server/process/spare_memory.h"
#include "server/rpc/certificate_files.h"
#include "server/rpc/server.h"
#include "server/status/history.h"

namespace leadership_broker {
namespace {

// Beside those that hold a stream (--max-streams): who asks now and then, or waits to be told that there is no room.
constexpr int kConnectionsBesideStreams = 1024;
// What the broker opens by itself takes some thirty.
constexpr int kOwnDescriptors = 64;
constexpr time_t kHousekeepingSeconds = 5;
constexpr time_t kCertificatesSeconds = 1;

int Refuse(absl::string_view message) {
  std::fprintf(stderr, "leadership-broker: %s\n", config::ToPlainText(message).c_str());
  return config::kConfigurationError;
}

// SIGTERM and SIGINT come to the main thread alone, which waits for them.
sigset_t BlockSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);
  return signals;
}

// What every process on the node could reach in a pod with hostNetwork, as one line for people; null when there is
// nothing. Without TLS, that is; what can be reached from elsewhere has it.
const char* OpenToTheNode(const config::Config& config) {
  for (const config::Address& address : config.listen) {
    if (!address.is_unix() && IsLoopback(address)) {
      return "this pod has hostNetwork, so every process on the node could reach --listen on loopback: use "
             "--listen=unix:/path";
    }
  }
  if (config.elector_listen.empty()) return nullptr;
  return "this pod has hostNetwork, so every process on the node could reach --elector-listen, and a neighbour's app "
         "could take its answer for that of its own pod: leave it out";
}

int FirstRefusedDescriptor(const config::Config& config) {
  const unsigned http = static_cast<unsigned>(config.http_listen.size()) * http::Limits().AllConnections() +
                        static_cast<unsigned>(config.elector_listen.size()) * http::ElectorLimits().AllConnections();
  return process::ShareOutDescriptors(config.max_streams + kConnectionsBesideStreams,
                                      kOwnDescriptors + static_cast<int>(http));
}

// Keeps house until the process is told to end. `certificates` may be null.
void WaitForTheEnd(const sigset_t& signals, rpc::CertificateFiles* certificates,
                   const std::vector<http::HttpServer*>& http_servers) {
  const timespec pause = {certificates == nullptr ? kHousekeepingSeconds : kCertificatesSeconds, 0};
  while (sigtimedwait(&signals, nullptr, &pause) < 0) {
    process::GiveSpareMemoryBack();
    if (certificates != nullptr) certificates->Refresh();
    for (http::HttpServer* server : http_servers) server->Tick();
  }
}

// An app outside a cluster asks for its own name by its host's, as in a pod.
std::string HostName() {
  char name[256] = {};
  gethostname(name, sizeof(name) - 1);
  return name;
}

int Run(const config::Config& config, const config::Identity& identity, const sigset_t& signals) {
  std::shared_ptr<rpc::CertificateFiles> certificates;
  if (config.allow_remote) {
    auto opened = rpc::CertificateFiles::Open(config.tls);
    if (!opened.ok()) return Refuse(opened.status().message());
    certificates = *std::move(opened);
  }

  std::vector<std::unique_ptr<status::Hub>> hubs;
  status::NamedHubs named_hubs;
  for (const std::string& lock : config.locks) {
    hubs.push_back(std::make_unique<status::Hub>());
    named_hubs.push_back({lock, hubs.back().get()});
  }
  const std::function<absl::Duration()> boot_clock = [] { return loop::SystemNow().boot; };
  metrics::Metrics metrics(named_hubs, config::Version(), boot_clock);

  const std::function<absl::Time()> wall_clock = [] { return loop::SystemNow().wall; };
  status::History history(wall_clock);
  CallLog call_log(metrics.call_observer());
  const std::vector<status::Observer*> observers = {metrics.lock_observer(), &history};

  std::atomic<int> exit_code{0};
  std::unique_ptr<ClusterSide> cluster;
  NoPodToEnd no_pod;
  if (identity.outside_cluster) {
    PublishOutsideCluster(identity, named_hubs, observers);
  } else {
    const char* const open_to_node = OpenToTheNode(config);
    auto created = ClusterSide::Create(config, identity, named_hubs, observers, &call_log,
                                       [&exit_code, open_to_node](const kube::Pod& pod) {
                                         if (!pod.spec().host_network() || open_to_node == nullptr || exit_code != 0)
                                           return;
                                         config::Log(config::LogLevel::kError, open_to_node);
                                         exit_code = config::kConfigurationError;
                                         kill(getpid(), SIGTERM);
                                       });
    if (!created.ok()) return Refuse(created.status().message());
    cluster = *std::move(created);
  }

  rpc::LockDirectory directory(identity.namespace_name, named_hubs);
  rpc::Server::Options options;
  options.listen = config.listen;
  options.listen_is_default = config.listen_is_default;
  options.certificates = certificates;
  options.max_streams = config.max_streams;
  options.first_refused_descriptor = FirstRefusedDescriptor(config);
  options.directory = &directory;
  options.now = boot_clock;
  options.campaign_requests = config.campaign == config::Campaign::kOnRequest ? cluster.get() : nullptr;
  if (config.allow_step_down) {
    options.step_down_requests = cluster != nullptr ? static_cast<rpc::StepDownRequests*>(cluster.get()) : &no_pod;
  }
  auto server = rpc::Server::Start(std::move(options));
  if (!server.ok()) return Refuse(server.status().message());

  http::Handlers handlers =
      http::ProbeHandlers([&cluster] { return cluster == nullptr ? absl::ZeroDuration() : cluster->SinceLastTurn(); },
                          [&server] { return (*server)->serving(); });
  handlers["/metrics"] = [&metrics, &server](const http::Request&) {
    http::Answer answer;
    answer.content_type = metrics::kContentType;
    answer.body = metrics.Text((*server)->budget());
    return answer;
  };
  handlers.merge(http::StatusPageHandlers(named_hubs, &history, wall_clock));
  auto probes = http::HttpServer::Start(config.http_listen, config.http_listen_is_default, std::move(handlers));
  if (!probes.ok()) {
    return Refuse(absl::StrCat(probes.status().message(), "; choose another --http-listen, or none"));
  }
  auto elector =
      http::HttpServer::Start(config.elector_listen, /*first_only=*/false,
                              http::ElectorHandlers(named_hubs, HostName(), boot_clock), http::ElectorLimits());
  if (!elector.ok()) return Refuse(absl::StrCat(elector.status().message(), "; choose another --elector-listen"));

  config::Log(config::LogLevel::kInfo, "serving",
              {{"version", config::Version()},
               {"listen", absl::StrJoin((*server)->addresses(), ",")},
               {"locks", absl::StrJoin(config.locks, ",")},
               {"pod", identity.pod_name}});
  if (cluster != nullptr) cluster->Start();

  WaitForTheEnd(signals, certificates.get(), {probes->get(), elector->get()});
  config::Log(config::LogLevel::kInfo, "shutting down; a lock that is held is kept (its pod lives on)");
  // From here on nothing would change what it says.
  elector->reset();
  // R12: stop standing, finish the streams, exit.
  if (cluster != nullptr) cluster->Stop();
  (*server)->Shutdown();
  return exit_code;
}

int Main(int argc, char** argv) {
  const config::Environment environment = config::ProcessEnvironment();
  const auto parsed = config::ParseConfig(argc, argv, environment);
  if (const auto* early = std::get_if<config::EarlyExit>(&parsed)) {
    std::fputs(early->text.c_str(), early->code == 0 ? stdout : stderr);
    return early->code;
  }
  const auto& config = std::get<config::Config>(parsed);
  config::StartLogging(config.log_format, config.log_level);
  const auto identity = config::ResolveIdentity(config, environment);
  if (!identity.ok()) return Refuse(identity.status().message());
  if (identity->outside_cluster && !environment("KUBECONFIG").empty()) {
    config::Log(config::LogLevel::kInfo, "KUBECONFIG is set, but not used without --kubeconfig or --context");
  }
  const sigset_t signals = BlockSignals();
  return Run(config, *identity, signals);
}

}  // namespace
}  // namespace leadership_broker

int main(int argc, char** argv) { return leadership_broker::Main(argc, argv); }
