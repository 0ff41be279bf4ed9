// A small read-only HTTP server: a table of paths, each with a handler that answers at once from memory, or with a
// stream of events. For probes and the like.
#ifndef LEADERSHIP_BROKER_HTTP_HTTP_SERVER_H_
#define LEADERSHIP_BROKER_HTTP_HTTP_SERVER_H_

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "server/config/address.h"
#include "server/http/event_source.h"
#include "server/http/event_streams.h"

struct MHD_Connection;
struct MHD_Daemon;

namespace leadership_broker::http {

// What was asked, as long as its handler runs.
class Request {
 public:
  explicit Request(MHD_Connection* connection) : connection_(connection) {}

  // The first value of this parameter in the query; "" when it has none, nullopt when it is not there.
  std::optional<std::string> Query(const char* name) const;

 private:
  MHD_Connection* const connection_;
};

struct Answer {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
  // Further headers, name and value.
  std::vector<std::pair<std::string, std::string>> headers;
  // Set: a stream of events, in place of all the above; 503 when there are too many already.
  OpenEvents events;
};

// Called on the server's own thread; must not block.
using Handler = std::function<Answer(const Request&)>;
// By path, e.g. "/livez".
using Handlers = std::map<std::string, Handler>;

// At each address.
struct Limits {
  // Beside those for streams; more wait until one of them is closed.
  unsigned connections = 64;
  // From one address of a client, likewise; what is more is closed at once.
  unsigned connections_of_an_address = 16;
  // How long a request may take to come in.
  absl::Duration request = absl::Seconds(20);
  StreamLimits streams;

  unsigned AllConnections() const { return connections + streams.streams; }
};

// One thread for each address. GET and HEAD only (405); unknown paths are 404; idle connections are closed after 10 s,
// and those whose request does not come in, by Tick.
class HttpServer {
 public:
  // Listens on all of `addresses`; with `first_only` (the defaults) on the first of those that this machine has. The
  // error is one line for people, and the process is then to end with kConfigurationError.
  static absl::StatusOr<std::unique_ptr<HttpServer>> Start(const std::vector<config::Address>& addresses,
                                                           bool first_only, Handlers handlers,
                                                           const Limits& limits = {});

  // Ends the streams and stops; no handler runs after it.
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // To be called every few seconds: what keeps streams alive, and cuts slow clients. Any thread.
  void Tick();

  // Where it listens, with the ports that were chosen for port 0.
  const std::vector<std::string>& addresses() const { return addresses_; }

 private:
  struct Listener;

  HttpServer(Handlers handlers, const Limits& limits);

  // Takes over the listening socket, whether it succeeds or not.
  absl::Status Serve(const config::Address& address, int socket);

  const Handlers handlers_;
  const Limits limits_;
  std::vector<std::string> addresses_;
  std::vector<std::unique_ptr<Listener>> listeners_;
};

}  // namespace leadership_broker::http

#endif  // LEADERSHIP_BROKER_HTTP_HTTP_SERVER_H_
