#include "server/rpc/server.h"

#include <chrono>
#include <mutex>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "grpcpp/ext/channelz_service_plugin.h"
#include "grpcpp/ext/proto_server_reflection_plugin.h"
#include "grpcpp/grpcpp.h"
#include "grpcpp/health_check_service_interface.h"
#include "grpcpp/resource_quota.h"
#include "grpcpp/version_info.h"

#include "grpc/support/log.h"
#include "server/config/library_log.h"
#include "server/rpc/health.pb.h"
#include "server/rpc/tls_credentials.h"

namespace leadership_broker::rpc {
namespace {

constexpr int kMaxRequestBytes = 64 * 1024;
// Reflection and channelz come as synchronous services; a stream of theirs occupies a thread.
constexpr int kMaxThreads = 16;
constexpr int kCallsBesideStreams = 128;
constexpr int kHandshakeTimeoutMs = 10 * 1000;
// A quarter of what all clients may have.
constexpr int kShareOfLocalClients = 4;
constexpr int kLeastPingIntervalMs = 10 * 1000;
constexpr std::chrono::seconds kPatience(1);

#if GRPC_CPP_VERSION_MAJOR == 1 && GRPC_CPP_VERSION_MINOR < 65
void LogFromGrpc(gpr_log_func_args* args) {
  config::LogFromLibrary(
      args->severity == GPR_LOG_SEVERITY_ERROR ? config::LogLevel::kWarning : config::LogLevel::kDebug, args->message,
      "grpc");
}

void TakeInGrpcLog() { gpr_set_log_function(&LogFromGrpc); }
#else
// It prints by abseil's, which server/config/library_log.h takes in.
void TakeInGrpcLog() {}
#endif

// What concerns the whole process, and has to be said before the first server is built.
void SetUpGrpc() {
  static std::once_flag once;
  std::call_once(once, [] {
    TakeInGrpcLog();
    // Debian builds abseil with the search for lock cycles, which costs each of gRPC's locks a look into one graph for
    // all, and ends the process where it finds one.
    absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
    grpc::EnableDefaultHealthCheckService(true);
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
    grpc::channelz::experimental::InitChannelzService();
    // So that the linker keeps its description, for reflection.
    grpc::health::v1::HealthCheckRequest::descriptor();
  });
}

void SetArguments(int max_streams, grpc::ServerBuilder& builder) {
  // Else who connects and says nothing keeps his place for two minutes.
  builder.AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, kHandshakeTimeoutMs);
  builder.SetMaxReceiveMessageSize(kMaxRequestBytes);
  // Calls count from their headers on, and may keep the request itself back for ever. More than --max-streams, so that
  // a client that asks for too much is told so.
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, max_streams + kCallsBesideStreams);
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

// A way for connections into the server that is being built.
std::function<void(int)> AddDoor(grpc::ServerBuilder& builder, std::shared_ptr<grpc::ServerCredentials> credentials) {
  using Type = grpc::ServerBuilder::experimental_type::ExternalConnectionType;
  std::shared_ptr<grpc::experimental::ExternalConnectionAcceptor> way =
      builder.experimental().AddExternalConnectionAcceptor(Type::FROM_FD, std::move(credentials));
  return [way = std::move(way)](int connection) {
    grpc::experimental::ExternalConnectionAcceptor::NewConnectionParameters parameters;
    parameters.fd = connection;
    way->HandleNewConnection(&parameters);
  };
}

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
      service_({options_.directory, options_.max_streams, options_.now, options_.campaign_requests,
                options_.step_down_requests}) {}

absl::Status Server::Build() {
  grpc::ServerBuilder builder;
  SetArguments(options_.max_streams, builder);
  builder.RegisterService(&service_);
  std::vector<Acceptor::Door> doors;
  for (const config::Address& address : listeners_.addresses()) {
    absl::StatusOr<ListeningSocket> socket = ListeningSocket::Open(address);
    if (!socket.ok()) {
      return absl::UnavailableError(absl::StrCat("cannot listen on ", address.text, ": ", socket.status().message(),
                                                 "; choose another --listen"));
    }
    addresses_.push_back(socket->Text());
    if (IsLoopback(address)) {
      const grpc_local_connect_type kind = address.is_unix() ? UDS : LOCAL_TCP;
      doors.push_back({*std::move(socket), AddDoor(builder, grpc::experimental::LocalServerCredentials(kind))});
    } else if (options_.certificates != nullptr) {
      // Who has shown no certificate yet may not keep the pod's own out.
      const int left_to_others = options_.first_refused_descriptor / kShareOfLocalClients;
      doors.push_back({*std::move(socket), AddDoor(builder, NewTlsCredentials(options_.certificates)), left_to_others});
    } else {
      return absl::InvalidArgumentError(
          absl::StrCat(address.text, " is refused: it can be reached from outside the pod, which needs TLS"));
    }
  }
  server_ = builder.BuildAndStart();
  if (server_ == nullptr) return absl::InternalError("the gRPC server did not start");
  acceptor_ = std::make_unique<Acceptor>(std::move(doors), options_.first_refused_descriptor);
  server_->GetHealthCheckService()->SetServingStatus(leadership::v1::LeadershipBroker::service_full_name(), true);
  serving_ = true;
  return absl::OkStatus();
}

void Server::Shutdown() {
  if (!serving_.exchange(false)) return;
  server_->GetHealthCheckService()->Shutdown();
  options_.directory->Close();
  // gRPC would forget those who come after its end, with their descriptors.
  acceptor_.reset();
  server_->Shutdown(std::chrono::system_clock::now() + kPatience);
}

Server::~Server() { Shutdown(); }

}  // namespace leadership_broker::rpc
