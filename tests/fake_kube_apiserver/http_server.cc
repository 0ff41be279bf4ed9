#include "tests/fake_kube_apiserver/http_server.h"

#include <microhttpd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <mutex>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "tests/fake_kube_apiserver/socket_address.h"

namespace leadership_broker::testing::fake {
namespace {

constexpr unsigned kMostConnections = 20000;
constexpr size_t kBlock = size_t{16} * 1024;

MHD_Result CollectQuery(void* query, MHD_ValueKind /*kind*/, const char* key, const char* value) {
  (*static_cast<std::map<std::string, std::string>*>(query))[key] = value == nullptr ? "" : value;
  return MHD_YES;
}

std::string Header(MHD_Connection* connection, const char* name) {
  const char* value = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
  return value == nullptr ? "" : value;
}

MHD_Result Queue(MHD_Connection* connection, const HttpResponse& answer) {
  MHD_Response* response =
      MHD_create_response_from_buffer(answer.body.size(), const_cast<char*>(answer.body.data()), MHD_RESPMEM_MUST_COPY);
  MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, answer.content_type.c_str());
  if (answer.retry_after_seconds > 0) {
    MHD_add_response_header(response, MHD_HTTP_HEADER_RETRY_AFTER, absl::StrCat(answer.retry_after_seconds).c_str());
  }
  const MHD_Result result = MHD_queue_response(connection, static_cast<unsigned>(answer.status), response);
  MHD_destroy_response(response);
  return result;
}

}  // namespace

// What the threads that wake connections share with the one that serves them. Outlives the server where a stream does.
struct HttpServer::Gate {
  std::mutex mu;
  // Guarded by mu:
  bool stopping = false;
  std::set<std::shared_ptr<Exchange>> exchanges;
};

// One request and its answer.
struct HttpServer::Exchange : std::enable_shared_from_this<HttpServer::Exchange> {
  std::shared_ptr<Gate> gate;
  // The serving thread's own:
  MHD_Connection* connection = nullptr;
  HttpRequest request;
  std::function<Reply()> next;
  std::shared_ptr<ByteStream> stream;
  std::string unsent;
  // Guarded by gate->mu:
  bool over = false;
  bool suspended = false;
  bool woken = false;

  // Any thread.
  void Wake() {
    const std::lock_guard<std::mutex> lock(gate->mu);
    WakeLocked();
  }

  void WakeLocked() {
    if (over) return;
    if (!suspended) {
      woken = true;
      return;
    }
    suspended = false;
    MHD_resume_connection(connection);
  }

  // False when there is no time for that: it was woken meanwhile, or the server stops.
  bool Suspend() {
    const std::lock_guard<std::mutex> lock(gate->mu);
    if (std::exchange(woken, false) || gate->stopping) return false;
    suspended = true;
    MHD_suspend_connection(connection);
    return true;
  }

  bool Stopping() {
    const std::lock_guard<std::mutex> lock(gate->mu);
    return gate->stopping;
  }
};

// libmicrohttpd's side; all on the serving thread.
struct HttpServer::Callbacks {
  static MHD_Result OnRequest(void* self, MHD_Connection* connection, const char* url, const char* method,
                              const char* /*version*/, const char* upload, size_t* upload_size, void** slot) {
    auto& server = *static_cast<HttpServer*>(self);
    if (*slot == nullptr) {
      *slot = Begin(server, connection, url, method);
      return MHD_YES;
    }
    auto& exchange = *static_cast<Exchange*>(*slot);
    if (*upload_size > 0) {
      exchange.request.body.append(upload, *upload_size);
      *upload_size = 0;
      return MHD_YES;
    }
    if (!exchange.next) exchange.next = [&] { return server.handler_(exchange.request); };
    return Carry(server, exchange);
  }

