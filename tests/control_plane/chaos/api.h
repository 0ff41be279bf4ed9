// The Kubernetes API as one who does not give up sees it: every call is made again until it is answered, while the
// control plane is being broken.
#ifndef LEADERSHIP_BROKER_TESTS_CONTROL_PLANE_CHAOS_API_H_
#define LEADERSHIP_BROKER_TESTS_CONTROL_PLANE_CHAOS_API_H_

#include <string>

#include "tests/harness/admin_client.h"

namespace leadership_broker::chaos {

// Where a run is at home: the API server, the namespace that it has for itself, and the program that the pods run.
struct Place {
  std::string url;
  std::string ca_file;
  std::string admin_token;
  std::string namespace_name;
  std::string lock;
  std::string broker;
};

// Not thread-safe; one for each thread.
class Api {
 public:
  explicit Api(const Place& place);

  const Place& place() const { return place_; }
  std::string Path(const std::string& resource, const std::string& name = "") const;

  // Each ends the process when there is no answer but trouble (none at all, 429, 5xx) for minutes. What the answer says
  // may be the doing of an earlier try.
  testing::HttpAnswer Get(const std::string& path);
  testing::HttpAnswer Post(const std::string& path, const nlohmann::json& body);
  testing::HttpAnswer Patch(const std::string& path, const nlohmann::json& body);
  testing::HttpAnswer Delete(const std::string& path, const nlohmann::json& options = nlohmann::json::object());

 private:
  template <typename Call>
  testing::HttpAnswer Insist(const std::string& what, Call call);

  const Place place_;
  testing::AdminClient client_;
};

}  // namespace leadership_broker::chaos

#endif  // LEADERSHIP_BROKER_TESTS_CONTROL_PLANE_CHAOS_API_H_
