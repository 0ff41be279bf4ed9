// A real Prometheus (Debian's) in a folder and on a port of its own, which scrapes what a test names.
#ifndef LEADERSHIP_BROKER_TESTS_INTEROP_PROMETHEUS_PROMETHEUS_SERVER_H_
#define LEADERSHIP_BROKER_TESTS_INTEROP_PROMETHEUS_PROMETHEUS_SERVER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "nlohmann/json.hpp"

#include "tests/harness/admin_client.h"
#include "tests/harness/child_process.h"
#include "tests/harness/scratch_dir.h"

namespace leadership_broker::testing {

// Not thread-safe. What must not fail ends the process with Prometheus' own words.
class PrometheusServer {
 public:
  // How often it scrapes, and looks at the rules.
  static constexpr absl::Duration kInterval = absl::Milliseconds(250);

  struct Target {
    // "127.0.0.1:8643"
    std::string address;
    // What a scrape in a cluster adds.
    std::string namespace_name;
    std::string pod;
  };

  // Answers when it returns; has scraped nothing yet. `rule_file` is an absolute path.
  PrometheusServer(const std::vector<Target>& targets, const std::string& rule_file);

  // The answer's "result" now: an array of {metric, value}. With an error when the expression is none.
  struct Answer {
    std::string error;
    nlohmann::json result;
  };
  Answer Query(const std::string& expression);
  // The same over a time, as {metric, values}.
  Answer QueryRange(const std::string& expression, absl::Time from, absl::Time to, absl::Duration step);
  // What it makes of the rules: the array "rules" of all groups.
  nlohmann::json Rules();

 private:
  Answer Ask(const std::string& path, const std::vector<std::pair<std::string, std::string>>& form);

  const ScratchDir scratch_;
  const int port_;
  std::unique_ptr<ChildProcess> process_;
  AdminClient client_;
};

}  // namespace leadership_broker::testing

#endif  // LEADERSHIP_BROKER_TESTS_INTEROP_PROMETHEUS_PROMETHEUS_SERVER_H_
