#include "server/metrics/process.h"

#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>

#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

#include "server/kube/read_file.h"
#include "server/metrics/families.h"

namespace leadership_broker::metrics {
namespace {

using prometheus::MetricFamily;

MetricFamily With(MetricFamily family, double value) {
  AddSample(family, {}, value);
  return family;
}

double Number(absl::string_view text) {
  double number = 0;
  return absl::SimpleAtod(text, &number) ? number : 0;
}

// When the machine was started, in Unix time; 0 when that is not to be had.
double BootTime() {
  const auto stat = kube::ReadFile("/proc/stat");
  if (!stat.ok()) return 0;
  for (absl::string_view line : absl::StrSplit(*stat, '\n')) {
    const std::vector<absl::string_view> words = absl::StrSplit(line, ' ');
    if (words.size() == 2 && words[0] == "btime") return Number(words[1]);
  }
  return 0;
}

// By the places that proc(5) numbers from 1 on.
void AddFromStat(std::vector<MetricFamily>& families) {
  const auto stat = kube::ReadFile("/proc/self/stat");
  if (!stat.ok()) return;
  // The second is the program's name in parentheses, which may hold anything.
  const size_t name_end = stat->rfind(')');
  if (name_end == std::string::npos || name_end + 2 > stat->size()) return;
  const std::vector<absl::string_view> from_third = absl::StrSplit(stat->substr(name_end + 2), ' ');
  if (from_third.size() < 22) return;
  const auto place = [&from_third](size_t number) { return Number(from_third[number - 3]); };
  const double ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  families.push_back(With(CounterFamily("process_cpu_seconds_total", "User and system CPU time spent, in seconds."),
                          (place(14) + place(15)) / ticks));
  families.push_back(With(GaugeFamily("process_start_time_seconds", "When the process was started, in Unix time."),
                          BootTime() + place(22) / ticks));
  families.push_back(With(GaugeFamily("process_virtual_memory_bytes", "Virtual memory size in bytes."), place(23)));
  families.push_back(With(GaugeFamily("process_resident_memory_bytes", "Resident memory size in bytes."),
                          place(24) * static_cast<double>(sysconf(_SC_PAGESIZE))));
}

void AddDescriptors(std::vector<MetricFamily>& families) {
  if (DIR* folder = opendir("/proc/self/fd"); folder != nullptr) {
    // "." and "..", and the descriptor of this very folder.
    int count = -3;
    while (readdir(folder) != nullptr) ++count;
    closedir(folder);
    families.push_back(With(GaugeFamily("process_open_fds", "Open file descriptors."), count));
  }
  rlimit limit = {};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    families.push_back(With(GaugeFamily("process_max_fds", "The most file descriptors that may be open."),
                            static_cast<double>(limit.rlim_cur)));
  }
}

}  // namespace

std::vector<MetricFamily> Process::Collect() const {
  std::vector<MetricFamily> families;
  AddFromStat(families);
  AddDescriptors(families);
  return families;
}

}  // namespace leadership_broker::metrics
