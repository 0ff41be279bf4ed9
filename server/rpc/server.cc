#include "server/rpc/server.h"

#include <sys/stat.h>

#include <chrono>
#include <mutex>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "grpcpp/ext/channelz_service_plugin.h"
#include "grpcpp/ext/proto_server_reflection_plugin.h"
#include "grpcpp/grpcpp.h"
#include "grpcpp/health_check_service_interface.h"
#include "grpcpp/resource_quota.h"

#include "grpc/support/log.h"
#include "server/config/logging.h"
#include "server/rpc/health.pb.h"

namespace leadership_broker::rpc {
namespace {

constexpr int kMaxRequestBytes = 64 * 1024;
// Reflection and channelz come as synchronous services; a stream of theirs occupies a thread.
constexpr int kMaxThreads = 16;
constexpr int kLeastPingIntervalMs = 10 * 1000;
constexpr std::chrono::seconds kPatience(1);

void LogFromGrpc(gpr_log_func_args* args) {
  config::Log(args->severity == GPR_LOG_SEVERITY_ERROR ? config::LogLevel::kWarning : config::LogLevel::kDebug,
              args->message, {{"library", "grpc"}});
}

// What concerns the whole process, and has to be said before the first server is built.
void SetUpGrpc() {
  static std::once_flag once;
  std::call_once(once, [] {
    gpr_set_log_function(&LogFromGrpc);
    grpc::EnableDefaultHealthCheckService(true);
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
    grpc::channelz::experimental::InitChannelzService();
    // So that the linker keeps its description, for reflection.
    grpc::health::v1::HealthCheckRequest::descriptor();
  });
}

void SetArguments(grpc::ServerBuilder& builder) {
  // Otherwise a second broker on the same port starts, and the kernel deals the connections out between the two.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.SetMaxReceiveMessageSize(kMaxRequestBytes);
  // Clients in all languages keep their streams alive with pings, some more often than gRPC's own rule has it.
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, kLeastPingIntervalMs);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PING_STRIKES, 0);
  builder.SetSyncServerOption(grpc::ServerBuilder::NUM_CQS, 1);
  builder.SetSyncServerOption(grpc::ServerBuilder::MIN_POLLERS, 1);
  builder.SetSyncServerOption(grpc::ServerBuilder::MAX_POLLERS, 1);
  grpc::ResourceQuota quota("leadership-broker");
  quota.SetMaxThreads(kMaxThreads);
  builder.SetResourceQuota(quota);
}

// For files made while it lives: readable and writable by owner and group alone.
class GroupUmask {
 public:
  GroupUmask() : before_(umask(0117)) {}
  ~GroupUmask() { umask(before_); }

 private:
  const mode_t before_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Server>> Server::Start(Options options) {
  SetUpGrpc();
  absl::StatusOr<Listeners> listeners = Listeners::Prepare(options.listen, options.listen_is_default);
  if (!listeners.ok()) return listeners.status();
  auto server = std::unique_ptr<Server>(new Server(std::move(options), *std::move(listeners)));
  if (absl::Status status = server->Build(); !status.ok()) return status;
  return server;
}

Server::Server(Options options, Listeners listeners)
    : options_(std::move(options)),
      listeners_(std::move(listeners)),
      service_({options_.directory, options_.max_streams, options_.now, options_.campaign_requests}) {}

absl::Status Server::Build() {
  grpc::ServerBuilder builder;
  SetArguments(builder);
  builder.RegisterService(&service_);
  const std::vector<config::Address>& addresses = listeners_.addresses();
  std::vector<int> ports(addresses.size());
  bool has_socket = false;
  for (size_t i = 0; i < addresses.size(); ++i) {
    has_socket = has_socket || addresses[i].is_unix();
    builder.AddListeningPort(addresses[i].text,
                             grpc::experimental::LocalServerCredentials(addresses[i].is_unix() ? UDS : LOCAL_TCP),
                             &ports[i]);
  }
  {
    std::unique_ptr<GroupUmask> guard;
    if (has_socket) guard = std::make_unique<GroupUmask>();
    server_ = builder.BuildAndStart();
  }
  for (size_t i = 0; i < addresses.size(); ++i) {
    if (server_ == nullptr || (!addresses[i].is_unix() && ports[i] == 0)) {
      return absl::UnavailableError(absl::StrCat("the gRPC server did not start on ", addresses[i].text,
                                                 ": its address was taken a moment ago; choose another --listen"));
    }
    addresses_.push_back(addresses[i].is_unix() ? addresses[i].text
                                                : config::JoinHostPort(addresses[i].host, ports[i]));
  }
  server_->GetHealthCheckService()->SetServingStatus(leadership::v1::LeadershipBroker::service_full_name(), true);
  serving_ = true;
  return absl::OkStatus();
}

void Server::Shutdown() {
  if (!serving_.exchange(false)) return;
  server_->GetHealthCheckService()->Shutdown();
  options_.directory->Close();
  server_->Shutdown(std::chrono::system_clock::now() + kPatience);
}

Server::~Server() { Shutdown(); }

}  // namespace leadership_broker::rpc
