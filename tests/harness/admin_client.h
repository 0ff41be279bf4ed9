// The tests' own client of the Kubernetes API: synchronous, generic JSON, and no code shared with the broker's, so that
// the broker is not its own judge.
#ifndef LEADERSHIP_BROKER_TESTS_HARNESS_ADMIN_CLIENT_H_
#define LEADERSHIP_BROKER_TESTS_HARNESS_ADMIN_CLIENT_H_

#include <memory>
#include <string>
#include <vector>

#include "nlohmann/json.hpp"

namespace leadership_broker::testing {

struct HttpAnswer {
  // 0 when there was no answer; `text` then says why.
  int status = 0;
  // Discarded (is_discarded()) when the body is no JSON.
  nlohmann::json body;
  std::string text;
  // What Retry-After says; 0 when it is absent.
  int retry_after_seconds = 0;
};

// Not thread-safe; one for each thread. Keeps its connection open between calls. Paths begin with '/', e.g.
// "/api/v1/namespaces/x/pods/y?fieldSelector=…".
class AdminClient {
 public:
  // `bearer_token` may be empty.
  AdminClient(std::string url, std::string ca_file, std::string bearer_token);
  ~AdminClient();
  AdminClient(const AdminClient&) = delete;
  AdminClient& operator=(const AdminClient&) = delete;

  // How long a call may take; two minutes to begin with.
  void set_limit_seconds(long seconds);
  // From now on asks as this user, in these groups, which the token's own user must be allowed to.
  void Impersonate(const std::string& user, const std::vector<std::string>& groups);

  HttpAnswer Get(const std::string& path);
  HttpAnswer Post(const std::string& path, const nlohmann::json& body);
  HttpAnswer Put(const std::string& path, const nlohmann::json& body);
  // application/merge-patch+json
  HttpAnswer Patch(const std::string& path, const nlohmann::json& body);
  HttpAnswer Delete(const std::string& path, const nlohmann::json& options = nlohmann::json::object());
  // Any method, any body, any content type: for what no well-behaved client sends.
  HttpAnswer Send(const std::string& method, const std::string& path, const std::string& body,
                  const std::string& content_type);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace leadership_broker::testing

#endif  // LEADERSHIP_BROKER_TESTS_HARNESS_ADMIN_CLIENT_H_
