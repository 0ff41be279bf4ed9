// A small read-only HTTP server: a table of paths, each with a handler that answers at once from memory. For probes and
// the like.
#ifndef LEADERSHIP_BROKER_HTTP_HTTP_SERVER_H_
#define LEADERSHIP_BROKER_HTTP_HTTP_SERVER_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "server/config/address.h"

struct MHD_Daemon;

namespace leadership_broker::http {

struct Answer {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
};

// Called on the server's own thread; must not block.
using Handler = std::function<Answer()>;
// By path, e.g. "/livez". A query is ignored.
using Handlers = std::map<std::string, Handler>;

// At each address; more wait until one of them is closed. A quarter of them for one client's address: what is more is
// closed at once.
inline constexpr unsigned kMaxConnections = 64;

// One thread for each address. GET and HEAD only (405); unknown paths are 404; idle connections are closed after 10 s.
class HttpServer {
 public:
  // Listens on all of `addresses`; with `first_only` (the defaults) on the first of those that this machine has. The
  // error is one line for people, and the process is then to end with kConfigurationError.
  static absl::StatusOr<std::unique_ptr<HttpServer>> Start(const std::vector<config::Address>& addresses,
                                                           bool first_only, Handlers handlers);

  // Stops; no handler runs after it.
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // Where it listens, with the ports that were chosen for port 0.
  const std::vector<std::string>& addresses() const { return addresses_; }

 private:
  explicit HttpServer(Handlers handlers);

  // Takes over the listening socket, whether it succeeds or not.
  absl::Status Serve(const config::Address& address, int socket);

  const Handlers handlers_;
  std::vector<std::string> addresses_;
  std::vector<MHD_Daemon*> daemons_;
};

}  // namespace leadership_broker::http

#endif  // LEADERSHIP_BROKER_HTTP_HTTP_SERVER_H_
