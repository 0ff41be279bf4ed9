#include "server/kube/user_agent.h"

#include <sys/utsname.h>

#include "absl/strings/str_cat.h"

namespace leadership_broker::kube {
namespace {

std::string Architecture() {
  utsname system{};
  if (uname(&system) != 0) return "unknown";
  std::string machine = system.machine;
  if (machine == "x86_64") return "amd64";
  if (machine == "aarch64") return "arm64";
  return machine;
}

}  // namespace

const std::string& UserAgent() {
  static const auto* const kUserAgent =
      new std::string(absl::StrCat("leadership-broker/", LEADERSHIP_BROKER_VERSION, " (linux/", Architecture(), ")"));
  return *kUserAgent;
}

}  // namespace leadership_broker::kube
