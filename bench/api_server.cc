#include "bench/api_server.h"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

#include "tests/harness/require.h"
#include "tests/harness/scratch_dir.h"

namespace leadership_broker::bench {

absl::Duration CpuOf(pid_t pid) {
  std::ifstream file(absl::StrCat("/proc/", pid, "/stat"));
  const std::string stat{std::istreambuf_iterator<char>(file), {}};
  // After the name in brackets, which may hold anything; in user mode and in the kernel are the 14th and 15th of all.
  const std::vector<std::string> fields = absl::StrSplit(stat.substr(std::min(stat.size(), stat.rfind(')') + 1)), ' ');
  int64_t ticks = 0;
  for (size_t field : {12, 13}) {
    int64_t part = 0;
    if (field < fields.size() && absl::SimpleAtoi(fields[field], &part)) ticks += part;
  }
  return absl::Seconds(ticks) / sysconf(_SC_CLK_TCK);
}

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

double ApiServerMetrics::Requests() const {
  double requests = 0;
  for (const char* resource : {"resource=\"configmaps\"", "resource=\"pods\"", "resource=\"events\""}) {
    const std::string name = "apiserver_request_total";
    requests += Sum(name, {resource}) - Sum(name, {resource, "verb=\"WATCH\""});
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
