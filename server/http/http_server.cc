#include "server/http/http_server.h"

#include <microhttpd.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

#include "server/config/logging.h"
#include "server/http/listening_socket.h"
#include "server/http/request_deadlines.h"
#include "server/loop/event_loop.h"

namespace leadership_broker::http {
namespace {

constexpr unsigned kIdleSeconds = 10;
constexpr size_t kMaxConnectionBytes = size_t{16} * 1024;

void LogFromMicrohttpd(void*, const char* format, va_list arguments) {
  char line[512];
  std::vsnprintf(line, sizeof(line), format, arguments);
  config::Log(config::LogLevel::kDebug, absl::StripSuffix(line, "\n"), {{"library", "microhttpd"}});
}

Answer Plain(int status, std::string body) {
  Answer answer;
  answer.status = status;
  answer.body = std::move(body);
  return answer;
}

// Queues the response, and lets go of it.
MHD_Result Queue(MHD_Connection* connection, int status, MHD_Response* response) {
  if (response == nullptr) return MHD_NO;
  MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
  MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
  const MHD_Result result = MHD_queue_response(connection, static_cast<unsigned>(status), response);
  MHD_destroy_response(response);
  return result;
}

MHD_Result Send(MHD_Connection* connection, const Answer& answer) {
  MHD_Response* response =
      MHD_create_response_from_buffer(answer.body.size(), const_cast<char*>(answer.body.data()), MHD_RESPMEM_MUST_COPY);
  if (response == nullptr) return MHD_NO;
  MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, answer.content_type.c_str());
  for (const auto& [name, value] : answer.headers) MHD_add_response_header(response, name.c_str(), value.c_str());
  return Queue(connection, answer.status, response);
}

MHD_Result Refuse(MHD_Connection* connection, int status, std::string why, const char* header, const char* value) {
  Answer answer = Plain(status, std::move(why));
  answer.headers.emplace_back(header, value);
  return Send(connection, answer);
}

// `headers_alone`: to a HEAD, which takes up no stream.
MHD_Result Stream(MHD_Connection* connection, const Answer& answer, bool headers_alone, const Limits& limits,
                  EventStreams* streams) {
  MHD_Response* response =
      headers_alone ? MHD_create_response_from_callback(
                          MHD_SIZE_UNKNOWN, 1,
                          [](void*, uint64_t, char*, size_t) -> ssize_t { return MHD_CONTENT_READER_END_OF_STREAM; },
                          nullptr, nullptr)
                    : streams->Open(connection, answer.events);
  if (response == nullptr) {
    return Refuse(connection, MHD_HTTP_SERVICE_UNAVAILABLE,
                  absl::StrCat("no room for another stream of events: ", limits.streams.streams,
                               " are open, the most at once; close one, or ask again later\n"),
                  MHD_HTTP_HEADER_CONNECTION, "close");
  }
  MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, "text/event-stream");
  MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
  return Queue(connection, MHD_HTTP_OK, response);
}

}  // namespace

// What serves one address.
struct HttpServer::Listener {
  explicit Listener(const HttpServer* its_server) : server(its_server), streams(its_server->limits_.streams) {}
  ~Listener() {
    streams.End();
    if (daemon != nullptr) MHD_stop_daemon(daemon);
  }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  // libmicrohttpd calls this first with the headers, then for each piece of a body, then once more.
  static MHD_Result OnRequest(void* listener, MHD_Connection* connection, const char* path, const char* method,
                              const char*, const char*, size_t* body_size, void** request) {
    const bool head = absl::string_view(method) == MHD_HTTP_METHOD_HEAD;
    if (!head && absl::string_view(method) != MHD_HTTP_METHOD_GET) {
      return Refuse(connection, MHD_HTTP_METHOD_NOT_ALLOWED, "GET and HEAD only\n", MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
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
    auto* const self = static_cast<Listener*>(listener);
    self->deadlines.Answered(connection, loop::SystemNow().boot);
    const HttpServer& server = *self->server;
    const auto found = server.handlers_.find(path);
    if (found == server.handlers_.end()) return Send(connection, Plain(MHD_HTTP_NOT_FOUND, "no such page\n"));
    const Answer answer = found->second(Request(connection));
    if (answer.events == nullptr) return Send(connection, answer);
    if (!head) self->deadlines.Exempt(connection);
    return Stream(connection, answer, head, server.limits_, &self->streams);
  }

  static void OnConnection(void* listener, MHD_Connection* connection, void**, MHD_ConnectionNotificationCode code) {
    RequestDeadlines& deadlines = static_cast<Listener*>(listener)->deadlines;
    if (code == MHD_CONNECTION_NOTIFY_CLOSED) return deadlines.Ended(connection);
    deadlines.Began(connection, MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd,
                    loop::SystemNow().boot);
  }

  const HttpServer* const server;
  EventStreams streams;
  RequestDeadlines deadlines;
  MHD_Daemon* daemon = nullptr;
};

std::optional<std::string> Request::Query(const char* name) const {
  const char* value = nullptr;
  size_t size = 0;
  if (MHD_lookup_connection_value_n(connection_, MHD_GET_ARGUMENT_KIND, name, std::strlen(name), &value, &size) !=
      MHD_YES)
    return std::nullopt;
  return std::string(value == nullptr ? "" : value, size);
}

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::Start(const std::vector<config::Address>& addresses,
                                                              bool first_only, Handlers handlers,
                                                              const Limits& limits) {
  auto server = std::unique_ptr<HttpServer>(new HttpServer(std::move(handlers), limits));
  for (const config::Address& address : addresses) {
    const int listener = ListeningSocket(address);
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

HttpServer::HttpServer(Handlers handlers, const Limits& limits) : handlers_(std::move(handlers)), limits_(limits) {}

absl::Status HttpServer::Serve(const config::Address& address, int socket) {
  const int port = config::BoundPort(socket);
  const unsigned streams = limits_.streams.streams;
  auto listener = std::make_unique<Listener>(this);
  listener->daemon = MHD_start_daemon(
      MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_AUTO | MHD_USE_ERROR_LOG | MHD_ALLOW_SUSPEND_RESUME, /*port=*/0,
      nullptr, nullptr, &Listener::OnRequest, listener.get(), MHD_OPTION_EXTERNAL_LOGGER, &LogFromMicrohttpd, nullptr,
      MHD_OPTION_NOTIFY_CONNECTION, &Listener::OnConnection, listener.get(), MHD_OPTION_LISTEN_SOCKET, socket,
      MHD_OPTION_CONNECTION_LIMIT, limits_.AllConnections(), MHD_OPTION_PER_IP_CONNECTION_LIMIT,
      limits_.connections_of_an_address + streams, MHD_OPTION_CONNECTION_TIMEOUT, kIdleSeconds,
      MHD_OPTION_CONNECTION_MEMORY_LIMIT, kMaxConnectionBytes, MHD_OPTION_END);
  if (listener->daemon == nullptr) {
    close(socket);
    return absl::InternalError(absl::StrCat("the HTTP server did not start on ", address.text));
  }
  listeners_.push_back(std::move(listener));
  addresses_.push_back(config::JoinHostPort(address.host, port));
  return absl::OkStatus();
}

void HttpServer::Tick() {
  for (const auto& listener : listeners_) {
    listener->streams.Tick();
    listener->deadlines.Tick(loop::SystemNow().boot, limits_.request);
  }
}

HttpServer::~HttpServer() = default;

}  // namespace leadership_broker::http
