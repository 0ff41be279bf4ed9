#include "bench/api_server.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

#include "tests/harness/require.h"
#include "tests/harness/scratch_dir.h"

namespace leadership_broker::bench {

double ApiServerMetrics::Sum(const std::string& name, const std::vector<std::string>& labels) const {
  double sum = 0;
  for (absl::string_view line : absl::StrSplit(text_, '\n')) {
    if (!absl::StartsWith(line, name) || line.size() == name.size()) continue;
    if (line[name.size()] != '{' && line[name.size()] != ' ') continue;
    const bool wanted = std::all_of(labels.begin(), labels.end(),
                                    [&](const std::string& label) { return absl::StrContains(line, label); });
    double value = 0;
    if (wanted && absl::SimpleAtod(line.substr(line.rfind(' ') + 1), &value)) sum += value;
  }
  return sum;
}

ApiServerMetrics::Requests ApiServerMetrics::RequestsFor(const std::vector<std::string>& resources) const {
  const std::string name = "apiserver_request_total";
  Requests requests;
  for (const std::string& resource : resources) {
    const std::string of = absl::StrCat("resource=\"", resource, "\"");
    const double watches = Sum(name, {of, "verb=\"WATCH\""});
    requests.watches_ended += watches;
    requests.others += Sum(name, {of}) - watches;
    for (const char* verb : {"POST", "PUT", "PATCH", "DELETE"}) {
      requests.writes += Sum(name, {of, absl::StrCat("verb=\"", verb, "\"")});
    }
  }
  return requests;
}

pid_t ApiServerPid(const testing::RealCluster& cluster) {
  int pid = 0;
  const std::string file = cluster.Folder() + "/kube-apiserver.pid";
  testing::Require(absl::SimpleAtoi(testing::ReadTextFile(file), &pid), "no process number in " + file);
  return pid;
}

}  // namespace leadership_broker::bench