  static Exchange* Begin(HttpServer& server, MHD_Connection* connection, const char* url, const char* method) {
    auto exchange = std::make_shared<Exchange>();
    exchange->gate = server.gate_;
    exchange->connection = connection;
    exchange->request.method = method;
    exchange->request.path = url;
    MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, &CollectQuery, &exchange->request.query);
    const std::string authorization = Header(connection, MHD_HTTP_HEADER_AUTHORIZATION);
    if (absl::StartsWithIgnoreCase(authorization, "Bearer ")) {
      exchange->request.bearer_token = authorization.substr(std::strlen("Bearer "));
    }
    exchange->request.content_type = Header(connection, MHD_HTTP_HEADER_CONTENT_TYPE);
    const std::lock_guard<std::mutex> lock(server.gate_->mu);
    server.gate_->exchanges.insert(exchange);
    return exchange.get();
  }

  // Asks for the reply until there is one that can be given.
  static MHD_Result Carry(HttpServer& server, Exchange& exchange) {
    for (;;) {
      if (exchange.Stopping()) return MHD_NO;
      Reply reply = exchange.next();
      switch (reply.kind) {
        case Reply::Kind::kAnswer:
          return Queue(exchange.connection, reply.response);
        case Reply::Kind::kStream:
          return QueueStream(exchange, std::move(reply.stream));
        case Reply::Kind::kCut:
          return MHD_NO;
        case Reply::Kind::kHang:
          exchange.next = [] { return Reply{Reply::Kind::kHang, {}, nullptr, {}, nullptr}; };
          break;
        case Reply::Kind::kLater:
          exchange.next = std::move(reply.then);
          server.timers_.At(Timers::Clock::now() + reply.delay, Waker(exchange));
          break;
      }
      if (exchange.Suspend()) return MHD_YES;
    }
  }

  static std::function<void()> Waker(Exchange& exchange) {
    return [weak = exchange.weak_from_this()] {
      if (const std::shared_ptr<Exchange> awake = weak.lock()) awake->Wake();
    };
  }

  static MHD_Result QueueStream(Exchange& exchange, std::shared_ptr<ByteStream> stream) {
    exchange.stream = std::move(stream);
    exchange.stream->Start(Waker(exchange));
    MHD_Response* response =
        MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, kBlock, &OnRead, &exchange, /*free_callback=*/nullptr);
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, "application/json");
    const MHD_Result result = MHD_queue_response(exchange.connection, MHD_HTTP_OK, response);
    MHD_destroy_response(response);
    return result;
  }

  static ssize_t OnRead(void* slot, uint64_t /*position*/, char* out, size_t size) {
    auto& exchange = *static_cast<Exchange*>(slot);
    while (exchange.unsent.empty()) {
      if (exchange.Stopping()) return MHD_CONTENT_READER_END_WITH_ERROR;
      switch (exchange.stream->Read(&exchange.unsent)) {
        case ByteStream::State::kBytes:
          break;
        case ByteStream::State::kEnd:
          return MHD_CONTENT_READER_END_OF_STREAM;
        case ByteStream::State::kCut:
          return MHD_CONTENT_READER_END_WITH_ERROR;
        case ByteStream::State::kWait:
          if (exchange.Suspend()) return 0;
          break;
      }
    }
    const size_t count = std::min(size, exchange.unsent.size());
    exchange.unsent.copy(out, count);
    exchange.unsent.erase(0, count);
    return static_cast<ssize_t>(count);
  }

  static void OnCompleted(void* self, MHD_Connection* /*connection*/, void** slot, MHD_RequestTerminationCode /*why*/) {
    if (*slot == nullptr) return;
    auto& server = *static_cast<HttpServer*>(self);
    auto* exchange = static_cast<Exchange*>(*slot);
    *slot = nullptr;
    // Its stream goes with it, and that after the lock.
    const std::shared_ptr<Exchange> last = exchange->shared_from_this();
    const std::lock_guard<std::mutex> lock(server.gate_->mu);
    exchange->over = true;
    server.gate_->exchanges.erase(last);
  }
};

HttpServer::HttpServer(Certificates certificates, Timers& timers, Handler handler)
    : certificates_(std::move(certificates)),
      timers_(timers),
      handler_(std::move(handler)),
      gate_(std::make_shared<Gate>()) {}

HttpServer::~HttpServer() {
  Stop();
  if (reservation_ >= 0) close(reservation_);
}

absl::Status HttpServer::Bind(const std::string& address) {
  absl::StatusOr<int> bound = BindSocket(address);
  if (!bound.ok()) return bound.status();
  reservation_ = *bound;
  absl::StatusOr<std::string> true_address = BoundAddress(reservation_);
  if (!true_address.ok()) return true_address.status();
  address_ = *std::move(true_address);
  return absl::OkStatus();
}

absl::Status HttpServer::Start() {
  if (daemon_ != nullptr) return absl::OkStatus();
  absl::StatusOr<int> listener = BindSocket(address_);
  if (!listener.ok()) return listener.status();
  if (listen(*listener, SOMAXCONN) != 0) {
    absl::Status status = absl::ErrnoToStatus(errno, absl::StrCat("listen on ", address_));
    close(*listener);
    return status;
  }
  gate_ = std::make_shared<Gate>();
  const unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_TLS | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC;
  daemon_ =
      MHD_start_daemon(flags, 0, nullptr, nullptr, &Callbacks::OnRequest, this, MHD_OPTION_LISTEN_SOCKET, *listener,
                       MHD_OPTION_HTTPS_MEM_CERT, certificates_.server.c_str(), MHD_OPTION_HTTPS_MEM_KEY,
                       certificates_.server_key.c_str(), MHD_OPTION_CONNECTION_LIMIT, kMostConnections,
                       MHD_OPTION_NOTIFY_COMPLETED, &Callbacks::OnCompleted, this, MHD_OPTION_END);
  if (daemon_ == nullptr) {
    close(*listener);
    return absl::InternalError("libmicrohttpd does not start");
  }
  return absl::OkStatus();
}

void HttpServer::Stop() {
  if (daemon_ == nullptr) return;
  {
    // A daemon with suspended connections cannot be stopped.
    const std::lock_guard<std::mutex> lock(gate_->mu);
    gate_->stopping = true;
    for (const std::shared_ptr<Exchange>& exchange : gate_->exchanges) exchange->WakeLocked();
  }
  MHD_stop_daemon(daemon_);
  daemon_ = nullptr;
}

}  // namespace leadership_broker::testing::fake
