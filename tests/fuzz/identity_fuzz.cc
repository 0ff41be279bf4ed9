// Who we are, out of the ServiceAccount's files, the token's claims and the environment: what is asked for over the
// network is a name, or there is one clear line.
//
// Input: five lines, POD_NAME, POD_UID, KUBERNETES_SERVICE_HOST, the content of the file `namespace`, and the token's
// payload (or, where that does not begin with '{', the token itself).
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"

#include "server/config/identity.h"
#include "server/config/names.h"
#include "tests/fuzz/check.h"
#include "tests/harness/scratch_dir.h"
#include "tests/unit/kube/pod_token.h"

namespace leadership_broker::fuzz {
namespace {

void CheckIdentity(const config::Identity& identity) {
  Check(!identity.outside_cluster, "where there is a token there is a cluster");
  Check(config::IsDns1123Label(identity.namespace_name), "a namespace's name is one", identity.namespace_name);
  Check(config::IsDns1123Subdomain(identity.pod_name), "a pod's name is one", identity.pod_name);
  Check(identity.pod_uid.empty() || config::IsUid(identity.pod_uid), "a UID is one", identity.pod_uid);
  Check(IsPrintable(identity.node_name), "a node's name can be shown", identity.node_name);
  Check(absl::StartsWith(identity.api_server_url, "https://"), "a token is not sent in the clear");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const testing::ScratchDir directory;
  static const bool has_ca = [] {
    testing::WriteTextFile(directory.File("ca.crt"), "-----BEGIN CERTIFICATE-----\n");
    return true;
  }();
  Check(has_ca, "there is a CA");

  std::vector<std::string> lines =
      absl::StrSplit(absl::string_view(reinterpret_cast<const char*>(data), size), absl::MaxSplits('\n', 4));
  lines.resize(5);
  const std::map<std::string, std::string> variables = {{"POD_NAME", lines[0]},
                                                        {"POD_UID", lines[1]},
                                                        {"KUBERNETES_SERVICE_HOST", lines[2]},
                                                        {"KUBERNETES_SERVICE_PORT", "443"}};
  testing::WriteTextFile(directory.File("namespace"), lines[3]);
  testing::WriteTextFile(directory.File("token"),
                         absl::StartsWith(lines[4], "{") ? testing::TokenOf(lines[4]) : lines[4]);

  config::Config config;
  config.service_account_dir = directory.path();
  const auto identity = config::ResolveIdentity(config, [&](const std::string& name) {
    const auto found = variables.find(name);
    return found == variables.end() ? "" : found->second;
  });
  if (identity.ok()) {
    CheckIdentity(*identity);
  } else {
    // main.cc makes a line of it.
    Check(!identity.status().message().empty(), "an error says what is wrong");
  }
  return 0;
}

}  // namespace leadership_broker::fuzz
