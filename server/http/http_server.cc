#include "server/http/http_server.h"

#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

#include "server/config/logging.h"

namespace leadership_broker::http {
namespace {

// So that no one client keeps the kubelet out.
constexpr unsigned kMaxConnectionsOfAnAddress = 16;
constexpr unsigned kIdleSeconds = 10;
constexpr size_t kMaxConnectionBytes = size_t{16} * 1024;

void LogFromMicrohttpd(void*, const char* format, va_list arguments) {
  char line[512];
  std::vsnprintf(line, sizeof(line), format, arguments);
  config::Log(config::LogLevel::kDebug, absl::StripSuffix(line, "\n"), {{"library", "microhttpd"}});
}

MHD_Result Send(MHD_Connection* connection, const Answer& answer) {
  MHD_Response* response =
      MHD_create_response_from_buffer(answer.body.size(), const_cast<char*>(answer.body.data()), MHD_RESPMEM_MUST_COPY);
  if (response == nullptr) return MHD_NO;
  MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, answer.content_type.c_str());
  MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
  if (answer.status == MHD_HTTP_METHOD_NOT_ALLOWED)
    MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
  const MHD_Result result = MHD_queue_response(connection, static_cast<unsigned>(answer.status), response);
  MHD_destroy_response(response);
  return result;
}

Answer Plain(int status, const char* body) {
  Answer answer;
  answer.status = status;
  answer.body = body;
  return answer;
}

// libmicrohttpd calls this first with the headers, then for each piece of a body, then once more.
MHD_Result OnRequest(void* handlers, MHD_Connection* connection, const char* path, const char* method, const char*,
                     const char*, size_t* body_size, void** request) {
  const absl::string_view verb = method;
  if (verb != MHD_HTTP_METHOD_GET && verb != MHD_HTTP_METHOD_HEAD) {
    return Send(connection, Plain(MHD_HTTP_METHOD_NOT_ALLOWED, "GET and HEAD only\n"));
  }
  if (*request == nullptr) {
    // An answer before the last of these calls would cost the client its connection.
    static char seen;
    *request = &seen;
    return MHD_YES;
  }
  if (*body_size != 0) {
    *body_size = 0;
    return MHD_YES;
  }
  const Handlers& table = *static_cast<const Handlers*>(handlers);
  const auto found = table.find(path);
  return Send(connection, found == table.end() ? Plain(MHD_HTTP_NOT_FOUND, "no such page\n") : found->second());
}

// A listening socket, or minus the errno of what failed.
int Listen(const config::Address& address) {
  const config::SocketAddress socket_address = ToSocketAddress(address);
  const int listener = socket(socket_address.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (listener < 0) return -errno;
  const int on = 1;
  const int off = 0;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  // [::] is to mean IPv4 as well, whatever the machine's default.
  if (socket_address.storage.ss_family == AF_INET6) setsockopt(listener, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
  if (bind(listener, reinterpret_cast<const sockaddr*>(&socket_address.storage), socket_address.length) == 0 &&
      listen(listener, SOMAXCONN) == 0) {
    return listener;
  }
  const int error = errno;
  close(listener);
  return -error;
}

int PortOf(int listener) {
  sockaddr_storage storage = {};
  socklen_t length = sizeof(storage);
  getsockname(listener, reinterpret_cast<sockaddr*>(&storage), &length);
  return ntohs(storage.ss_family == AF_INET6 ? reinterpret_cast<sockaddr_in6&>(storage).sin6_port
                                             : reinterpret_cast<sockaddr_in&>(storage).sin_port);
}

absl::Status CannotListen(const config::Address& address, int error) {
  return absl::FailedPreconditionError(absl::StrCat(address.text,
                                                    error == EADDRINUSE ? " is in use by another process: " : ": ",
                                                    std::strerror(error), "; choose another --http-listen, or none"));
}

}  // namespace

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::Start(const std::vector<config::Address>& addresses,
                                                              bool first_only, Handlers handlers) {
  auto server = std::unique_ptr<HttpServer>(new HttpServer(std::move(handlers)));
  for (const config::Address& address : addresses) {
    const int listener = Listen(address);
    if (listener < 0) {
      const bool lacking = listener == -EADDRNOTAVAIL || listener == -EAFNOSUPPORT;
      if (first_only && lacking && &address != &addresses.back()) continue;
      return CannotListen(address, -listener);
    }
    if (absl::Status status = server->Serve(address, listener); !status.ok()) return status;
    if (first_only) break;
  }
  return server;
}

HttpServer::HttpServer(Handlers handlers) : handlers_(std::move(handlers)) {}

absl::Status HttpServer::Serve(const config::Address& address, int socket) {
  const int port = PortOf(socket);
  MHD_Daemon* daemon =
      MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_AUTO | MHD_USE_ERROR_LOG, /*port=*/0, nullptr, nullptr,
                       &OnRequest, const_cast<Handlers*>(&handlers_), MHD_OPTION_EXTERNAL_LOGGER, &LogFromMicrohttpd,
                       nullptr, MHD_OPTION_LISTEN_SOCKET, socket, MHD_OPTION_CONNECTION_LIMIT, kMaxConnections,
                       MHD_OPTION_PER_IP_CONNECTION_LIMIT, kMaxConnectionsOfAnAddress, MHD_OPTION_CONNECTION_TIMEOUT,
                       kIdleSeconds, MHD_OPTION_CONNECTION_MEMORY_LIMIT, kMaxConnectionBytes, MHD_OPTION_END);
  if (daemon == nullptr) {
    close(socket);
    return absl::InternalError(absl::StrCat("the HTTP server did not start on ", address.text));
  }
  daemons_.push_back(daemon);
  addresses_.push_back(config::JoinHostPort(address.host, port));
  return absl::OkStatus();
}

HttpServer::~HttpServer() {
  for (MHD_Daemon* daemon : daemons_) MHD_stop_daemon(daemon);
}

}  // namespace leadership_broker::http
